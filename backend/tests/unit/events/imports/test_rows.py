"""What a row says, and what is wrong with it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.events.imports.column_map import find_columns, parse_column_map
from apps.events.imports.lines import BrokenRecord, Record
from apps.events.imports.rows import Rejection, Row, RowReader
from apps.events.imports.text import printable, shorten
from apps.events.models import Entry, Score
from apps.events.rules import parse_rules

RULES: dict[str, Any] = {"metric": "duration", "direction": "low", "divisions": {"sex": ["F", "M"], "club": None}}
COLUMNS = ("bib", "score", "name", "sex", "club", "status", "attempt", "achieved_at", "participant", "notes")
MAP = "bib=bib,score=score,name=name,division=sex,division=club,status=status,attempt=attempt,achieved_at=achieved_at"
GOOD = {"bib": "7", "score": "1:02:03", "name": "Ana", "sex": "F"}


def reader(header: tuple[str, ...] = COLUMNS, columns: str = f"{MAP},participant=participant") -> RowReader:
    layout = find_columns(parse_column_map(columns), header, line=1)
    return RowReader(layout, parse_rules(RULES), unit="s")


def read(**cells: str) -> Row | Rejection:
    """A row of all columns, GOOD where nothing else is said."""
    return reader().read(Record(2, [(GOOD | cells).get(column, "") for column in COLUMNS]))


def test_a_row_with_everything() -> None:
    moment = "2026-05-17T10:02:03.5-03:00"
    row = read(club=" Serra Azul ", status="dnf", attempt="2", achieved_at=moment, participant="p-1", notes="\ttab")
    assert row == Row(
        line=2,
        bib="7",
        value=3_723_000,
        component=0,
        attempt=2,
        outcome=Score.Outcome.VALID,
        achieved_at=datetime(2026, 5, 17, 13, 2, 3, 500_000, UTC),
        name="Ana",
        divisions={"sex": "F", "club": "Serra Azul"},
        status=Entry.Status.DNF,
        participant="p-1",
    )


def test_a_row_of_bib_and_score_only() -> None:
    row = reader(("bib", "t"), "bib=bib,score=t").read(Record(5, [" 7 ", " 61.5 "]))
    assert row == Row(
        line=5,
        bib="7",
        value=61_500,
        component=0,
        attempt=1,
        outcome=Score.Outcome.VALID,
        achieved_at=None,
        name="",
        divisions={},
        status=None,
        participant="",
    )


@pytest.mark.parametrize(
    ("status", "expected"), [("", 0), ("finished", 0), ("Finished", 0), ("DNF", 1), ("dns", 2), ("DsQ", 3)]
)
def test_a_status_in_any_case(status: str, expected: int) -> None:
    row = read(status=status)
    assert isinstance(row, Row)
    assert row.status == Entry.Status(expected)


def test_who_did_not_finish_needs_no_score_but_may_have_one() -> None:
    for score, value in (("", None), ("30", 30_000)):
        row = read(status="DNF", score=score)
        assert isinstance(row, Row)
        assert row.value == value


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("bib", "", "the bib is missing"),
        ("bib", "12 a", "printable ASCII characters without spaces"),
        ("bib", "é7", "printable ASCII"),
        ("bib", "x" * 24, "1 to 23"),
        ("bib", "=1+1", "spreadsheet formula"),
        ("score", "", "the score is empty"),
        ("score", "-5", "never negative"),
        ("score", "NaN", "not a finite number"),
        ("score", "inf", "not a finite number"),
        ("score", "1:75:00", "minutes go from 00 to 59"),
        ("score", "12:61", "seconds go from 00 to 59"),
        ("score", "99999999999999999999", "too large"),
        ("score", "=1+1", "spreadsheet formula"),
        ("score", "fast", "not a number"),
        ("score", "1,5", "decimals go after a point"),
        ("score", "1.0005", "finer than the smallest unit"),
        ("score", "٣", "ASCII"),
        ("name", "=HYPERLINK(1)", "spreadsheet formula"),
        ("name", "+Ana", "spreadsheet formula"),
        ("name", "-Ana", "spreadsheet formula"),
        ("name", "@Ana", "spreadsheet formula"),
        ("name", "\uff1d1+1", "spreadsheet formula"),
        ("name", "x" * 201, "at most 200 characters are stored, these are 201"),
        ("name", "two\nlines", "a tab or a line break"),
        ("name", "two\u2028lines", "a tab or a line break"),
        ("name", "a\tb", "a tab or a line break"),
        ("name", "nul\x00", "control character (U+0000)"),
        ("name", "bell\x07", "control character (U+0007)"),
        ("name", "Jos\udce9", "not UTF-8"),
        ("notes", "Jos\udce9", "not UTF-8"),
        ("notes", "\x00", "control character (U+0000)"),
        ("sex", "X", "unknown division 'X'; the rules have F, M"),
        ("club", "=cmd", "spreadsheet formula"),
        ("club", "x" * 65, "1 to 64 printable characters"),
        ("status", "gave up", "a status is finished, DNF, DNS, DSQ"),
        ("attempt", "0", "attempts count from 1 to 10000"),
        ("attempt", "-1", "attempts count from 1"),
        ("attempt", "1.5", "attempts count from 1"),
        ("attempt", "10001", "attempts count from 1"),
        ("attempt", "٣", "attempts count from 1"),
        ("achieved_at", "yesterday", "write a moment as"),
        ("achieved_at", "2026-05-17T10:02:03", "the offset from UTC is missing"),
        ("achieved_at", "0001-01-01T00:00:00+05:00", "years go from 1900 to 2100"),
        ("participant", "=1", "spreadsheet formula"),
        ("participant", "x" * 101, "at most 100 characters"),
    ],
)
def test_a_wrong_cell_is_named_with_its_value_and_the_reason(column: str, cell: str, reason: str) -> None:
    rejection = read(**{column: cell})
    assert isinstance(rejection, Rejection)
    assert rejection.line == 2
    assert rejection.column == column
    assert rejection.value == shorten(printable(cell), 200)
    assert reason in rejection.reason


@pytest.mark.parametrize("name", ["-", "--", "+", "", "Ana-Maria", "O'Neill", "a=b", "王小明", "Zoë", "3rd team"])
def test_a_name_that_is_no_formula_is_taken(name: str) -> None:
    row = read(name=name)
    assert isinstance(row, Row)
    assert row.name == name


@pytest.mark.parametrize("cells", [["7"], ["7", "1", "2"], []])
def test_too_few_and_too_many_cells(cells: list[str]) -> None:
    rejection = reader(("bib", "t"), "bib=bib,score=t").read(Record(3, cells))
    assert isinstance(rejection, Rejection)
    assert rejection == Rejection(3, "", " | ".join(cells), f"{len(cells)} cells where the header names 2 columns")


def test_a_value_is_shown_shortened_and_printable() -> None:
    rejection = read(bib="\x1b[31m" + "\u202e" + "x" * 1000)
    assert isinstance(rejection, Rejection)
    assert rejection.value.startswith("\\x1b[31m\\u202exx")
    assert len(rejection.value) == 200
    assert rejection.value.endswith("…")
    broken = reader().read(BrokenRecord(4, "Jos\udce9\n", "why"))
    assert broken == Rejection(4, "", "Jos\\xe9\\n", "why")


@given(st.lists(st.text(max_size=30), max_size=len(COLUMNS) + 1))
def test_any_row_is_either_fit_to_be_stored_or_rejected_with_texts_that_are(cells: list[str]) -> None:
    result = reader().read(Record(2, cells))
    if isinstance(result, Rejection):
        assert (result.column + result.value + result.reason).isprintable()
        assert len(result.column) <= 100
        assert len(result.value) <= 200
        assert 0 < len(result.reason) <= 300
    else:
        texts = (result.bib, result.name, result.participant, *result.divisions.values())
        for text in texts:
            text.encode()  # no lone surrogates
            assert "\x00" not in text
            assert len(text) <= 200
