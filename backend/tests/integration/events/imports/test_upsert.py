"""A file that updates: what is new, what changes, what stays."""

import pytest

from apps.events.models import Entry, Event, ImportPart, ImportRow, Participant, Score
from apps.events.services import change_entry, void_score
from delivery.models import OutboxMessage
from tests.factories import add_entry, add_score, make_event, make_user
from tests.integration.events.imports.files import counts, current, entries, import_file, scores, submit

FILE = "bib,name,sex,score\n7,Ana,F,61.5\n12,Bruno,M,1:00:00\n"
pytestmark = pytest.mark.django_db
SEX = "bib=bib,name=name,division=sex,score=score"


def version(event: Event) -> int:
    event.refresh_from_db()
    return event.input_version


def requests() -> int:
    return OutboxMessage.objects.filter(task_name="events.generate_event_ranking").count()


def test_new_rows_become_entries_with_scores(race: Event) -> None:
    batch = import_file(race, FILE, columns=SEX, file_name="gate.csv")
    assert counts(batch) == {"received": 2, "accepted": 2}
    assert batch.state == "done"
    assert batch.finished_at is not None
    assert batch.bytes_read == batch.file_size == len(FILE)
    assert entries(race)["7"] == {
        "name": "Ana",
        "participant": "",
        "divisions": {"sex": "F"},
        "standing": "COMPETING",
        "status": "FINISHED",
        "reason": "",
    }
    assert current(race) == {"7": 61_500, "12": 3_600_000}
    # An import that goes on after a kill stores the same moment as an undisturbed one.
    assert set(Score.objects.values_list("achieved_at", flat=True)) == {batch.created_at}


def test_what_was_kept_to_read_the_file_is_gone_afterwards(race: Event) -> None:
    batch = submit(race, FILE, columns=SEX)
    assert ImportPart.objects.filter(batch=batch).exists()
    batch = import_file(race, FILE, columns=SEX)
    assert not ImportPart.objects.filter(batch=batch).exists()
    assert not ImportRow.objects.exists()


def test_submitting_enqueues_the_import_once(race: Event) -> None:
    batch = submit(race, FILE, columns=SEX)
    message = OutboxMessage.objects.get(task_name="events.import_scores")
    assert message.kwargs == {"batch_id": batch.pk}
    assert message.task_id == batch.task_id


def test_the_same_file_again_changes_nothing(race: Event) -> None:
    import_file(race, FILE, columns=SEX)
    OutboxMessage.objects.all().delete()
    before = (version(race), entries(race), scores(race))
    assert counts(import_file(race, FILE, columns=SEX)) == {"received": 2, "unchanged": 2}
    assert (version(race), entries(race), scores(race)) == before
    assert requests() == 0


def test_an_import_asks_for_one_ranking_at_once(race: Event) -> None:
    OutboxMessage.objects.all().delete()
    import_file(race, FILE, columns=SEX)
    message = OutboxMessage.objects.get(task_name="events.generate_event_ranking")
    assert message.not_before is None


def test_a_changed_score_supersedes_the_old_one(race: Event) -> None:
    import_file(race, FILE, columns=SEX)
    before = version(race)
    batch = import_file(race, "bib,score\n12,3599\n")
    assert counts(batch) == {"received": 1, "updated": 1}
    assert scores(race) == [
        ("12", 1, 3_600_000, False, None),
        ("12", 1, 3_599_000, True, 3_600_000),
        ("7", 1, 61_500, True, None),
    ]
    assert version(race) == before + 1


def test_name_divisions_and_status_change(race: Event) -> None:
    import_file(race, FILE, columns=SEX)
    changed = "bib,name,sex,status,score\n7,Ana Lima,M,DSQ,61.5\n12,Bruno,M,finished,3600\n"
    batch = import_file(race, changed, columns=f"{SEX},status=status")
    assert counts(batch) == {"received": 2, "updated": 1, "unchanged": 1}
    assert entries(race)["7"] | {"standing": ""} == {
        "name": "Ana Lima",
        "participant": "",
        "divisions": {"sex": "M"},
        "standing": "",
        "status": "DSQ",
        "reason": "import",
    }
    assert counts(import_file(race, changed, columns=f"{SEX},status=status")) == {"received": 2, "unchanged": 2}


def test_a_status_that_stays_keeps_its_reason(race: Event) -> None:
    entry = add_entry(race, "7")
    change_entry(entry.pk, changes={"status": Entry.Status.DSQ, "status_reason": "took the bus"})
    assert counts(import_file(race, "bib,status\n7,DSQ\n")) == {"received": 1, "unchanged": 1}
    assert entries(race)["7"]["reason"] == "took the bus"
    import_file(race, "bib,status\n7,DNF\n")
    assert entries(race)["7"]["reason"] == ""


def test_what_the_file_has_no_column_for_stays(race: Event) -> None:
    everything = "bib,name,sex,club,status,score\n7,Ana,F,Serra,DNF,61\n"
    import_file(race, everything, columns=f"{SEX},division=club,status=status")
    before = entries(race)
    assert counts(import_file(race, "bib,score\n7,61\n")) == {"received": 1, "unchanged": 1}
    batch = import_file(race, "bib,sex,score\n7,M,61\n", columns="bib=bib,division=sex,score=score")
    assert counts(batch) == {"received": 1, "updated": 1}
    assert entries(race) == {"7": before["7"] | {"divisions": {"sex": "M", "club": "Serra"}}}


def test_an_empty_division_takes_out_of_it_and_an_empty_name_stays(race: Event) -> None:
    import_file(race, FILE, columns=SEX)
    assert counts(import_file(race, "bib,name,sex,score\n7,,,61.5\n", columns=SEX)) == {"received": 1, "updated": 1}
    assert entries(race)["7"]["divisions"] == {}
    assert entries(race)["7"]["name"] == "Ana"


def test_without_a_name_the_bib_is_the_name(race: Event) -> None:
    import_file(race, "bib,score\n7,61\n")
    assert entries(race)["7"]["name"] == "7"


def test_a_withdrawn_entry_that_is_named_competes_again(race: Event) -> None:
    entry = add_entry(race, "7")
    change_entry(entry.pk, changes={"standing": Entry.Standing.WITHDRAWN})
    assert counts(import_file(race, "bib,status\n7,\n")) == {"received": 1, "updated": 1}
    assert entries(race)["7"]["standing"] == "COMPETING"


@pytest.mark.parametrize("standing", [Entry.Standing.HIDDEN, Entry.Standing.OUT_OF_COMPETITION])
def test_other_standings_are_not_touched(race: Event, standing: Entry.Standing) -> None:
    entry = add_entry(race, "7")
    change_entry(entry.pk, changes={"standing": standing})
    import_file(race, "bib,score\n7,61\n")
    assert entries(race)["7"]["standing"] == standing.name


def test_several_attempts_of_an_entry(race: Event) -> None:
    batch = import_file(race, "bib,attempt,score\n7,1,61\n7,2,60\n7,,62\n7,2,59\n")
    assert counts(batch) == {"received": 4, "accepted": 2, "rejected": 2}
    assert scores(race) == [("7", 1, 61_000, True, None), ("7", 2, 60_000, True, None)]
    assert counts(import_file(race, "bib,attempt,score\n7,2,60\n7,3,58\n")) == {
        "received": 2,
        "accepted": 1,
        "unchanged": 1,
    }


def test_a_voided_score_comes_back_as_a_new_one(race: Event) -> None:
    add_entry(race, "7")
    score = add_score(race, "7", "61", unit="s")
    void_score(score.pk, reason="wrong chip", by=None)
    assert counts(import_file(race, "bib,score\n7,61\n")) == {"received": 1, "accepted": 1}
    assert scores(race) == [("7", 1, 61_000, False, None), ("7", 1, 61_000, True, None)]


def test_the_moment_of_a_score_is_read_and_compared(race: Event) -> None:
    rows = "bib,score,achieved_at\n7,61,2026-05-17T10:00:00-03:00\n"
    import_file(race, rows)
    assert Score.objects.get().achieved_at.isoformat() == "2026-05-17T13:00:00+00:00"
    same_moment = "bib,score,achieved_at\n7,61,2026-05-17T13:00:00Z\n"
    assert counts(import_file(race, same_moment)) == {"received": 1, "unchanged": 1}
    assert counts(import_file(race, "bib,score,achieved_at\n7,61,\n")) == {"received": 1, "unchanged": 1}
    later = "bib,score,achieved_at\n7,61,2026-05-17T13:00:01Z\n"
    assert counts(import_file(race, later)) == {"received": 1, "updated": 1}


def test_participants_are_the_same_across_the_events_of_an_owner() -> None:
    owner = make_user()
    first, second = make_event(owner=owner), make_event(owner=owner)
    rows = "bib,name,participant,score\n{},{},p-1,61\n"
    import_file(first, rows.format(7, "Ana"))
    batch = import_file(second, rows.format(8, "Ana Lima"))
    assert counts(batch) == {"received": 1, "accepted": 1}
    assert Participant.objects.get(external_id="p-1").name == "Ana Lima"
    assert entries(first)["7"]["name"] == "Ana Lima"
    assert counts(import_file(second, rows.format(8, "Ana Lima"))) == {"received": 1, "unchanged": 1}


def test_a_participant_is_not_moved_to_another_bib_nor_a_bib_to_another_participant(race: Event) -> None:
    import_file(race, "bib,participant,score\n7,p-1,61\n8,,62\n")
    batch = import_file(race, "bib,participant,score\n9,p-1,61\n7,p-2,61\n8,p-3,62\n7,p-1,61\n")
    assert list(batch.rejections.values_list("line", "column", "value", "reason")) == [
        (2, "participant", "p-1", "this participant is entered with bib 7"),
        (3, "participant", "p-2", "bib 7 is entered for another participant"),
        (4, "participant", "p-3", "bib 8 is entered for another participant"),
    ]
    assert counts(batch) == {"received": 4, "unchanged": 1, "rejected": 3}


def test_more_divisions_than_are_remembered(race: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.events.imports.division_sets._MOST_CACHED", 2)
    monkeypatch.setattr("apps.events.imports.file.CHUNK_ROWS", 3)
    rows = "bib,club,score\n" + "".join(f"{bib},Club {bib % 5},61\n" for bib in range(20))
    columns = "bib=bib,division=club,score=score"
    assert counts(import_file(race, rows, columns=columns)) == {"received": 20, "accepted": 20}
    assert counts(import_file(race, rows, columns=columns)) == {"received": 20, "unchanged": 20}
    assert all(entry["divisions"] == {"club": f"Club {int(bib) % 5}"} for bib, entry in entries(race).items())
