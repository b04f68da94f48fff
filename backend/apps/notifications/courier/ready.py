"""Making claimed deliveries ready to be sent, in bulk; one that cannot be made ready does not stop the others."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from apps.notifications.channels.base import Channel, Outcome, Outgoing, Result
from apps.notifications.courier.claims import RELATED
from apps.notifications.courier.digests import carried_by
from apps.notifications.courier.marks import Attempt
from apps.notifications.digest_messages import make_digest
from apps.notifications.kinds.base import NOT_IN_USE, UNWANTED
from apps.notifications.messages import ANNOUNCED, Message, make_messages
from apps.notifications.models import Announcement, Delivery
from apps.notifications.unsubscribing import refused_by

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Prepared:
    """What became of deliveries that were to be made ready."""

    outgoing: list[Outgoing] = field(default_factory=list)
    skipped: list[tuple[Delivery, str]] = field(default_factory=list)  # each with the reason
    broken: list[Attempt] = field(default_factory=list)


def make_ready(channel: Channel, deliveries: Sequence[Delivery]) -> Prepared:
    """The messages of these deliveries."""
    try:
        return _prepare(channel, deliveries)
    except Exception:
        logger.exception("%d deliveries by %s, now one by one", len(deliveries), channel.name)
    prepared = Prepared()
    for delivery in deliveries:
        alone = _prepare_alone(channel, delivery)
        prepared.outgoing += alone.outgoing
        prepared.skipped += alone.skipped
        prepared.broken += alone.broken
    return prepared


@dataclass(frozen=True, slots=True)
class _Told:
    """A delivery with the message that it takes along, and the other deliveries that are told in it."""

    delivery: Delivery
    message: Message
    carried_ids: Sequence[int]


def _prepare(channel: Channel, deliveries: Sequence[Delivery]) -> Prepared:
    prepared = Prepared()
    told: list[_Told] = []
    for delivery, together in _read(deliveries, channel):
        current = [(one, message) for one, message, reason in together if not reason]
        if not current:
            # What it carries goes by itself, and is skipped each for its own reason.
            prepared.skipped.append((delivery, together[0][2]))
            continue
        messages = [message for _one, message in current]
        message = messages[0] if len(messages) == 1 else make_digest(messages)
        told.append(_Told(delivery, message, [one.pk for one, _message in current if one != delivery]))
    made = channel.prepare([one.delivery for one in told], [one.message for one in told])
    for one, result in zip(told, made, strict=True):
        if isinstance(result, Outgoing):
            prepared.outgoing.append(replace(result, carried_ids=one.carried_ids))
        else:
            prepared.skipped.append((one.delivery, result))
    return prepared


def _read(
    deliveries: Sequence[Delivery], channel: Channel
) -> list[tuple[Delivery, list[tuple[Delivery, Message, str]]]]:
    """Each delivery with its message, and behind it those that it carries with theirs.

    With each message why it is not sent after all, which is asked anew: it may have waited for hours. Empty: it is.
    """
    carried = carried_by([one for one in deliveries if one.is_digest], RELATED)
    groups = [[one, *carried.get(one.pk, ())] for one in deliveries]
    notifications = [one.notification for group in groups for one in group]
    # Not joined to each of them: a thousand of one announcement share what is read of it.
    announcements = Announcement.objects.select_related(*ANNOUNCED)
    prefetch_related_objects(notifications, Prefetch("announcement", announcements))
    refused = refused_by(notifications, channel.name)
    messages = iter(make_messages(notifications))
    return [(group[0], [_looked_at(one, next(messages), refused) for one in group]) for group in groups]


def _looked_at(delivery: Delivery, message: Message, refused: set[int]) -> tuple[Delivery, Message, str]:
    if not delivery.notification.recipient.is_active:
        return delivery, message, NOT_IN_USE
    return delivery, message, UNWANTED if delivery.notification_id in refused else message.facts.withheld


def _prepare_alone(channel: Channel, delivery: Delivery) -> Prepared:
    started_at = timezone.now()
    try:
        return _prepare(channel, [delivery])
    except Exception:
        # What was wrong is for staff: it is in the log, since owners of webhooks read the answers.
        logger.exception("delivery %s by %s", delivery.pk, channel.name)
        result = Result(Outcome.RETRY, "it could not be made; the log says why")
        return Prepared(broken=[Attempt(delivery, result, started_at, 0)])
