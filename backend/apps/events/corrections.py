"""The trail of corrections: who changed what of a result, from what to what, and why. Rows are never edited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from apps.errors import InvalidInput, WrongState
from apps.events.access import may_manage_event
from apps.events.changes import note_change
from apps.events.models import Correction, Entry, Event, Score
from apps.events.states import require_state

State = Event.State
# An archived event is history, and a cancelled one has no results.
CORRECTABLE = (State.OPEN, State.CLOSED, State.PUBLISHED)
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class NewCorrection:
    """One line of the trail, to be written. `before` and `after` hold what differs, as JSON."""

    kind: Correction.Kind
    entry: Entry
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str
    score: Score | None = None  # the one that is voided, or that takes the place of another


def require_correctable(event: Event, by: User | None, *, doing: str) -> None:
    """Raise WrongState unless `by` may correct results of the locked event in its present state.

    What is published is the organiser's word: from then on scorers correct nothing. The API asks first and answers
    403; here it is asked under the lock, since the event may have been published a moment ago.
    """
    require_state(event, *CORRECTABLE, doing=doing)
    if event.state == State.PUBLISHED and by is not None and not may_manage_event(by, event):
        raise WrongState("once results are published only the event's owner and staff correct them", place="state")


def check_reason(reason: str, *, place: str = "reason") -> str:
    """The reason as one line: revisions tell one a line. Raises InvalidInput if there is none, or if it is too long."""
    text = " ".join(reason.split())
    if not text:
        raise InvalidInput("a reason is needed", place=place)
    if len(text) > LONGEST_REASON:
        raise InvalidInput(f"a reason has at most {LONGEST_REASON} characters", place=place)
    return text


def note_corrections(
    event: Event, corrections: Sequence[NewCorrection], *, by: User | None, shows_at_once: bool = True
) -> list[Correction]:
    """Write corrections of a locked event into the trail; its input has a new version, and a ranking is asked for.

    Returns the lines of the trail.
    """
    note_change(event, shows_at_once=shows_at_once)
    return Correction.objects.bulk_create(
        (
            Correction(
                event=event,
                kind=one.kind,
                entry=one.entry,
                score=one.score,
                before=dict(one.before),
                after=dict(one.after),
                reason=one.reason,
                by=by,
                input_version=event.input_version,
            )
            for one in corrections
        ),
        batch_size=1000,
    )
