"""A ranking as CSV."""

import csv
import io
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.events.models import DivisionSet, Entry, Event, Participant
from apps.events.services import change_entry, generate_event_ranking
from tests.factories import add_entry, add_score
from tests.integration.api.clients import API, assert_problem

EXPORT = f"{API}/events/race/ranking.csv"
HEADER = ["division", "rank", "position", "bib", "name", "score", "status"]


@pytest.fixture
def ranked(transactional_db: None, event: Event) -> Event:
    """Three entries, one of them did not finish; two have names of which a spreadsheet would make formulas."""
    add_entry(event, "-2", name='=cmd|"/c calc"!A1', divisions={"sex": "F"})
    add_score(event, "-2", "20:00")
    add_score(event, "7", "20:00")
    change_entry(event.entries.get(bib="12").pk, changes={"status": Entry.Status.DNF, "name": 'Bruno "B", ß'})
    generate_event_ranking(event.pk)
    return event


def table(response: Any) -> list[list[str]]:
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8"), newline="")))


def test_all_divisions(visitor: APIClient, ranked: Event) -> None:
    response = visitor.get(EXPORT)
    assert response["Content-Disposition"] == 'attachment; filename="race-1.csv"'
    assert table(response) == [
        HEADER,
        ["overall", "1", "1", "7", "Ana", "20:00", "finished"],
        ["overall", "1", "2", "'-2", '\'=cmd|"/c calc"!A1', "20:00", "finished"],
        ["overall", "", "3", "12", 'Bruno "B", ß', "", "DNF"],
        ["sex:F", "1", "1", "7", "Ana", "20:00", "finished"],
        ["sex:F", "1", "2", "'-2", '\'=cmd|"/c calc"!A1', "20:00", "finished"],
        ["sex:M", "", "1", "12", 'Bruno "B", ß', "", "DNF"],
    ]


def test_one_division(visitor: APIClient, ranked: Event) -> None:
    assert {row[0] for row in table(visitor.get(f"{EXPORT}?division=sex:F"))[1:]} == {"sex:F"}
    assert len(table(visitor.get(f"{EXPORT}?division=overall"))) == 4


def test_earlier_revision(visitor: APIClient, ranked: Event) -> None:
    add_score(ranked, "7", "19:00")
    generate_event_ranking(ranked.pk)
    assert table(visitor.get(f"{EXPORT}?revision=1"))[1][5] == "20:00"
    assert table(visitor.get(EXPORT))[1][5] == "19:00"


def test_only_the_header_without_a_ranking(visitor: APIClient, event: Event) -> None:
    assert table(visitor.get(EXPORT)) == [HEADER]


@pytest.mark.parametrize("accept", ["text/csv", "application/json", "text/html"])
def test_csv_whatever_is_accepted(visitor: APIClient, event: Event, accept: str) -> None:
    assert table(visitor.get(EXPORT, headers={"Accept": accept})) == [HEADER]
    assert_problem(visitor.get(f"{EXPORT}?limit=1", headers={"Accept": accept}), 422)


def test_more_rows_than_a_page(visitor: APIClient, transactional_db: None, event: Event) -> None:
    divisions = DivisionSet.objects.get(event=event, values={"sex": "F"})
    people = Participant.objects.bulk_create(Participant(name=f"P{number}") for number in range(2500))
    Entry.objects.bulk_create(
        Entry(event=event, participant=person, bib=f"x{number}", division_set=divisions)
        for number, person in enumerate(people)
    )
    generate_event_ranking(event.pk)
    rows = table(visitor.get(f"{EXPORT}?division=overall"))[1:]
    assert [int(row[2]) for row in rows] == list(range(1, 2503))
    assert len({row[3] for row in rows}) == 2502
