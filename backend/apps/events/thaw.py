"""The freeze of an event and its end: what is recorded of both, and what may be done when."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from apps.errors import InvalidInput, WrongState
from apps.events.changes import enqueue_ranking, lock_event, note_change
from apps.events.freeze import Part, reveal_order
from apps.events.models import Entry, Event, EventTransition, Reveal, Score
from apps.events.rules import parse_rules
from apps.events.snapshot import read_input
from apps.events.states import require_state

State = Event.State
MOST_STEPS = 1000  # at once: each of them costs a ranking


@dataclass(frozen=True, slots=True)
class Revealed:
    """Scores that one step of the thaw shows."""

    step: int  # of those asked for, from 1
    bib: str
    name: str
    component: str  # or secondary measure; empty for neither


@dataclass(frozen=True, slots=True)
class Thaw:
    """How far the thaw is."""

    revealed: list[Revealed]  # in order
    is_thawed: bool  # nothing is pending any more


def move_freeze(event: Event, freeze_at: datetime | None, *, by: User | None) -> None:
    """Record that a locked event, which the caller saves, will freeze at another moment, or never (None).

    A later moment shows the public what was hidden until then. An earlier one must hide nothing that was shown: who
    saw it would know, and the revisions that have it are still there. Raises WrongState.
    """
    before = event.freeze_at
    if freeze_at == before:
        return
    require_state(event, State.DRAFT, State.OPEN, doing="changing the freeze")
    if event.thawed_at is not None:
        raise WrongState("the event is thawed, and what was shown stays shown", place="freeze_at")
    if freeze_at is not None and (before is None or freeze_at < before):
        shown = Score.objects.filter(event=event, achieved_at__gte=freeze_at)
        if (shown if before is None else shown.filter(achieved_at__lt=before)).exists():
            raise WrongState(
                "scores achieved from then on have been shown, and would have to be hidden again", place="freeze_at"
            )
    _record(event, f"freeze: {_text(before)} -> {_text(freeze_at)}", by=by)


def thaw(event: Event, *, by: User | None) -> None:
    """Show the public all that is left of a locked event's freeze. Its ranking does not wait. Raises WrongState."""
    require_frozen(event)
    event.thawed_at = timezone.now()
    event.save(update_fields=["thawed_at", "updated_at"])
    _record(event, "thawed", by=by)
    _rank_at_once(event, shows_at_once=True)


def reveal_steps(event_id: int, *, by: User | None, steps: int) -> Thaw:
    """Take that many steps of the thaw, fewer if it ends before. Raises WrongState.

    The steps are found without a lock, for that takes as long as a ranking, and taken only if nothing has changed.
    """
    if not 1 <= steps <= MOST_STEPS:
        raise InvalidInput(f"from 1 to {MOST_STEPS} steps can be taken at once", place="steps")
    _require_ready(Event.objects.get(pk=event_id))
    data = read_input(event_id)
    # One more than is taken: is there anything left?
    found = list(islice(reveal_order(data), steps + 1))
    with transaction.atomic():
        event = lock_event(event_id)
        _require_ready(event)
        if event.input_version != data.input_version:
            raise _not_ready()
        taken = found[:steps]
        Reveal.objects.bulk_create(
            Reveal(event=event, entry_id=entry_id, component=component, by=by)
            for step in taken
            for entry_id, component in step
        )
        if len(found) > steps:
            _rank_at_once(event, shows_at_once=False)
        else:
            thaw(event, by=by)
    return Thaw(_described(event, taken), is_thawed=event.thawed_at is not None)


def require_frozen(event: Event) -> None:
    """Raise WrongState unless there is something to thaw, and it is time for it."""
    require_state(event, State.OPEN, State.CLOSED, doing="a thaw")
    if event.freeze_at is None:
        raise WrongState("the event has no freeze", place="freeze_at")
    if event.thawed_at is not None:
        raise WrongState("the event is thawed already", place="freeze_at")


def _require_ready(event: Event) -> None:
    """Raise WrongState unless the public sees the ranking from which the next step is to be taken."""
    require_frozen(event)
    if event.ranked_version != event.input_version:
        raise _not_ready()


def _not_ready() -> WrongState:
    return WrongState("the ranking of the step before is not ready yet; try again shortly", place="ranking")


def _rank_at_once(event: Event, *, shows_at_once: bool) -> None:
    note_change(event, shows_at_once=shows_at_once)
    enqueue_ranking(event)


def _record(event: Event, what: str, *, by: User | None) -> None:
    EventTransition.objects.create(event=event, from_state=event.state, to_state=event.state, by=by, reason=what)


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else "none"


def _described(event: Event, steps: list[list[Part]]) -> list[Revealed]:
    rules = parse_rules(event.rules)
    ids = {entry_id for step in steps for entry_id, _component in step}
    entries = Entry.objects.select_related("participant").in_bulk(ids)
    return [
        Revealed(number, entries[entry_id].bib, entries[entry_id].participant.name, rules.name_of(component))
        for number, step in enumerate(steps, 1)
        for entry_id, component in step
    ]
