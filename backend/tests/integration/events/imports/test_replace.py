"""A file that replaces: taken whole or not at all, and who is not in it is withdrawn."""

import pytest

from apps.events.models import Entry, Event, ImportBatch
from apps.events.services import change_entry, change_event_state, import_scores
from delivery.models import OutboxMessage
from tests.factories import add_entry
from tests.integration.events.imports.files import counts, current, entries, import_file, scores, submit

FILE = "bib,score\n7,61\n12,62\n31,63\n"


@pytest.fixture(autouse=True)
def two_rows_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.events.imports.file.CHUNK_ROWS", 2)


def standings(event: Event) -> dict[str, str]:
    return {bib: entry["standing"] for bib, entry in entries(event).items()}


def test_who_is_not_in_the_file_is_withdrawn(race: Event) -> None:
    import_file(race, FILE)
    batch = import_file(race, "bib,score\n12,62\n40,64\n7,60\n", mode="replace")
    assert counts(batch) == {"received": 3, "accepted": 1, "updated": 1, "unchanged": 1, "withdrawn": 1}
    assert standings(race) == {"7": "COMPETING", "12": "COMPETING", "31": "WITHDRAWN", "40": "COMPETING"}


def test_withdrawing_alone_asks_for_a_ranking(race: Event) -> None:
    import_file(race, FILE)
    OutboxMessage.objects.all().delete()
    race.refresh_from_db()
    before = race.input_version
    batch = import_file(race, "bib,score\n12,62\n", mode="replace")
    assert counts(batch) == {"received": 1, "unchanged": 1, "withdrawn": 2}
    race.refresh_from_db()
    assert race.input_version == before + 1
    assert OutboxMessage.objects.get(task_name="events.generate_event_ranking").not_before is None


def test_one_wrong_row_and_nothing_changes(race: Event) -> None:
    import_file(race, FILE)
    before = (entries(race), scores(race))
    batch = import_file(race, "bib,score\n7,60\n12,-1\n31,x\n40,64\n", mode="replace")
    assert batch.state == "refused"
    assert batch.refusal == "a replacing file is taken whole or not at all, and 2 of its rows are wrong"
    assert [rejection.line for rejection in batch.rejections.all()] == [3, 4]
    assert (entries(race), scores(race)) == before
    race.refresh_from_db()


def test_a_file_without_rows_withdraws_nobody(race: Event) -> None:
    import_file(race, FILE)
    batch = import_file(race, "bib,score\n", mode="replace")
    assert (batch.state, batch.refusal) == ("refused", "a replacing file without rows would withdraw everyone")
    assert set(standings(race).values()) == {"COMPETING"}


def test_hidden_and_out_of_competition_are_not_touched(race: Event) -> None:
    for bib, standing in (("1", Entry.Standing.HIDDEN), ("2", Entry.Standing.OUT_OF_COMPETITION)):
        change_entry(add_entry(race, bib).pk, changes={"standing": standing})
    batch = import_file(race, FILE, mode="replace")
    assert counts(batch) == {"received": 3, "accepted": 3}
    assert standings(race) | {"7": "", "12": "", "31": ""} == {
        "1": "HIDDEN",
        "2": "OUT_OF_COMPETITION",
        "7": "",
        "12": "",
        "31": "",
    }


def test_the_same_file_again_changes_nothing(race: Event) -> None:
    import_file(race, FILE, mode="replace")
    race.refresh_from_db()
    before = race.input_version
    assert counts(import_file(race, FILE, mode="replace")) == {"received": 3, "unchanged": 3}
    race.refresh_from_db()
    assert race.input_version == before


def test_several_attempts_in_a_replacing_file(race: Event) -> None:
    rows = "bib,attempt,name,score\n7,1,Ana,61\n12,1,Bruno,62\n7,2,Ana,60\n12,2,Bruno,59\n7,3,Ana,58\n"
    assert counts(import_file(race, rows, mode="replace")) == {"received": 5, "accepted": 5}
    assert counts(import_file(race, rows, mode="replace")) == {"received": 5, "unchanged": 5}
    assert len(scores(race)) == 5


def test_nothing_is_stored_while_the_file_is_checked(race: Event) -> None:
    batch = submit(race, FILE, mode="replace")
    seen: list[tuple[str, int, int]] = []

    def look(batch: ImportBatch) -> None:
        seen.append((batch.state, batch.received, len(current(race))))

    import_scores(batch.pk, progress=look)
    assert seen == [("checking", 2, 0), ("running", 0, 0), ("running", 2, 2), ("done", 3, 3)]


def test_an_event_closed_during_the_check_refuses_the_file(race: Event) -> None:
    batch = submit(race, FILE, mode="replace")

    def close(batch: ImportBatch) -> None:
        if batch.state == ImportBatch.State.CHECKING:
            change_event_state(race.pk, action="close", by=None)

    import_scores(batch.pk, progress=close)
    batch.refresh_from_db()
    assert batch.state == "refused"
    assert "needs an event that is open" in batch.refusal
    assert entries(race) == {}
