"""What can be done with an event. Each service is one transaction: it changes state and enqueues what follows."""

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Unpack

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from apps.errors import Conflict, WrongState, check_model
from apps.events.changes import enqueue_corrected, enqueue_ranking, lock_event, note_change
from apps.events.corrections import note_corrections
from apps.events.entries import check_bib, check_divisions, find_division_set
from apps.events.entry_corrections import correct_entry
from apps.events.freeze import hide_frozen
from apps.events.imports.report import summarize
from apps.events.imports.run import Progress, require_importable, run_import
from apps.events.imports.submission import ImportOptions, make_batch, store_batch
from apps.events.merging import lock_pair, merge
from apps.events.models import Entry, Event, EventTransition, ImportBatch, Participant, Score, Thinning
from apps.events.people import change_person, find_participant, find_users
from apps.events.revisions import rank_input, store_rankings
from apps.events.rules import parse_rules
from apps.events.score_corrections import lock_score, supersede, void
from apps.events.scoring import NewScore, Outcome
from apps.events.snapshot import read_input
from apps.events.sourced_scores import SourcedScoreBook
from apps.events.states import OFFICIAL, next_state, require_state
from apps.events.thaw import Thaw, move_freeze, reveal_steps, thaw
from apps.events.thinning import Terms, remove_superfluous
from delivery.outbox import enqueue

State = Event.State


@transaction.atomic
def create_event(*, slug: str, name: str, rules: Mapping[str, Any], owner: User | None, **details: Any) -> Event:
    """A new event in state draft. `details` are further fields of Event: visibility, starts_at, ends_at, freeze_at."""
    parse_rules(rules)
    event = Event(slug=slug, name=name, rules=dict(rules), owner=owner, **details)
    check_model(event)
    try:
        with transaction.atomic():
            event.save()
    except IntegrityError as error:  # another request has just taken the slug
        raise Conflict(f"there is an event {slug!r} already", place="slug") from error
    return event


@transaction.atomic
def change_event(event_id: int, *, changes: Mapping[str, Any], by: User | None = None) -> Event:
    """Change fields of an event. Its rules are fixed once it is open, its freeze once it is closed.

    `scorers` are usernames, all of them. `by` is recorded where the freeze changes.
    """
    event = lock_event(event_id)
    fields = {field: value for field, value in changes.items() if field != "scorers"}
    if "rules" in changes:
        require_state(event, State.DRAFT, doing="changing the rules")
        parse_rules(changes["rules"])
    if "freeze_at" in changes:
        move_freeze(event, changes["freeze_at"], by=by)
    for field, value in fields.items():
        setattr(event, field, value)
    check_model(event)
    event.save(update_fields=[*fields, "updated_at"])
    if "scorers" in changes:
        event.scorers.set(find_users(changes["scorers"]))
    if "rules" in changes or "freeze_at" in changes:
        note_change(event)
    if "visibility" in changes and event.state in OFFICIAL:
        # Seasons that others may read count no private event.
        enqueue("rankings.refresh_season_standings", {"event_id": event.pk})
    return event


@transaction.atomic
def delete_event(event_id: int) -> None:
    """Delete an event that was never opened, with its entries. Raises Conflict if a season has it."""
    event = lock_event(event_id)
    require_state(event, State.DRAFT, doing="deleting an event")
    try:
        event.delete()
    except ProtectedError as error:
        users = sorted(str(one) for one in error.protected_objects)
        raise Conflict(f"it is {', '.join(users)}; take it out of there first", place="season") from error


@transaction.atomic
def change_event_state(event_id: int, *, action: str, by: User | None, reason: str = "") -> Event:
    """Open, close, publish, unpublish, reopen, archive or cancel an event, and record it.

    Publishing and archiving need a ranking of the present input. Whatever makes results official, or no longer
    official, refreshes the standings of the event's seasons; publishing also tells the participants.
    """
    event = lock_event(event_id)
    before, after = State(event.state), next_state(event, action)
    if action in ("publish", "archive") and event.ranked_version != event.input_version:
        raise WrongState("the ranking of the latest changes is not ready yet; try again shortly", place="ranking")
    if action == "publish" and event.is_frozen:
        raise WrongState("the event is frozen; thaw it first", place="freeze_at")
    event.state = after
    event.save(update_fields=["state", "updated_at"])
    EventTransition.objects.create(event=event, from_state=before, to_state=after, by=by, reason=reason)
    if action in ("open", "close"):
        # Nobody should wait out a cool-down to see the start list, or to publish.
        enqueue_ranking(event)
    if action == "publish":
        enqueue("notifications.announce_event_ranking", {"ranking_id": event.public_ranking_id})
    if (before in OFFICIAL) != (after in OFFICIAL):
        enqueue("rankings.refresh_season_standings", {"event_id": event.pk})
    return event


@transaction.atomic
def thaw_event(event_id: int, *, by: User | None) -> Event:
    """Show the public at once all that the freeze has hidden, and record it. Raises WrongState if nothing is frozen."""
    event = lock_event(event_id)
    thaw(event, by=by)
    return event


def reveal_next(event_id: int, *, by: User | None, steps: int = 1) -> Thaw:
    """Show the public the next steps of the thaw, from the bottom of its board, and record them.

    Raises WrongState if nothing is frozen, or while the ranking of the step before is not there yet.
    """
    return reveal_steps(event_id, by=by, steps=steps)


@transaction.atomic
def register_entry(
    event_id: int,
    *,
    bib: str,
    name: str,
    divisions: Mapping[str, str] | None = None,
    external_id: str = "",
    user: User | None = None,
    standing: Entry.Standing = Entry.Standing.COMPETING,
) -> Entry:
    """Enter a participant. The same `external_id` is the same participant in all events of the owner."""
    event = lock_event(event_id)
    require_state(event, State.DRAFT, State.OPEN, doing="a new entry")
    division_set = find_division_set(event, check_divisions(parse_rules(event.rules), divisions or {}))
    if Entry.objects.filter(event=event, bib=check_bib(bib)).exists():
        raise Conflict(f"bib {bib!r} is taken", place="bib")
    participant = find_participant(event, name=name, external_id=external_id, user=user)
    if Entry.objects.filter(event=event, participant=participant).exists():
        raise Conflict(f"{participant} is entered already", place="external_id")
    entry = Entry(event=event, participant=participant, bib=bib, division_set=division_set, standing=standing)
    check_model(entry)
    entry.save()
    note_change(event, shows_at_once=standing in Entry.SHOWN)
    return entry


@transaction.atomic
def change_participant(participant_id: int, *, changes: Mapping[str, Any]) -> Participant:
    """Change a participant's name, external id or account. Pages that show the name are out of date from now on."""
    return change_person(participant_id, changes)


@transaction.atomic
def change_entry(entry_id: int, *, changes: Mapping[str, Any], reason: str = "", by: User | None = None) -> Entry:
    """Change an entry's standing, status, adjustment, divisions or manual order.

    Once the event is open each change is a correction in its trail. An adjustment or a DSQ needs a reason, and so does
    everything once the event is published. `name` is the participant's and changes in all events. It is no result: it
    alone can be mended in any state.
    """
    entry = Entry.objects.get(pk=entry_id)
    of_entry = dict(changes)
    if "name" in of_entry:
        # Before the event's own lock: it locks all events of the participant, in one order for everybody.
        change_participant(entry.participant_id, changes={"name": of_entry.pop("name")})
    if of_entry:
        event = lock_event(entry.event_id)
        entry.refresh_from_db()
        correct_entry(event, entry, of_entry, reason=reason, by=by)
    return entry


@transaction.atomic
def merge_participants(keep_id: int, *, drop_id: int, reason: str, by: User | None) -> Participant:
    """Make one participant of two that are the same. The entries and the external id of the dropped one lead to the
    kept one from now on, in all events; the standings of their seasons follow.

    Where both are entered in one event, the entry without a result is withdrawn. Raises Conflict naming the event if
    both have one, WrongState if it is archived.
    """
    pair = lock_pair(keep_id, drop_id)
    merge(pair, reason=reason, by=by)
    return pair.keep


@transaction.atomic
def record_scores(event_id: int, *, rows: Sequence[NewScore], by: User | None) -> list[Outcome]:
    """Take in scores, each on its own: the good ones are stored, whatever becomes of the others.

    Returns an outcome for each row, in their order. A row whose idempotency key was seen before changes nothing, and is
    answered in any state: who lost the first answer learns that the score was taken. A row whose external id the event
    has is a repetition too if it says the same, else a correction, which may also come later (apps.events.corrections).
    Raises WrongState if the event is not open and no row is one of these.
    """
    event = lock_event(event_id)
    book = SourcedScoreBook(event, rows, by=by)
    if not book.by_key and not book.named:
        require_state(event, State.OPEN, doing="recording scores")
    outcomes = [book.take(row) for row in rows]
    if any(outcome.is_new for outcome in outcomes):
        book.store()
        note_corrections(event, book.corrections, by=by, shows_at_once=False)
    return outcomes


@transaction.atomic
def submit_import(
    event_id: int, *, content: BinaryIO, by: User | None, **options: Unpack[ImportOptions]
) -> ImportBatch:
    """Take in a CSV file of scores, to be read by a worker. Raises InvalidInput naming the option that is wrong."""
    # Not locked: a long upload must not keep scores waiting. The state is looked at again with each chunk.
    event = Event.objects.get(pk=event_id)
    batch = make_batch(event, by=by, **options)
    require_importable(event, dry_run=batch.dry_run)
    store_batch(batch, content)
    batch.task_id = enqueue("events.import_scores", {"batch_id": batch.pk})
    batch.save(update_fields=["task_id"])
    return batch


def import_scores(batch_id: int, *, progress: Progress | None = None) -> dict[str, Any]:
    """Read the file of a batch, from where it was left. `progress` is called with the batch now and then.

    Any number of runs, at once or after kills, store the same and report the same. Returns the report's counters.
    """
    return summarize(run_import(batch_id, progress))


@transaction.atomic
def void_score(score_id: int, *, reason: str, by: User | None) -> Score:
    """Make a score count no longer. The row stays, with who did it and why."""
    score, event = lock_score(score_id)
    void(event, score, reason=reason, by=by)
    return score


@transaction.atomic
def supersede_score(score_id: int, *, changes: Mapping[str, Any], reason: str, by: User | None) -> Score:
    """Put another score in the place of one: of the same entry, component and attempt, with another value, outcome or
    moment. `changes` may hold value, unit, outcome and achieved_at. The old row stays. Returns the new one.
    """
    score, event = lock_score(score_id)
    return supersede(event, score, changes=changes, reason=reason, by=by)


@transaction.atomic
def request_event_ranking(event_id: int) -> uuid.UUID:
    """Ask for the ranking at once, as a person does. Returns the task's id."""
    event = lock_event(event_id)
    if event.state in (State.DRAFT, State.CANCELLED):
        raise WrongState(f"an event that is {event.state} has no ranking", place="state")
    return enqueue_ranking(event)


def generate_event_ranking(event_id: int) -> dict[str, Any]:
    """Rank the event's present input and make the result its current ranking, unless it says the same.

    Any number of runs, at once, late or out of order, end with the same rows: a run that read older input than the
    current ranking holds for changes nothing. Returns the public revision that holds now and whether this run made it.
    """
    started = time.monotonic()
    try:
        ranking_input = read_input(event_id)
    except Event.DoesNotExist:
        # Deleted since it was asked for: there is nothing to rank, and no retry would help.
        return {"event_id": event_id, "revision": None, "is_new": False}
    live = rank_input(ranking_input)
    public_input = hide_frozen(ranking_input)
    public = live if public_input is ranking_input else rank_input(public_input)
    with transaction.atomic():
        event = lock_event(event_id)
        is_late = event.ranked_version is not None and event.ranked_version > ranking_input.input_version
        is_new = has_moved = False
        if not is_late:
            has_moved = event.ranked_version != ranking_input.input_version
            event.ranked_version = ranking_input.input_version
            event.ranking_ms = int((time.monotonic() - started) * 1000)
            is_new = store_rankings(event, live, public, input_version=ranking_input.input_version)
        event.save(update_fields=["ranked_version", "ranking_ms", "current_ranking", "public_ranking"])
        enqueue_corrected(event, is_new=is_new, has_moved=has_moved)
    current = event.public_ranking
    return {"event_id": event_id, "revision": current.revision if current else None, "is_new": is_new}


def thin_rankings(event_id: int, *, terms: Terms, who: str, reason: str) -> Thinning | None:
    """Remove, batch by batch, the provisional revisions of an event that may go. Returns the record, if any went."""
    return remove_superfluous(event_id, terms, who=who, reason=reason)
