"""Merging participants: one entry in each event, the trail, and what still leads to the one that was dropped."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from apps.errors import Conflict, InvalidInput, Missing, WrongState
from apps.events.models import Correction, Entry, Event, Participant
from apps.events.services import (
    change_entry,
    change_event_state,
    generate_event_ranking,
    merge_participants,
    register_entry,
)
from delivery.models import OutboxMessage
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.integration.events.imports.files import counts, import_file, wrong_rows

pytestmark = pytest.mark.django_db(transaction=True)

OWNER = "olga"


def event_of_owner() -> Event:
    return make_event(owner=User.objects.get(username=OWNER))


@pytest.fixture
def pair() -> tuple[Participant, Participant]:
    """Who is kept, entered in an event of their own, and who is dropped, in another."""
    make_user(OWNER)
    keep = add_entry(event_of_owner(), "1", name="Ana Lima", external_id="keep").participant
    drop = add_entry(event_of_owner(), "2", name="Ana", external_id="drop").participant
    return keep, drop


def merge(keep: Participant, drop: Participant, reason: str = "entered twice") -> Participant:
    return merge_participants(keep.pk, drop_id=drop.pk, reason=reason, by=keep.owner)


def both_in(pair: tuple[Participant, Participant]) -> tuple[Event, Entry, Entry]:
    event = event_of_owner()
    entries = [register_entry(event.pk, bib=one.external_id, name="x", external_id=one.external_id) for one in pair]
    return event, entries[0], entries[1]


def entries_of(participant: Participant) -> set[str]:
    return set(Entry.objects.filter(participant=participant).values_list("bib", flat=True))


def test_the_entries_go_to_the_kept_one_with_a_line_in_the_trail(pair: tuple[Participant, Participant]) -> None:
    keep, drop = pair
    entry = drop.entries.get()
    before = entry.event.input_version
    assert merge(keep, drop) == keep
    drop.refresh_from_db()
    assert drop.merged_into == keep
    assert (entries_of(keep), entries_of(drop)) == ({"1", "2"}, set())
    correction = Correction.objects.get()
    assert (correction.kind, correction.entry, correction.event) == ("merge", entry, entry.event)
    assert (correction.reason, correction.by) == ("entered twice", keep.owner)
    assert (correction.before["participant"], correction.after["participant"]) == (drop.pk, keep.pk)
    assert correction.input_version == before + 1


def test_published_events_are_ranked_and_their_seasons_follow(pair: tuple[Participant, Participant]) -> None:
    keep, drop = pair
    event = drop.entries.get().event
    publish_event(event)
    OutboxMessage.objects.update(sent_at=timezone.now())
    merge(keep, drop)
    asked = OutboxMessage.objects.filter(sent_at=None).values_list("task_name", "kwargs__event_id")
    assert set(asked) == {
        ("events.generate_event_ranking", event.pk),
        ("rankings.refresh_season_standings", event.pk),
    }
    # Bibs and places are the same: whose they are is no part of a ranking.
    assert generate_event_ranking(event.pk)["is_new"] is False


def test_an_archived_event_may_change_hands_but_no_result(pair: tuple[Participant, Participant]) -> None:
    keep, drop = pair
    event = drop.entries.get().event
    publish_event(event)
    change_event_state(event.pk, action="archive", by=None)
    merge(keep, drop)
    assert entries_of(keep) == {"1", "2"}


def test_two_entries_of_an_archived_event_stand_against_it(pair: tuple[Participant, Participant]) -> None:
    event, _kept, _dropped = both_in(pair)
    publish_event(event)
    change_event_state(event.pk, action="archive", by=None)
    with pytest.raises(WrongState, match=event.slug):
        merge(*pair)
    assert entries_of(pair[1]) == {"2", "drop"}
    assert not Correction.objects.exists()


@pytest.mark.parametrize(("with_score", "stays"), [("keep", "keep"), ("drop", "drop"), ("", "keep")])
def test_of_two_entries_the_one_with_scores_stays(
    pair: tuple[Participant, Participant], with_score: str, stays: str
) -> None:
    event, _kept, _dropped = both_in(pair)
    if with_score:
        add_score(event, with_score, "21:40")
    publish_event(event)
    merge(*pair)
    goes = {"keep": "drop", "drop": "keep"}[stays]
    by_bib = {entry.bib: entry for entry in Entry.objects.filter(event=event)}
    assert by_bib[stays].participant == pair[0]
    assert by_bib[goes].participant == pair[1]
    assert by_bib[stays].standing == Entry.Standing.COMPETING
    assert by_bib[goes].standing == Entry.Standing.WITHDRAWN
    assert Participant.objects.count() == 2
    generate_event_ranking(event.pk)
    event.refresh_from_db()
    assert event.public_ranking is not None
    assert (event.public_ranking.revision, event.public_ranking.reason) == (2, "entered twice")
    lines = set(Correction.objects.filter(event=event).values_list("entry__bib", "before__standing"))
    assert (goes, "competing") in lines


def test_two_results_in_one_event_are_not_made_one(pair: tuple[Participant, Participant]) -> None:
    event, kept, dropped = both_in(pair)
    add_score(event, "keep", "21:40")
    change_entry(dropped.pk, changes={"status": Entry.Status.DSQ}, reason="cut the course")
    before = Correction.objects.count()
    with pytest.raises(Conflict, match=f"keep and drop both have results in {event.slug}"):
        merge(*pair)
    pair[1].refresh_from_db()
    assert pair[1].merged_into is None
    assert entries_of(pair[1]) == {"2", "drop"}
    assert Correction.objects.count() == before
    assert kept.participant_id == pair[0].pk


def test_the_dropped_ones_external_id_leads_to_the_kept_one(pair: tuple[Participant, Participant]) -> None:
    keep, drop = pair
    merge(keep, drop)
    entry = register_entry(event_of_owner().pk, bib="9", name="Ana", external_id="drop")
    assert entry.participant == keep
    event = event_of_owner()
    file = "bib,participant,score\n9,drop,61\n"
    import_file(event, file)
    assert Entry.objects.get(event=event).participant == keep
    # The same file again, and one that names the bib by the other id.
    assert counts(import_file(event, file)) == {"received": 1, "unchanged": 1}
    assert counts(import_file(event, "bib,participant,score\n9,keep,61\n")) == {"received": 1, "unchanged": 1}
    assert entries_of(drop) == set()


def test_both_ids_in_one_file_are_one_participant(pair: tuple[Participant, Participant]) -> None:
    merge(*pair)
    batch = import_file(event_of_owner(), "bib,participant,score\n1,keep,61\n2,drop,62\n")
    assert wrong_rows(batch) == [(3, "participant", "drop", "this participant is entered with bib 1")]


def test_an_import_does_not_bring_back_what_a_merge_has_withdrawn(pair: tuple[Participant, Participant]) -> None:
    event, _kept, dropped = both_in(pair)
    merge(*pair)
    batch = import_file(event, "bib,name,score\nkeep,Ana,61\ndrop,Ana,62\n")
    reason = "bib drop was a second entry of its participant, withdrawn when the two were merged"
    assert wrong_rows(batch) == [(3, "bib", "drop", reason)]
    dropped.refresh_from_db()
    assert dropped.standing == Entry.Standing.WITHDRAWN


def test_who_was_merged_before_is_found_at_once(pair: tuple[Participant, Participant]) -> None:
    keep, drop = pair
    last = add_entry(event_of_owner(), "3", external_id="last").participant
    merge(keep, drop)
    merge(last, keep)
    assert register_entry(event_of_owner().pk, bib="9", name="x", external_id="drop").participant == last
    assert entries_of(last) == {"1", "2", "3", "9"}


def test_the_account_goes_with_the_results(pair: tuple[Participant, Participant]) -> None:
    keep, drop = pair
    drop.user = make_user()
    drop.save()
    merge(keep, drop)
    keep.refresh_from_db()
    assert keep.user == drop.user


def test_what_is_no_pair(pair: tuple[Participant, Participant]) -> None:
    keep, drop = pair
    stranger = add_entry(make_event(), "1").participant
    with pytest.raises(InvalidInput, match="with itself"):
        merge(keep, keep)
    with pytest.raises(InvalidInput, match="the same owner"):
        merge(keep, stranger)
    with pytest.raises(InvalidInput, match="a reason is needed"):
        merge(keep, drop, reason=" ")
    with pytest.raises(Missing, match="no participant 0"):
        merge_participants(keep.pk, drop_id=0, reason="x", by=None)
    merge(keep, drop)
    with pytest.raises(WrongState, match="merged into another before"):
        merge(keep, drop)
