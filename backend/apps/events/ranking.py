"""From columns to boards: who stands where, overall and in each division. No database, no clock."""

from collections.abc import Iterator, Mapping

import numpy as np

from apps.events.attempts import Results, results
from apps.events.columns import Bibs, EntryColumns, Flags, Ints, RankingInput
from apps.events.models import Entry
from apps.events.result import OVERALL, Board, RankingResult
from apps.events.rules import Direction, Ties


def rank_entries(data: RankingInput) -> RankingResult:
    """Ranks an event's entries. The order of the input's rows and their ids make no difference to the places.

    Raises InvalidInput for values too large to add up in 64 bits.
    """
    found = results(data)
    entries = data.entries
    placed = found.present & (entries.status == Entry.Status.FINISHED)
    order = _display_order(entries, found, placed, data.rules.direction)
    has_score = placed[order]
    standing = entries.standing[order]
    ranked = has_score & (standing == Entry.Standing.COMPETING)
    exact = found.order[order]
    rows = np.arange(len(order))
    division_set = entries.division_set[order]
    boards = [_board(OVERALL, rows, ranked, exact, data.rules.ties)]
    for key, members in _divisions(division_set, data.division_sets):
        boards.append(_board(key, members, ranked[members], exact[members], data.rules.ties))
    return RankingResult(
        rules=data.rules,
        division_sets=data.division_sets,
        entry_ids=entries.ids[order],
        bibs=entries.bibs[order],
        standing=standing,
        status=entries.status[order],
        division_set=division_set,
        has_score=has_score,
        score=np.where(has_score, found.score[order], 0),
        boards=boards,
    )


def _display_order(entries: EntryColumns, found: Results, placed: Flags, direction: Direction) -> Ints:
    """Indexes of the visible entries: those with a place by result, then the others by status; equals by bib."""
    by_bib = _bib_order(entries.bibs)
    standing = entries.standing[by_bib]
    by_bib = by_bib[(standing == Entry.Standing.COMPETING) | (standing == Entry.Standing.OUT_OF_COMPETITION)]
    has_place = placed[by_bib]
    first, rest = by_bib[has_place], by_bib[~has_place]
    exact = found.order[first] if direction is Direction.LOW else -found.order[first]
    # Doubled, to leave room for one bit: out of competition stands after the competing ones with an equal result.
    behind = entries.standing[first] == Entry.Standing.OUT_OF_COMPETITION
    first = first[np.argsort(exact * 2 + behind, kind="stable")]
    rest = rest[np.argsort(entries.status[rest], kind="stable")]
    return np.concatenate((first, rest))


def _bib_order(bibs: Bibs) -> Ints:
    """Indexes by (length, text) of the bib."""
    keys = np.zeros((len(bibs), 24), np.uint8)
    keys[:, 0] = np.char.str_len(bibs)
    keys[:, 1:] = bibs.view(np.uint8).reshape(len(bibs), 23)
    words = keys.view(">u8").astype(np.uint64)
    return np.lexsort((words[:, 2], words[:, 1], words[:, 0]))


def _divisions(division_set: Ints, sets: Mapping[int, Mapping[str, str]]) -> Iterator[tuple[str, Ints]]:
    """Each division that has a row: its key, and its rows in overall order."""
    used, row_set = np.unique(division_set, return_inverse=True)
    values = [sets[int(number)] for number in used]
    for dimension in sorted({dimension for each in values for dimension in each}):
        divisions = sorted({each[dimension] for each in values if dimension in each})
        codes = np.array([divisions.index(each[dimension]) if dimension in each else -1 for each in values])
        row_code = codes[row_set]
        for code, division in enumerate(divisions):
            yield f"{dimension}:{division}", np.flatnonzero(row_code == code)


def _board(key: str, rows: Ints, ranked: Flags, exact: Ints, ties: Ties) -> Board:
    rank = np.zeros(len(rows), np.int64)
    tied = np.zeros(len(rows), np.bool_)
    rank[ranked], tied[ranked] = _ranks(exact[ranked], ties)
    return Board(key=key, rows=rows, rank=rank, tied=tied)


def _ranks(exact: Ints, ties: Ties) -> tuple[Ints, Flags]:
    """Ranks of sorted results, and whether another one is equal."""
    if not len(exact):
        return np.empty(0, np.int64), np.empty(0, np.bool_)
    begins = np.concatenate(([True], exact[1:] != exact[:-1]))
    group = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    end = np.append(first[1:], len(exact))
    match ties:
        case Ties.COMPETITION:
            rank = first[group] + 1
        case Ties.MODIFIED:
            rank = end[group]
        case Ties.DENSE:
            rank = group + 1
        case Ties.ORDINAL:
            rank = np.arange(1, len(exact) + 1)
    return rank, (end - first > 1)[group]
