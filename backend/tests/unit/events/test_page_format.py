"""Columns as the bytes of pages, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from apps.events.page_format import PAGE_ROWS, Coding, CorruptPage, decode_page, encode_pages

CODINGS = [Coding.OFFSET, Coding.DELTA]
# Steps are doubled when they are stored, so they have to stay below 2^62.
NUMBERS = st.integers(-(2**40), 2**40) | st.integers(-2, 2) | st.sampled_from([-(2**60), 2**60])


def read(pages: list[bytes], codings: list[Coding]) -> list[list[int]]:
    decoded = [decode_page(page, codings) for page in pages]
    return [np.concatenate([page[number] for page in decoded]).tolist() for number in range(len(codings))]


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=60), st.permutations(CODINGS))
def test_what_is_written_is_read_back(rows: list[tuple[int, int]], codings: list[Coding]) -> None:
    columns = np.array(rows, np.int64).T
    pages = encode_pages(list(zip(columns, codings, strict=True)))
    assert read(pages, codings) == columns.tolist()


def some_columns(rows: int) -> list[NDArray[np.int64]]:
    """A rising, a random, a constant and a falling column."""
    rng = np.random.default_rng(7)
    return [
        np.arange(rows) // 3,
        rng.integers(0, 1 << 40, rows),
        np.full(rows, -5),
        1_000_000 - np.cumsum(rng.integers(0, 5, rows)),
    ]


@pytest.mark.parametrize("rows", [1, PAGE_ROWS - 1, PAGE_ROWS, PAGE_ROWS + 1, 2 * PAGE_ROWS + 17])
def test_pages_are_full_but_for_the_last(rows: int) -> None:
    codings = [Coding.DELTA, Coding.OFFSET, Coding.OFFSET, Coding.DELTA]
    columns = some_columns(rows)
    pages = encode_pages(list(zip(columns, codings, strict=True)))
    assert [len(decode_page(page, codings)[0]) for page in pages[:-1]] == [PAGE_ROWS] * (
        rows // PAGE_ROWS - (rows % PAGE_ROWS == 0)
    )
    assert read(pages, codings) == [column.tolist() for column in columns]


def test_no_rows_are_no_pages() -> None:
    assert encode_pages([(np.empty(0, np.int64), Coding.OFFSET)]) == []


def test_sorted_ranks_take_next_to_nothing_and_random_ids_no_more_than_their_width() -> None:
    columns = [np.arange(1, PAGE_ROWS + 1), np.random.default_rng(1).permutation(PAGE_ROWS) * 65]
    (page,) = encode_pages([(columns[0], Coding.DELTA), (columns[1], Coding.OFFSET)])
    assert len(page) < 2 * PAGE_ROWS + 100  # 65 * 1000 fits into two bytes


@given(st.integers(0), st.integers(1, 255))
def test_any_changed_byte_is_noticed(place: int, change: int) -> None:
    (page,) = encode_pages([(some_columns(50)[1], Coding.OFFSET), (some_columns(50)[0], Coding.DELTA)])
    broken = bytearray(page)
    broken[place % len(page)] ^= change
    with pytest.raises(CorruptPage):
        decode_page(bytes(broken), CODINGS)


@given(st.integers(0))
def test_a_page_cut_short_is_noticed(length: int) -> None:
    (page,) = encode_pages([(some_columns(50)[1], Coding.OFFSET), (some_columns(50)[0], Coding.DELTA)])
    with pytest.raises(CorruptPage):
        decode_page(page[: length % len(page)], CODINGS)


def test_a_page_of_other_columns_is_noticed() -> None:
    (page,) = encode_pages([(some_columns(5)[0], Coding.DELTA)])
    with pytest.raises(CorruptPage, match="1 columns where 2"):
        decode_page(page, CODINGS)


def test_a_later_format_is_named() -> None:
    (page,) = encode_pages([(some_columns(5)[0], Coding.DELTA)])
    with pytest.raises(CorruptPage, match="format 2 is not known"):
        decode_page(b"\x02" + page[1:], [Coding.DELTA])
