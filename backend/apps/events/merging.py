"""Two participants turn out to be one: the entries of the one that is dropped go to the one that is kept."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q

from apps.errors import Conflict, InvalidInput, Missing, WrongState
from apps.events.corrections import NewCorrection, check_reason, note_corrections
from apps.events.models import Correction, Entry, Event, Participant, Score
from apps.events.states import OFFICIAL, require_state
from delivery.outbox import enqueue

State = Event.State


@dataclass(frozen=True, slots=True)
class Pair:
    """Who is kept and who is dropped, locked."""

    keep: Participant
    drop: Participant


def lock_pair(keep_id: int, drop_id: int) -> Pair:
    """Both participants, locked in one order for everybody. Raises Missing, InvalidInput or WrongState."""
    if keep_id == drop_id:
        raise InvalidInput("a participant is not merged with itself", place="drop")
    locked = Participant.objects.select_for_update(no_key=True).order_by("pk").in_bulk([keep_id, drop_id])
    for place, participant_id in (("keep", keep_id), ("drop", drop_id)):
        if participant_id not in locked:
            raise Missing(f"there is no participant {participant_id}", place=place)
        if locked[participant_id].merged_into_id is not None:
            raise WrongState(f"participant {participant_id} was merged into another before", place=place)
    pair = Pair(locked[keep_id], locked[drop_id])
    if pair.keep.owner_id != pair.drop.owner_id:
        raise InvalidInput("only participants of the same owner can be one", place="drop")
    return pair


def merge(pair: Pair, *, reason: str, by: User | None) -> None:
    """Move the entries and close the dropped participant. Raises Conflict naming an event that stands against it."""
    text = check_reason(reason)
    for event in _lock_events(pair):
        dropped = Entry.objects.filter(event=event, participant=pair.drop).first()
        if dropped is not None:
            _merge_in(event, dropped, pair, text, by)
    # Whoever was merged into the dropped one before is found at once, and not by a chain.
    Participant.objects.filter(Q(pk=pair.drop.pk) | Q(merged_into=pair.drop)).update(merged_into=pair.keep)
    pair.drop.merged_into = pair.keep
    if pair.keep.user_id is None and pair.drop.user_id is not None:
        pair.keep.user = pair.drop.user
        pair.keep.save(update_fields=["user"])


def _lock_events(pair: Pair) -> list[Event]:
    """The events to look at, locked in the order in which everybody locks several.

    All in which somebody can be entered now are among them: a new entry of the dropped participant, which holds its
    event's lock and none of a participant, is either seen here or finds the kept one.
    """
    entered = Entry.objects.filter(participant=pair.drop).values("event")
    open_ones = Q(owner=pair.drop.owner_id, state__in=(State.DRAFT, State.OPEN))
    return list(Event.objects.select_for_update(no_key=True).filter(open_ones | Q(pk__in=entered)).order_by("pk"))


def _merge_in(event: Event, dropped: Entry, pair: Pair, reason: str, by: User | None) -> None:
    """Leave one entry in an event: the dropped participant's, or of two the one with a result."""
    kept = Entry.objects.filter(event=event, participant=pair.keep).first()
    if kept is None:
        moved = _moved(dropped, pair, reason)
        Entry.objects.filter(pk=dropped.pk).update(participant=pair.keep)
        note_corrections(event, [moved], by=by, shows_at_once=dropped.standing in Entry.SHOWN)
    else:
        _leave_one(event, kept, dropped, pair, reason, by)
    if event.state in OFFICIAL:
        # Also where the ranking stays the same: whose results they are is another person now.
        enqueue("rankings.refresh_season_standings", {"event_id": event.pk})


def _leave_one(event: Event, kept: Entry, dropped: Entry, pair: Pair, reason: str, by: User | None) -> None:
    require_state(event, *set(State) - {State.ARCHIVED}, doing=f"merging two entries of {event.slug}")
    kept_counts, dropped_counts = _has_result(kept), _has_result(dropped)
    if kept_counts and dropped_counts:
        told = f"bibs {kept.bib} and {dropped.bib} both have results in {event.slug}"
        raise Conflict(f"{told}; void the scores, adjustment or status of one of them first", place="drop")
    stays, goes = (dropped, kept) if dropped_counts else (kept, dropped)
    corrections = [
        NewCorrection(
            kind=Correction.Kind.MERGE,
            entry=goes,
            before={"standing": Entry.Standing(goes.standing).label, "bib": goes.bib},
            after={"standing": Entry.Standing.WITHDRAWN.label, "bib": stays.bib},
            reason=reason,
        )
    ]
    if stays == dropped:
        corrections.insert(0, _moved(dropped, pair, reason))
        _swap(kept, dropped)
    Entry.objects.filter(pk=goes.pk).update(standing=Entry.Standing.WITHDRAWN)
    shows = any(entry.standing in Entry.SHOWN for entry in (kept, dropped))
    note_corrections(event, corrections, by=by, shows_at_once=shows)


def _has_result(entry: Entry) -> bool:
    """Whether anything counts for the entry that a withdrawal would lose."""
    is_judged = entry.status in (Entry.Status.DNF, Entry.Status.DSQ) or entry.adjustment != 0
    return is_judged or Score.objects.filter(entry=entry, is_current=True).exists()


def _moved(entry: Entry, pair: Pair, reason: str) -> NewCorrection:
    return NewCorrection(
        kind=Correction.Kind.MERGE,
        entry=entry,
        before={"participant": pair.drop.pk, "name": pair.drop.name, "external_id": pair.drop.external_id},
        after={"participant": pair.keep.pk, "name": pair.keep.name, "external_id": pair.keep.external_id},
        reason=reason,
    )


def _swap(first: Entry, second: Entry) -> None:
    """Exchange the participants of two entries of an event, in which nobody may be entered twice even for a moment."""
    between = Participant.objects.create(name="", owner_id=None)
    for entry_id, participant_id in (
        (first.pk, between.pk),
        (second.pk, first.participant_id),
        (first.pk, second.participant_id),
    ):
        Entry.objects.filter(pk=entry_id).update(participant=participant_id)
    between.delete()
