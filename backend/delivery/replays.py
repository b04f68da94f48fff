"""Asks for dead letters anew: a canary first, then the others at a pace, by steps that any process may take."""

import logging
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from delivery.dead_letters import ActRefused, Choice, record_act
from delivery.ledger import UnknownTask, task_state
from delivery.models import DeadLetter, OperatorAct, OutboxMessage, Replay
from delivery.outbox import enqueue, wake_relays
from telemetry import correlation, tracing

logger = logging.getLogger(__name__)

State = Replay.State
# A step asks for what is sent in this time; the next one follows when all of that was sent. So a relay that comes back
# after an hour, or a hold that ends, finds no more than this to send at once.
STEP_SECONDS = 0.5
# Where no pace is set, and at most: a step is one transaction.
STEP_LETTERS = 500
# Letters a second: from one in twenty minutes to more than there will be.
SLOWEST, FASTEST = 0.001, 10_000.0


@transaction.atomic
def order_replay(
    choice: Choice, *, who: str, reason: str, per_second: float | None = None, with_canary: bool = True
) -> Replay:
    """Have the tasks of the letters asked for anew, the oldest first. `advance_replays` does what this leaves to do.

    With a canary the oldest is asked for alone; the others, of those that are chosen now, follow once it has succeeded,
    and wait as before if it has failed. One letter alone is its own canary. Raises ActRefused.
    """
    act = record_act(OperatorAct.Action.REPLAY, choice, who=who, reason=reason)
    if (unreadable := act.letters.filter(Q(kwargs__isnull=True) | Q(task_name="")).order_by("id").first()) is not None:
        raise ActRefused(f"dead letter {unreadable.pk}: is no task that can be asked for again; it can be discarded")
    replay = Replay(act=act, state=State.GOING_ON, per_second=per_second)
    if with_canary and act.count > 1:
        replay.state = State.CANARY
        replay.canary = replay.last_task = _ask_anew(_waiting(replay)[:1], iter([None]))
    else:
        _go_on(replay)
    replay.save()
    return replay


@transaction.atomic
def stop_replay(replay_id: int, *, who: str, reason: str) -> int:
    """Keep a replay from going on: the letters that it has not come to wait as before. Returns how many.

    Raises ActRefused.
    """
    replay = Replay.objects.select_for_update().filter(pk=replay_id).first()
    if replay is None or replay.state not in Replay.UNDER_WAY:
        raise ActRefused(f"replay {replay_id}: {'there is none' if replay is None else f'is {replay.state}'}")
    if not reason.strip():
        raise ActRefused("reason: must say why")
    count = waiting_for(replay).count()
    selector = {"replay": replay.pk}
    OperatorAct.objects.create(
        who=who, action=OperatorAct.Action.STOP, selector=selector, count=count, reason=reason.strip()
    )
    _end(replay, State.STOPPED, f"by {who}: {reason.strip()}")
    replay.save()
    return count


def advance_replays() -> bool:
    """Take the next step of each replay under way that is due for one. Returns whether any is still under way.

    Any number of processes may do so at once: a replay of which another takes a step is passed over.
    """
    under_way = list(Replay.objects.filter(state__in=Replay.UNDER_WAY).order_by("id").values_list("pk", flat=True))
    for replay_id in under_way:
        _advance(replay_id)
    return bool(under_way)


def waiting_for(replay: Replay) -> QuerySet[DeadLetter]:
    """The letters that the replay has not come to, the oldest first."""
    return replay.act.letters.filter(state=DeadLetter.State.WAITING).order_by("id")


@transaction.atomic
def _advance(replay_id: int) -> None:
    replays = Replay.objects.select_for_update(skip_locked=True)  # SQLite, with one writer at a time, ignores it
    if (replay := replays.filter(pk=replay_id, state__in=Replay.UNDER_WAY).first()) is None:
        return
    try:
        with transaction.atomic():
            _step(replay)
    except (DatabaseError, InterfaceError):
        raise
    except Exception as error:  # whatever it is, it would be so again and again
        logger.exception("replay %d cannot go on", replay.pk)
        _end(replay, State.STOPPED, str(error) if isinstance(error, ActRefused) else repr(error))
    replay.save()


def _step(replay: Replay) -> None:
    if replay.state == State.CANARY:
        _look_at_canary(replay)
    if replay.state == State.GOING_ON:
        _go_on(replay)


def _look_at_canary(replay: Replay) -> None:
    try:
        canary = task_state(replay.canary) if replay.canary else None
    except UnknownTask:
        canary = None
    if canary is None:
        _end(replay, State.STOPPED, "nothing is known of its canary any more")
    elif canary.state == "succeeded":
        replay.state = State.GOING_ON
    elif canary.state == "failed":
        _end(replay, State.STOPPED, f"the canary failed: {canary.reason}")


def _go_on(replay: Replay) -> None:
    """Ask for so many of the letters as are to be sent until the next look; none while some are still to be sent."""
    last = OutboxMessage.objects.filter(task_id=replay.last_task).first() if replay.last_task else None
    if last is not None and last.sent_at is None:
        return
    count = STEP_LETTERS
    if replay.per_second:
        count = min(max(int(replay.per_second * STEP_SECONDS), 1), STEP_LETTERS)
    replay.last_task = _ask_anew(_waiting(replay)[:count], _moments(replay, last)) or replay.last_task
    # A relay that sleeps has to learn when the next of them is due.
    wake_relays()
    if not waiting_for(replay).exists():
        _end(replay, State.DONE)


def _moments(replay: Replay, last: OutboxMessage | None) -> Iterator[datetime | None]:
    """When each of the next is to be sent."""
    if not replay.per_second:
        while True:
            yield None
    pace = timedelta(seconds=1 / replay.per_second)
    start = timezone.now()
    if last is not None:
        start = max(start, (last.not_before or last.created_at) + pace)
    number = 0
    while True:
        yield start + number * pace
        number += 1


def _waiting(replay: Replay) -> QuerySet[DeadLetter]:
    """Locked, so that nobody discards meanwhile what is asked for."""
    needed = ("task_id", "task_name", "kwargs", "correlation_id", "headers")
    return waiting_for(replay).only(*needed).select_for_update()


def _ask_anew(letters: QuerySet[DeadLetter], moments: Iterator[datetime | None]) -> uuid.UUID | None:
    """Returns the id of the last task."""
    task_id = None
    for letter in letters:
        try:
            task_id = _enqueue_anew(letter, next(moments))
        except ValueError as error:
            raise ActRefused(f"dead letter {letter.pk}: {error}") from error
        OutboxMessage.objects.filter(task_id=task_id).update(replays=_id_of(letter))
        letter.state, letter.settled_at, letter.replayed_as = DeadLetter.State.REPLAYED, timezone.now(), task_id
        letter.save(update_fields=["state", "settled_at", "replayed_as"])
    return task_id


def _enqueue_anew(letter: DeadLetter, moment: datetime | None) -> uuid.UUID:
    """With the letter's own correlation id and in its trace: what is done goes back to whoever asked for it first."""
    asked_by, asked_in = correlation.current(), tracing.carrier()
    attributes = {"placar.replays": letter.task_id, "placar.dead_letter": letter.pk}
    parent = tracing.carrier_in(letter.headers)
    with (
        correlation.use(letter.correlation_id or asked_by or correlation.new()),
        tracing.span(f"replay {letter.task_name}", "internal", attributes, parent=parent, links=[asked_in]),
    ):
        task_id = enqueue(letter.task_name, letter.kwargs or {}, not_before=moment)
        fields = {"task_id": str(task_id), "task": letter.task_name, "asked_by_correlation_id": asked_by}
        # Not at a higher level: an operator's terminal is no place for a line for each of a thousand, and the letter
        # itself says who chose it and which task it became.
        logger.debug("dead letter %d is asked for anew as %s", letter.pk, task_id, extra={"fields": fields})
    return task_id


def _id_of(letter: DeadLetter) -> uuid.UUID | None:
    try:
        return uuid.UUID(letter.task_id)
    except ValueError:
        return None


def _end(replay: Replay, state: Replay.State, outcome: str = "") -> None:
    replay.state, replay.ended_at, replay.outcome = state, timezone.now(), outcome
