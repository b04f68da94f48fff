"""From bytes to rows: every line is accounted for, whatever it holds, in bounded memory."""

import csv
import io
import tracemalloc
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from apps.events.imports.lines import LONGEST_ROW, BrokenRecord, Lines, Position, Record, Records

START = Position(0, 0)
# Mostly what means something in a CSV file, so that quotes and line ends meet in every way.
CSV_BYTES = st.lists(
    st.one_of(
        st.sampled_from([b",", b'"', b"\n", b"\r\n", b"\r", b"\x00", b"\xff", b"\xc3\xa9", b" ", b"a", b"12"]),
        st.binary(max_size=4),
    ),
    max_size=60,
).map(b"".join)
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=8).map(str.lstrip)


def blocks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[begin : begin + size] for begin in range(0, len(data), size))


def read(data: bytes, *, start: Position = START, size: int = 1000) -> Records:
    return Records(Lines(blocks(data[start.offset :], size), start), delimiter=",")


def cells(data: bytes) -> list[list[str] | str]:
    """The cells of each row, or why there are none."""
    return [item.cells if isinstance(item, Record) else item.reason for item in read(data)]


def test_rows_and_their_lines() -> None:
    data = b'bib,name\r\n7,"Ana, M\xc3\xa1ria"\n\n   \n12,"two\nlines"\n13,last'
    assert list(read(data)) == [
        Record(1, ["bib", "name"]),
        Record(2, ["7", "Ana, Mária"]),
        Record(5, ["12", "two\nlines"]),
        Record(7, ["13", "last"]),
    ]


def test_quotes_within_a_cell_and_after_spaces() -> None:
    assert cells(b'a, "b, c","say ""hi""",5" pipe') == [["a", "b, c", 'say "hi"', '5" pipe']]


def test_nothing_but_blank_lines_is_no_row() -> None:
    assert cells(b"\n\r\n \t \n") == []
    assert cells(b"") == []


def test_a_line_of_10_mb_is_told_by_its_number_and_the_next_ones_are_read() -> None:
    data = b"1,a\n" + b"x" * 10_000_000 + b"\n3,c\n"
    first, long, third = read(data, size=100_000)
    assert first == Record(1, ["1", "a"])
    assert long == BrokenRecord(2, "", "the line is longer than 64 KiB")
    assert third == Record(3, ["3", "c"])


def test_a_row_of_just_64_kib_is_read() -> None:
    longest = b"y" * LONGEST_ROW
    assert cells(longest + b"\n1") == [[longest.decode()], ["1"]]
    assert cells(longest + b"y\n1") == ["the line is longer than 64 KiB", ["1"]]


def test_a_long_line_is_never_held_in_memory() -> None:
    block = b"x" * 65_536
    stream = (block for _ in range(1000))
    tracemalloc.start()
    try:
        items = list(Records(Lines(stream, START), delimiter=","))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [item.line for item in items] == [1]
    assert peak < 10 * len(block)


def test_an_open_quote_costs_its_own_line_only() -> None:
    data = b'1,"a\n' + b"".join(b"%d,b\n" % number for number in range(2, 20_000))
    first, *others = read(data)
    assert isinstance(first, BrokenRecord)
    assert first.line == 1
    assert first.text == '1,"a'
    assert "does not end within 64 KiB" in first.reason
    assert others == [Record(number, [str(number), "b"]) for number in range(2, 20_000)]


def test_a_quoted_cell_before_a_long_line_does_not_reach_over_it() -> None:
    data = b'1,"a\n' + b"x" * (LONGEST_ROW + 1) + b'\n"'
    reasons = [item.reason for item in read(data) if isinstance(item, BrokenRecord)]
    assert reasons == [
        "a quoted cell begins here and does not end within 64 KiB",
        "the line is longer than 64 KiB",
        "a quoted cell begins here and does not end within 64 KiB",
    ]


def test_what_follows_a_closing_quote_and_a_carriage_return_within_a_line_are_told() -> None:
    assert cells(b'"a"b,c\n1,2') == [
        "after the closing quote of a cell comes neither a delimiter nor the end of the line",
        ["1", "2"],
    ]
    assert cells(b"a\rb,c\n1,2") == ["there is a carriage return in the middle of the line", ["1", "2"]]


def test_bytes_that_are_not_utf8_are_kept_apart() -> None:
    assert cells(b"7,Jos\xe9") == [["7", "Jos\udce9"]]
    assert cells(b"7,\xed\xa0\x80") == [["7", "\udced\udca0\udc80"]]  # half of a surrogate pair


@given(CSV_BYTES)
def test_every_line_is_accounted_for_once(data: bytes) -> None:
    lines = data.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    records = read(data)
    before = records.position
    for item in records:
        after = records.position
        # Between the end of the last item and this one there are blank lines only, and it takes one line at least.
        assert before.lines < item.line <= after.lines
        assert all(not line.strip() for line in lines[before.lines : item.line - 1])
        assert lines[item.line - 1].strip()
        if isinstance(item, BrokenRecord):
            assert after.lines == item.line
        assert after.offset == min(len(data), sum(len(line) + 1 for line in lines[: after.lines]))
        before = after
    assert all(not line.strip() for line in lines[before.lines :])
    assert records.position == Position(len(data), len(lines))


@given(CSV_BYTES, st.integers(1, 20))
def test_how_the_bytes_come_in_does_not_matter(data: bytes, size: int) -> None:
    assert list(read(data, size=size)) == list(read(data))


@given(CSV_BYTES)
def test_reading_goes_on_from_any_position(data: bytes) -> None:
    records = read(data)
    positions = [records.position] + [records.position for _ in records]
    items = list(read(data))
    for index, position in enumerate(positions):
        assert list(read(data, start=position)) == items[index:]


@given(st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=6))
def test_what_the_csv_module_writes_is_read_back(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    items = list(read(text.getvalue().encode()))
    # A row of one empty or blank cell is a blank line, unless quoted; the writer quotes only the empty one.
    expected = [row for row in rows if len(row) > 1 or not row[0] or row[0].encode().strip()]
    assert [item.cells for item in items if isinstance(item, Record)] == expected
    assert len(items) == len(expected)
