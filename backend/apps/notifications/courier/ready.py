"""Making claimed deliveries ready to be sent, in bulk; one that cannot be made ready does not stop the others."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from apps.notifications.channels.base import Channel, Outcome, Outgoing, Result
from apps.notifications.courier.marks import Attempt
from apps.notifications.messages import make_messages
from apps.notifications.models import Delivery

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Prepared:
    """What became of deliveries that were to be made ready."""

    outgoing: list[Outgoing] = field(default_factory=list)
    skipped: list[tuple[Delivery, str]] = field(default_factory=list)  # each with the reason
    broken: list[Attempt] = field(default_factory=list)


def make_ready(channel: Channel, deliveries: Sequence[Delivery]) -> Prepared:
    """The messages of these deliveries."""
    prepared = Prepared()
    try:
        _prepare(channel, deliveries, prepared)
    except Exception:
        logger.exception("%d deliveries by %s, now one by one", len(deliveries), channel.name)
        prepared = Prepared()
        for delivery in deliveries:
            _prepare_alone(channel, delivery, prepared)
    return prepared


def _prepare(channel: Channel, deliveries: Sequence[Delivery], prepared: Prepared) -> None:
    messages = make_messages([one.notification for one in deliveries])
    told = [(one, message) for one, message in zip(deliveries, messages, strict=True) if not message.facts.withheld]
    prepared.skipped += [
        (one, message.facts.withheld)
        for one, message in zip(deliveries, messages, strict=True)
        if message.facts.withheld
    ]
    made = channel.prepare([one for one, _message in told], [message for _one, message in told])
    for (delivery, _message), result in zip(told, made, strict=True):
        if isinstance(result, Outgoing):
            prepared.outgoing.append(result)
        else:
            prepared.skipped.append((delivery, result))


def _prepare_alone(channel: Channel, delivery: Delivery, prepared: Prepared) -> None:
    started_at = timezone.now()
    try:
        _prepare(channel, [delivery], prepared)
    except Exception as error:
        result = Result(Outcome.RETRY, f"it could not be made: {type(error).__name__}: {error}")
        prepared.broken.append(Attempt(delivery, result, started_at, 0))
