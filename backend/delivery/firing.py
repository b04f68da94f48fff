"""Firing due slots: each schedule in a transaction of its own, that any number of beats may share the work."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import CharField, F, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from delivery.missed import Policy
from delivery.models import ScheduledSlot, ScheduleState
from delivery.outbox import enqueue
from delivery.schedules import BrokenSchedule, Request, definition_of, read_request, read_when
from delivery.slots import When, first_slots, next_slot
from telemetry import correlation, tracing

logger = logging.getLogger(__name__)

# Of one schedule in one transaction. What a long downtime has left is worked off in steps of so many.
SLOTS_AT_ONCE = 500
INSTANT = timedelta(microseconds=1)
# In place of the definition of a schedule that does not run.
OFF = ""


class Firing:
    """Looks at all schedules. Remembers only what it has complained about."""

    def __init__(self) -> None:
        self._complaints: dict[int, str] = {}

    def fire_due(self) -> bool:
        """Fire what is due. Returns whether more is due at once.

        Raises OperationalError or InterfaceError when the database is gone; whatever else is wrong with a schedule is
        logged once, and the others go on.
        """
        _add_missing_states()
        states = list(_states())
        self._forget({state.schedule_id for state in states})
        # All of them, so the sum and not `any`.
        return sum(self._fire_if_due(state) for state in states) > 0

    def _fire_if_due(self, state: ScheduleState) -> bool:
        try:
            if not _needs_a_look(state, timezone.now()):
                return False
            has_more = look_at(state.pk)
        except BrokenSchedule as error:
            _switch_off(state)
            self._complain(state, f"is broken and does not run: {error}")
            return False
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # one bad row must never stop the others
            self._complain(state, f"could not be fired: {type(error).__name__}: {error}")
            return False
        self._complaints.pop(state.schedule_id, None)
        return has_more

    def _complain(self, state: Any, reason: str) -> None:
        if self._complaints.get(state.schedule_id) != reason:
            self._complaints[state.schedule_id] = reason
            logger.error("schedule %r %s", state.schedule.name, reason)

    def _forget(self, present: set[int]) -> None:
        for schedule_id in self._complaints.keys() - present:
            del self._complaints[schedule_id]


def look_at(state_id: int) -> bool:
    """Fire what is due of one schedule, unless another beat or an operator holds it. Returns whether more is due.

    Raises BrokenSchedule.
    """
    with transaction.atomic():
        # Skipped when held: another beat fires it now, and an operator's open transaction must not stop the rest.
        locked = _all_states().select_for_update(skip_locked=True, of=("self", "schedule"))
        state: Any = locked.filter(pk=state_id).first()
        if state is None:
            return False
        schedule = state.schedule
        if not schedule.enabled:
            _switch_off(state)
            return False
        request, definition = read_request(schedule), definition_of(schedule, state.zone_name)
        now = timezone.now()
        if definition != state.definition:
            _begin_anew(state, now)
        due, following = _due(state, now)
        fired = _write_slots(state, request, due, following, now)
        if fired:
            _note_run(schedule, fired, now)
        _advance(state, due)
    return following is not None


def find_overdue(now: datetime) -> list[datetime]:
    """Of each schedule that runs, its first slot that is due and not yet handled, if there is one.

    One that was made or edited since beat saw it last begins when beat sees it, and has none.
    """
    found = []
    state: Any
    for state in _states():
        with suppress(BrokenSchedule):
            if state.definition != OFF and state.definition == definition_of(state.schedule, state.zone_name):
                slot = next_slot(_when(state), _handled_until(state))
                found += [slot] if slot is not None and slot <= _until(state, now) else []
    return found


def _all_states() -> QuerySet[ScheduleState]:
    """States with all that says when their schedules are due."""
    return (
        ScheduleState.objects.select_related(
            "schedule", *(f"schedule__{kind}" for kind in ("crontab", "interval", "clocked", "solar"))
        )
        .annotate(zone_name=Cast("schedule__crontab__timezone", CharField()))
        # Reading the field fails for a zone that does not exist, and then no schedule could be read at all.
        .defer("schedule__crontab__timezone")
    )


def _states() -> QuerySet[ScheduleState]:
    """States of the schedules that run, or did when they were last seen."""
    return _all_states().exclude(schedule__enabled=False, definition=OFF).order_by("pk")


def _add_missing_states() -> None:
    missing = PeriodicTask.objects.filter(enabled=True, placar_state=None).values_list("pk", flat=True)
    ScheduleState.objects.bulk_create((ScheduleState(schedule_id=pk) for pk in missing), ignore_conflicts=True)


def _needs_a_look(state: Any, now: datetime) -> bool:
    """Whether there may be something to do. Raises BrokenSchedule."""
    schedule = state.schedule
    if not schedule.enabled:
        return True
    read_request(schedule)  # what is broken is told before it is due
    if state.changed_at != schedule.date_changed or state.definition != definition_of(schedule, state.zone_name):
        return True
    slot = next_slot(_when(state), _handled_until(state))
    return slot is not None and slot <= _until(state, now)


def _begin_anew(state: Any, now: datetime) -> None:
    """The schedule is new, was edited or switched on: no slot from before that fires."""
    changed_at = state.schedule.date_changed
    # A change that left no date was made just now.
    moment = now if state.changed_at == changed_at else min(changed_at, now)
    state.began_at = state.handled_until = max(moment, state.handled_until or moment)


def _due(state: Any, now: datetime) -> tuple[list[datetime], datetime | None]:
    """The due slots, and the one after them when there are more than are handled at once."""
    slots = first_slots(_when(state), _handled_until(state), _until(state, now), SLOTS_AT_ONCE + 1)
    return slots[:SLOTS_AT_ONCE], slots[SLOTS_AT_ONCE] if len(slots) > SLOTS_AT_ONCE else None


def _write_slots(state: Any, request: Request, due: list[datetime], following: datetime | None, now: datetime) -> int:
    """Write what becomes of the due slots, and enqueue those that fire. Returns how many fired."""
    seconds = state.schedule.expire_seconds
    policy = Policy(state.missed, timedelta(seconds=seconds) if seconds is not None else None)
    written = set(
        ScheduledSlot.objects.filter(schedule_id=state.schedule_id, due_at__in=due).values_list("due_at", flat=True)
    )
    slots: list[ScheduledSlot] = []
    for due_at, fires in zip(due, policy.decide(due, following, now), strict=True):
        is_over = state.schedule.one_off and any(slot.task_id for slot in slots)
        if due_at not in written and not is_over:
            task_id = _enqueue_slot(state.schedule, request, due_at) if fires else None
            outcome = ScheduledSlot.Outcome.FIRED if fires else ScheduledSlot.Outcome.SKIPPED
            slots.append(ScheduledSlot(schedule_id=state.schedule_id, due_at=due_at, outcome=outcome, task_id=task_id))
    ScheduledSlot.objects.bulk_create(slots)
    return sum(slot.task_id is not None for slot in slots)


def _enqueue_slot(schedule: Any, request: Request, due_at: datetime) -> UUID:
    """Each slot begins something of its own: an id, and a trace."""
    attributes = {"placar.schedule": schedule.name, "placar.due_at": due_at.isoformat()}
    with correlation.use(correlation.new()), tracing.span(f"fire {request.task_name}", "internal", attributes):
        task_id = enqueue(request.task_name, request.kwargs)
        logger.info("schedule %r, slot of %s: task %s", schedule.name, due_at.isoformat(), task_id)
    return task_id


def _note_run(schedule: Any, fired: int, now: datetime) -> None:
    """What the admin shows of the last run; a one-off schedule has done its work."""
    schedule.last_run_at = now
    schedule.enabled = not schedule.one_off
    # By update(), since save() would set the date of the last change, which is the operators'.
    PeriodicTask.objects.filter(pk=schedule.pk).update(
        last_run_at=now, enabled=schedule.enabled, total_run_count=F("total_run_count") + fired
    )
    logger.info("schedule %r: %s enqueued, %s times", schedule.name, schedule.task, fired)


def _advance(state: Any, due: list[datetime]) -> None:
    schedule = state.schedule
    state.definition = definition_of(schedule, state.zone_name) if schedule.enabled else OFF
    state.changed_at = schedule.date_changed
    if due:
        state.handled_until = due[-1]
    state.save(update_fields=["definition", "changed_at", "began_at", "handled_until"])


def _switch_off(state: Any) -> None:
    """Note that the schedule does not run, so that it begins anew when it does again."""
    ScheduleState.objects.filter(pk=state.pk).update(definition=OFF, changed_at=state.schedule.date_changed)


def _when(state: Any) -> When:
    return read_when(state.schedule, state.zone_name, state.began_at)


def _handled_until(state: Any) -> datetime:
    start: datetime | None = state.schedule.start_time
    handled_until: datetime = state.handled_until
    return handled_until if start is None else max(handled_until, start - INSTANT)


def _until(state: Any, now: datetime) -> datetime:
    expires: datetime | None = state.schedule.expires
    return now if expires is None else min(now, expires)
