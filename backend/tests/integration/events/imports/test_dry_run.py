"""A dry run reports what a real one would, for any file after any other, and stores nothing."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.errors import WrongState
from apps.events.models import Event, ImportBatch, Participant
from apps.events.services import change_event_state
from delivery.models import OutboxMessage
from tests.factories import make_event
from tests.integration.events.imports.files import counts, entries, import_file, scores, submit, told

FILE = "bib,score\n7,61\n12,-1\n"
COLUMNS = "bib=bib,attempt=attempt,name=name,division=sex,status=status,participant=participant,score=score"
HEADER = "bib,attempt,name,sex,status,participant,score\n"
pytestmark = pytest.mark.django_db
# Few of each, so that rows meet: the same bib again, another name for it, a participant under two bibs.
ROW = st.tuples(
    st.sampled_from(["1", "2", "3", "4", "", "=1"]),
    st.sampled_from(["", "1", "2", "0"]),
    st.sampled_from(["", "Ana", "Ana", "Bruno"]),
    st.sampled_from(["", "F", "F", "M", "X"]),
    st.sampled_from(["", "", "DNF", "DSQ", "gone"]),
    st.sampled_from(["", "", "p1", "p2"]),
    st.sampled_from(["", "61", "62", "-1"]),
).map(",".join)
ROWS = st.lists(ROW, max_size=8)
FILES = st.tuples(ROWS, st.sampled_from(["upsert", "replace"]))


def content(rows: list[str]) -> str:
    return HEADER + "".join(f"{row}\n" for row in rows)


def test_nothing_is_stored_but_the_report(race: Event) -> None:
    OutboxMessage.objects.all().delete()
    race.refresh_from_db()
    before = race.input_version
    batch = import_file(race, FILE, dry_run=True)
    assert batch.state == "done"
    assert counts(batch) == {"received": 2, "accepted": 1, "rejected": 1}
    assert (entries(race), Participant.objects.count()) == ({}, 0)
    race.refresh_from_db()
    assert race.input_version == before
    assert set(OutboxMessage.objects.values_list("task_name", flat=True)) == {"events.import_scores"}


def test_who_would_be_withdrawn_is_counted(race: Event) -> None:
    import_file(race, "bib,score\n7,61\n12,62\n31,63\n")
    batch = import_file(race, "bib,score\n12,62\n", mode="replace", dry_run=True)
    assert counts(batch) == {"received": 1, "unchanged": 1, "withdrawn": 2}
    assert {entry["standing"] for entry in entries(race).values()} == {"COMPETING"}


def test_an_event_in_draft_takes_a_dry_run_and_no_other() -> None:
    event = make_event(state="draft")
    assert counts(import_file(event, "bib,score\n7,61\n", dry_run=True)) == {"received": 1, "accepted": 1}
    with pytest.raises(WrongState, match="an import needs an event that is open"):
        submit(event, "bib,score\n7,61\n")
    change_event_state(event.pk, action="cancel", by=None)
    with pytest.raises(WrongState, match="a dry run of an import needs an event that is draft or open"):
        submit(event, "bib,score\n7,61\n", dry_run=True)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(ROWS, FILES, st.integers(1, 3), st.integers(1, 3))
def test_a_dry_run_and_chunks_of_any_size_report_the_same(
    monkeypatch: pytest.MonkeyPatch, before: list[str], file: tuple[list[str], str], dry: int, real: int
) -> None:
    def run(event: Event, chunk_rows: int, *, dry_run: bool = False) -> ImportBatch:
        monkeypatch.setattr("apps.events.imports.file.CHUNK_ROWS", chunk_rows)
        return import_file(event, content(file[0]), columns=COLUMNS, mode=file[1], dry_run=dry_run)

    forget_participants()
    first = make_event()
    import_file(first, content(before), columns=COLUMNS)
    stored_before = (entries(first), scores(first))
    expected = told(run(first, dry, dry_run=True))
    assert (entries(first), scores(first)) == stored_before
    assert told(run(first, real)) == expected
    stored = (entries(first), scores(first))
    again = run(first, dry)
    assert (again.accepted, again.updated, again.withdrawn) == (0, 0, 0) or again.state == "refused"
    assert (entries(first), scores(first)) == stored
    forget_participants()
    second = make_event()
    import_file(second, content(before), columns=COLUMNS)
    assert told(run(second, 1000)) == expected
    assert (entries(second), scores(second)) == stored


def forget_participants() -> None:
    """Let the next event's participants be others than the last one's."""
    Participant.objects.update(external_id="")
