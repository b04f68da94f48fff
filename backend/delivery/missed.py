"""Which of the due slots fire: those in time always, missed ones by the schedule's policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from delivery.models import ScheduleState

# A slot that no beat has seen by then is missed. Long enough for a restart or a short outage of the database.
IN_TIME = timedelta(minutes=1)


@dataclass(frozen=True)
class Policy:
    """How a schedule treats slots that are late."""

    missed: str  # of ScheduleState.Missed
    give_up_after: timedelta | None  # a slot older than this never fires

    def decide(self, due: Sequence[datetime], following: datetime | None, now: datetime) -> list[bool]:
        """Whether each of the due slots fires; `following` is the due slot after them, if there are more."""
        successors = [*due, following][1:]
        return [self._fires(slot, successor, now) for slot, successor in zip(due, successors, strict=True)]

    def _fires(self, slot: datetime, successor: datetime | None, now: datetime) -> bool:
        if self.give_up_after is not None and now - slot > self.give_up_after:
            return False
        if not _is_missed(slot, now) or self.missed == ScheduleState.Missed.RUN_ALL:
            return True
        is_latest_missed = successor is None or not _is_missed(successor, now)
        return self.missed == ScheduleState.Missed.RUN_ONCE and is_latest_missed


def _is_missed(slot: datetime, now: datetime) -> bool:
    return now - slot > IN_TIME
