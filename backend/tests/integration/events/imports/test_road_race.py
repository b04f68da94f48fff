"""A real race with its official places, from file to ranking. Its data is no part of this project."""

from collections import defaultdict
from collections.abc import Iterable
from random import Random
from typing import NamedTuple

import pytest

from apps.events import pages
from apps.events.models import Entry, Event, Ranking
from apps.events.services import generate_event_ranking
from delivery.models import OutboxMessage
from tests.factories import make_event
from tests.integration.events.imports.files import counts, import_file
from tests.real_data import FOLDER, needs, read_csv

NAME = "road_race_2017.csv"
FILE = FOLDER / NAME
COLUMNS = "bib=bib,score=time_s,division=sex,division=division"
RUNNERS = 26_410

pytestmark = [
    pytest.mark.django_db(transaction=True),
    needs(NAME),
]


class Finish(NamedTuple):
    """A row of the file: the time, and the official place in one board."""

    bib: str
    seconds: int
    place: int


def make_race(ties: str) -> Event:
    return make_event(rules={"metric": "duration", "direction": "low", "ties": ties})


def ranking_of(event: Event) -> Ranking:
    generate_event_ranking(event.pk)
    event.refresh_from_db()
    assert event.current_ranking is not None
    return event.current_ranking


def official_boards() -> dict[str, list[Finish]]:
    """The official places by board: overall, of each sex, of each division of each sex."""
    boards: dict[str, list[Finish]] = defaultdict(list)
    for row in read_csv(NAME):
        for board, column in (
            ("overall", "official_overall"),
            (f"sex:{row['sex']}", "official_gender"),
            (f"division:{row['division']}", "official_division"),
        ):
            boards[board].append(Finish(row["bib"], int(row["time_s"]), int(row[column])))
    return boards


def expected_ranks(finishes: Iterable[Finish]) -> dict[str, tuple[int, int]]:
    """Rank by 1224 and by 1334 of each bib: the lowest and the highest official place in its group of equal times.

    One row is missing from the file, so the gap in the official places is closed first.
    """
    groups: dict[int, list[int]] = defaultdict(list)
    in_order = sorted(finishes, key=lambda finish: finish.place)
    places = {finish.bib: place for place, finish in enumerate(in_order, start=1)}
    for finish in in_order:
        groups[finish.seconds].append(places[finish.bib])
    return {finish.bib: (min(groups[finish.seconds]), max(groups[finish.seconds])) for finish in in_order}


@pytest.fixture(scope="module")
def expected() -> dict[str, dict[str, tuple[int, int]]]:
    return {board: expected_ranks(finishes) for board, finishes in official_boards().items()}


@pytest.mark.parametrize(("ties", "index"), [("competition", 0), ("modified", 1)])
def test_every_official_place_comes_out(expected: dict[str, dict[str, tuple[int, int]]], ties: str, index: int) -> None:
    event = make_race(ties)
    batch = import_file(event, FILE.read_bytes(), columns=COLUMNS)
    assert counts(batch) == {"received": RUNNERS, "accepted": RUNNERS}
    ranking = ranking_of(event)
    bibs = dict(Entry.objects.filter(event=event).values_list("pk", "bib"))
    assert set(pages.board_keys(ranking)) == set(expected)
    for board, ranks in expected.items():
        found = {bibs[row.entry_id]: row.rank for row in pages.iter_rows(ranking, board)}
        assert found == {bib: pair[index] for bib, pair in ranks.items()}, board
    assert sum(len(ranks) for board, ranks in expected.items() if board.startswith("sex:")) == RUNNERS


def test_imported_again_nothing_changes_and_in_another_order_the_ranking_is_the_same() -> None:
    event = make_race("competition")
    import_file(event, FILE.read_bytes(), columns=COLUMNS)
    ranking = ranking_of(event)
    OutboxMessage.objects.all().delete()
    assert counts(import_file(event, FILE.read_bytes(), columns=COLUMNS)) == {
        "received": RUNNERS,
        "unchanged": RUNNERS,
    }
    assert not OutboxMessage.objects.filter(task_name="events.generate_event_ranking").exists()
    assert ranking_of(event) == ranking
    shuffled = make_race("competition")
    header, *rows = FILE.read_bytes().splitlines(keepends=True)
    Random(1).shuffle(rows)
    import_file(shuffled, header + b"".join(rows), columns=COLUMNS)
    assert ranking_of(shuffled).content_hash == ranking.content_hash
