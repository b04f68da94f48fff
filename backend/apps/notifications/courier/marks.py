"""Noting what became of tries to send: the delivery's state, an attempt on record, and the health of its lane."""

import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from apps.notifications.channels.base import Channel, Outcome, Result
from apps.notifications.courier.claims import LEASE
from apps.notifications.courier.digests import mark_carried, release
from apps.notifications.courier.retries import pause_of_lane, wait_before_retry
from apps.notifications.models import Delivery, DeliveryAttempt, Lane

logger = logging.getLogger(__name__)

State = Delivery.State
LONGEST_ANSWER = 500


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, ended."""

    delivery: Delivery
    result: Result
    started_at: datetime
    duration_ms: int
    carried_ids: Sequence[int] = ()


def mark_patiently(channel: Channel, attempts: Sequence[Attempt], claim_id: uuid.UUID) -> None:
    """`mark`, and again while the database is away: what was sent and is not noted is sent once more.

    As long as the claim holds; after that another run may send it anyway.
    """
    give_up_at = time.monotonic() + LEASE.total_seconds()
    while True:
        try:
            mark(channel, attempts, claim_id)
        except (OperationalError, InterfaceError):
            if time.monotonic() > give_up_at:
                raise
            logger.warning("%d tries by %s cannot be noted: no database", len(attempts), channel.name)
            connection.close()
            time.sleep(1)
        else:
            return


@transaction.atomic
def mark(channel: Channel, attempts: Sequence[Attempt], claim_id: uuid.UUID) -> None:
    """Note these tries. One that failed after another run took the delivery changes nothing of it."""
    DeliveryAttempt.objects.bulk_create(_row(one) for one in attempts)
    sent = [one for one in attempts if one.result.outcome == Outcome.SENT]
    # Whoever has claimed it meanwhile: it is sent, and perhaps the other has not begun yet.
    Delivery.objects.filter(pk__in=[one.delivery.pk for one in sent], state=State.WAITING).update(
        state=State.SENT, sent_at=timezone.now(), reason="", claim=None, attempt_count=F("attempt_count") + 1
    )
    for one in attempts:
        if one.result.outcome != Outcome.SENT:
            _mark_failed(channel, one, claim_id)
        elif one.delivery.is_digest:
            mark_carried(one.delivery, one.carried_ids)
    for lane_id in {one.delivery.lane_id for one in attempts}:
        _note_health(lane_id, [one.result for one in attempts if one.delivery.lane_id == lane_id])


@transaction.atomic
def skip(deliveries: Sequence[tuple[Delivery, str]], claim_id: uuid.UUID) -> None:
    """Note that these are not to be sent after all, each with its reason."""
    of_reason: dict[str, list[Delivery]] = {}
    for delivery, reason in deliveries:
        of_reason.setdefault(reason, []).append(delivery)
    for reason, group in of_reason.items():
        _claimed(group, claim_id).update(state=State.SKIPPED, reason=_printable(reason)[:200], claim=None)
    if carriers := [one for one, _reason in deliveries if one.is_digest]:
        release(carriers)


def _claimed(deliveries: Sequence[Delivery], claim_id: uuid.UUID) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk__in=[one.pk for one in deliveries], claim=claim_id)


def _row(attempt: Attempt) -> DeliveryAttempt:
    return DeliveryAttempt(
        delivery=attempt.delivery,
        started_at=attempt.started_at,
        duration_ms=attempt.duration_ms,
        outcome=attempt.result.outcome,
        answer=_printable(attempt.result.answer)[:LONGEST_ANSWER],
    )


def _printable(text: str) -> str:
    """A text from outside without what no database takes."""
    return "".join(char if char.isprintable() else " " for char in text)


def _mark_failed(channel: Channel, attempt: Attempt, claim_id: uuid.UUID) -> None:
    delivery, result = attempt.delivery, attempt.result
    tried = delivery.attempt_count + 1
    wait = wait_before_retry(result, tried)
    state = State.FAILED if wait is None else State.WAITING
    changes: dict[str, Any] = {
        "state": state,
        "reason": _printable(result.answer)[:200],
        "claim": None,
        "claims": 0,
        "attempt_count": tried,
    }
    if wait is not None:
        changes["due_at"] = timezone.now() + wait
    _claimed([delivery], claim_id).update(**changes)
    if wait is None and delivery.is_digest:
        # Each for itself then: each has its own state, and its own tries.
        release([delivery])
    if result.is_gone:
        channel.give_up_destination(delivery, result)


def _note_health(lane_id: int, results: Sequence[Result]) -> None:
    """A lane that fails rests, each time longer; one that was asked to wait rests as long; a success ends all that."""
    blamed = [one for one in results if one.blames_lane]
    if not blamed:
        if any(one.outcome == Outcome.SENT for one in results):
            Lane.objects.filter(pk=lane_id, failures__gt=0).update(failures=0, failing_since=None, paused_until=None)
        return
    lane = Lane.objects.select_for_update(no_key=True).get(pk=lane_id)
    now = timezone.now()
    lane.failures += 1
    lane.failing_since = lane.failing_since or now
    pause = max([pause_of_lane(lane.failures), *(one.wait for one in blamed if one.wait)])
    lane.paused_until = now + pause
    lane.save(update_fields=["failures", "failing_since", "paused_until"])
