"""From rows to a stored ranking and back, on the database of the run."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from apps.events import pages
from apps.events.models import DivisionSet, Entry, Event, Ranking, RankingPage, Score
from apps.events.page_columns import Row
from apps.events.page_format import CorruptPage
from apps.events.ranking import rank_entries
from apps.events.result import OVERALL, Board, RankingResult
from apps.events.row_details import RowDetails, row_details
from apps.events.snapshot import read_input
from tests.factories import make_event
from tests.integration.events.crowd import ENTRIES, fill

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="COPY is PostgreSQL's")


def store(event: Event, result: RankingResult) -> Ranking:
    encoded = pages.encode(result)
    revision = Ranking.objects.filter(event=event).count() + 1
    ranking = Ranking.objects.create(
        event=event, revision=revision, input_version=1, duration_ms=0, rules=event.rules, boards=encoded.boards
    )
    with transaction.atomic():
        pages.write(ranking.pk, encoded)
    return Ranking.objects.get(pk=ranking.pk)


def rows_of_board(result: RankingResult, board: Board) -> list[Row]:
    columns = zip(board.rows.tolist(), board.rank.tolist(), board.tied.tolist(), strict=True)
    return [
        Row(
            entry_id=int(result.entry_ids[row]),
            rank=rank or None,
            position=position,
            tied=tied,
            score=int(result.score[row]) if result.has_score[row] else None,
            status=Entry.Status(int(result.status[row])),
            standing=Entry.Standing(int(result.standing[row])),
            broken_by=None,
            details=(),
        )
        for position, (row, rank, tied) in enumerate(columns, 1)
    ]


# --- reading the input ------------------------------------------------------------------------------------------------


def test_the_input_is_what_stands_in_the_tables(event: Event) -> None:
    entry = Entry.objects.filter(event=event).earliest("pk")
    entry.bib = "~" * 23
    entry.save()
    voided = Score.objects.filter(event=event).earliest("pk")
    voided.is_current = False
    voided.save()
    Event.objects.filter(pk=event.pk).update(input_version=7)

    data = read_input(event.pk)

    assert data.input_version == 7
    assert data.rules.metric == "duration"
    assert data.division_sets == dict(DivisionSet.objects.filter(event=event).values_list("pk", "values"))
    entries = data.entries
    columns = (entries.ids, entries.bibs, entries.standing, entries.status, entries.adjustment, entries.division_set)
    fields = ("pk", "bib", "standing", "status", "adjustment", "division_set_id")
    stored = Entry.objects.filter(event=event).values_list(*fields)
    assert sorted(zip(*(column.tolist() for column in columns), strict=True)) == sorted(
        (pk, bib.encode(), *others) for pk, bib, *others in stored
    )
    scores = (data.scores.entry_ids, data.scores.attempts, data.scores.values)
    current = Score.objects.filter(event=event).exclude(pk=voided.pk).values_list("entry_id", "attempt", "value")
    assert sorted(zip(*(column.tolist() for column in scores), strict=True)) == sorted(current)


def test_an_event_without_entries_is_read_ranked_and_stored() -> None:
    event = make_event()
    result = rank_entries(read_input(event.pk))
    ranking = store(event, result)
    assert pages.board_keys(ranking) == [OVERALL]
    assert pages.rows(ranking, OVERALL, 0, 10) == []
    assert pages.place(ranking, 1) == {}


def test_an_unknown_event_is_named_so() -> None:
    with pytest.raises(Event.DoesNotExist):
        read_input(0)


def test_the_input_is_not_read_within_another_transaction(event: Event) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="outside of any other transaction"):
        read_input(event.pk)


@contextmanager
def changing(event: Event) -> Iterator[None]:
    """Commits changes of version and scores together, again and again, from a connection of its own."""
    stop = threading.Event()

    def change() -> None:
        version = 0
        while not stop.is_set():
            version += 1
            with transaction.atomic():
                Event.objects.filter(pk=event.pk).update(input_version=version)
                Entry.objects.filter(event=event).update(adjustment=version)
                Score.objects.filter(event=event).update(value=version)
        connection.close()

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@on_postgresql  # SQLite's test database is in memory, and its connections lock each other out
def test_the_input_is_of_one_moment() -> None:
    event = make_event()
    fill(event, range(1, 40))
    Event.objects.filter(pk=event.pk).update(input_version=0)
    Entry.objects.filter(event=event).update(adjustment=0)
    Score.objects.filter(event=event).update(value=0)
    versions: set[int] = set()
    with changing(event):
        while len(versions) < 20:
            data = read_input(event.pk)
            assert set(data.entries.adjustment.tolist()) == {data.input_version}
            assert set(data.scores.values.tolist()) == {data.input_version}
            versions.add(data.input_version)


def test_every_board_comes_back(event: Event) -> None:
    result = rank_entries(read_input(event.pk))
    ranking = store(event, result)
    assert pages.board_keys(ranking) == ["overall", "age:40", "age:São", "sex:F", "sex:M"]
    for board in result.boards:
        expected = rows_of_board(result, board)
        assert list(pages.iter_rows(ranking, board.key)) == expected
        assert pages.row_count(ranking, board.key) == len(expected)
        assert pages.ranked_count(ranking, board.key) == sum(row.rank is not None for row in expected)
    assert len(pages.rows(ranking, OVERALL, 0, ENTRIES)) > 1000  # so that there is more than one page


def test_any_range_comes_back(event: Event) -> None:
    result = rank_entries(read_input(event.pk))
    ranking = store(event, result)
    expected = rows_of_board(result, result.boards[0])
    end = len(expected)
    for start, stop in ((0, 3), (998, 1002), (999, 1000), (1000, 1001), (0, end), (end - 2, end), (5, 5), (9, 2)):
        assert pages.rows(ranking, OVERALL, start, stop) == expected[start:stop]
    assert pages.rows(ranking, OVERALL, end - 2, end + 50) == expected[-2:]
    assert pages.rows(ranking, OVERALL, end, end + 1) == []
    assert pages.rows(ranking, OVERALL, -5, 2) == expected[:2]
    assert pages.rows(ranking, "sex:X", 0, 3) == []


def test_an_entry_leads_to_its_places(event: Event) -> None:
    result = rank_entries(read_input(event.pk))
    ranking = store(event, result)
    expected: dict[int, dict[str, Row]] = {}
    for board in result.boards:
        for row in rows_of_board(result, board):
            expected.setdefault(row.entry_id, {})[board.key] = row
    every = list(Entry.objects.filter(event=event).values_list("pk", flat=True))
    for entry_id in [*every[::37], *every[-2:], every[0] - 1, every[-1] + 1, 0]:
        assert pages.place(ranking, entry_id) == expected.get(entry_id, {})
    assert len(expected) < len(every)  # the hidden and the withdrawn have none


def test_around_an_entry(event: Event) -> None:
    result = rank_entries(read_input(event.pk))
    ranking = store(event, result)
    women = rows_of_board(result, next(board for board in result.boards if board.key == "sex:F"))
    for index in (0, 2, 300, len(women) - 1):
        found = pages.around(ranking, "sex:F", women[index].entry_id, 3)
        assert found == women[max(index - 3, 0) : index + 4]
    assert pages.around(ranking, "sex:M", women[0].entry_id, 3) == []
    assert pages.around(ranking, "sex:X", women[0].entry_id, 3) == []
    assert pages.around(ranking, "sex:F", 0, 3) == []


def test_rows_of_some_entries(event: Event) -> None:
    result = rank_entries(read_input(event.pk))
    ranking = store(event, result)
    women = rows_of_board(result, next(board for board in result.boards if board.key == "sex:F"))
    every = list(Entry.objects.filter(event=event).values_list("pk", flat=True)[::3])
    assert pages.rows_of(ranking, "sex:F", every) == [row for row in women if row.entry_id in set(every)]
    assert pages.rows_of(ranking, "sex:F", []) == []
    assert pages.rows_of(ranking, "sex:X", every) == []


def test_reads_take_few_queries(event: Event, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ranking = store(event, rank_entries(read_input(event.pk)))
    with django_assert_num_queries(1):
        top = pages.rows(ranking, OVERALL, 0, 100)
    with django_assert_num_queries(2):
        assert len(pages.place(ranking, top[50].entry_id)) > 1
    with django_assert_num_queries(2):
        pages.around(ranking, OVERALL, top[50].entry_id, 10)
    with django_assert_num_queries(3):
        pages.rows_of(ranking, OVERALL, [row.entry_id for row in top])
    with django_assert_num_queries(1):
        details = row_details(top)
    assert len(details) == 100


def test_revisions_do_not_mix(event: Event) -> None:
    first = rank_entries(read_input(event.pk))
    ranking = store(event, first)
    Entry.objects.filter(event=event).update(adjustment=0)
    second = rank_entries(read_input(event.pk))
    later = store(event, second)
    assert list(pages.iter_rows(ranking, OVERALL)) == rows_of_board(first, first.boards[0])
    assert list(pages.iter_rows(later, OVERALL)) == rows_of_board(second, second.boards[0])


def test_details_are_those_of_now_and_of_the_shown_only(event: Event) -> None:
    ranking = store(event, rank_entries(read_input(event.pk)))
    shown, hidden = pages.rows(ranking, "sex:F", 0, 2)
    Entry.objects.filter(pk=hidden.entry_id).update(standing=Entry.Standing.HIDDEN)
    entry = Entry.objects.select_related("participant", "division_set").get(pk=shown.entry_id)
    assert row_details([shown, hidden]) == {
        shown.entry_id: RowDetails(entry.bib, entry.participant.name, entry.division_set.values)
    }


def test_a_page_that_is_gone_or_changed_is_named(event: Event) -> None:
    ranking = store(event, rank_entries(read_input(event.pk)))
    RankingPage.objects.filter(ranking=ranking, board=0, first=1000).delete()
    with pytest.raises(CorruptPage, match=f"ranking {ranking.pk}, board 0, page 1000"):
        list(pages.iter_rows(ranking, OVERALL))
    page = RankingPage.objects.filter(ranking=ranking, board=pages.LOOKUP).earliest("first")
    page.content = bytes(page.content)[:-1]
    page.save()
    with pytest.raises(CorruptPage, match=f"board -1, page {page.first}"):
        pages.place(ranking, page.first)
