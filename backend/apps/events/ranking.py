"""From columns to boards: who stands where, overall and in each division. No database, no clock."""

from collections.abc import Iterator, Mapping

import numpy as np

from apps.events.attempts import Results, results
from apps.events.columns import Bibs, EntryColumns, Flags, Indexes, Ints, RankingInput
from apps.events.models import Entry
from apps.events.result import OVERALL, Board, Divisions, RankingResult, hash_content
from apps.events.rules import Direction, Ties


def rank_entries(data: RankingInput) -> RankingResult:
    """Ranks an event's entries. Neither the order of the input's rows nor their ids change who stands where.

    Raises InvalidInput for values too large to add up in 64 bits.
    """
    entries, ties = data.entries, data.rules.ties
    found = results(data)
    placed = found.present & (entries.status == Entry.Status.FINISHED)
    order = _display_order(entries, found, placed, data.rules.direction)
    bibs, standing, status = entries.bibs[order], entries.standing[order], entries.status[order]
    has_score, exact = placed[order], found.order[order]
    score = np.where(has_score, found.score[order], 0)
    divisions = _row_divisions(entries.division_set[order], data.division_sets)
    ranked = has_score & (standing == Entry.Standing.COMPETING)
    boards = [_board(OVERALL, np.arange(len(order), dtype=np.int32), ranked, exact, ties)]
    boards += [_board(key, rows, ranked, exact, ties) for key, rows in _rows_by_division(divisions)]
    return RankingResult(
        entry_ids=entries.ids[order],
        bibs=bibs,
        standing=standing,
        status=status,
        has_score=has_score,
        score=score,
        boards=boards,
        content_hash=hash_content(data.rules, (bibs, standing, status, has_score, score), divisions, boards),
    )


def _display_order(entries: EntryColumns, found: Results, placed: Flags, direction: Direction) -> Ints:
    """Indexes of the shown entries: those with a place by result, then the others by status; equals by bib."""
    by_bib = _bib_order(entries.bibs)
    standing = entries.standing[by_bib]
    by_bib = by_bib[(standing == Entry.Standing.COMPETING) | (standing == Entry.Standing.OUT_OF_COMPETITION)]
    has_place = placed[by_bib]
    first, rest = by_bib[has_place], by_bib[~has_place]
    exact = found.order[first] if direction is Direction.LOW else -found.order[first]
    # Doubled, to leave room for one bit: out of competition stands behind the competing ones with an equal result.
    behind = entries.standing[first] == Entry.Standing.OUT_OF_COMPETITION
    first = first[np.argsort(exact * 2 + behind, kind="stable")]
    rest = rest[np.argsort(entries.status[rest], kind="stable")]
    return np.concatenate((first, rest))


def _bib_order(bibs: Bibs) -> Ints:
    """Indexes by (length, text) of the bib."""
    lengths = np.strings.str_len(bibs)
    # Each bib as few big-endian words, its length in front: numbers sort many times as fast as text.
    words = -(-(1 + int(lengths.max(initial=0))) // 8)
    octets = np.zeros((len(bibs), 8 * words), np.uint8)
    octets[:, 0] = lengths
    text = bibs.view(np.uint8).reshape(len(bibs), bibs.itemsize)[:, : 8 * words - 1]
    octets[:, 1 : 1 + text.shape[1]] = text
    keys = octets.view(">u8").astype(np.uint64)
    return np.lexsort(keys.T[::-1])


def _row_divisions(division_set: Ints, sets: Mapping[int, Mapping[str, str]]) -> Divisions:
    used, row_set = np.unique(division_set, return_inverse=True)
    return Divisions(sets=[sets[number] for number in used.tolist()], row_set=row_set)


def _rows_by_division(divisions: Divisions) -> Iterator[tuple[str, Indexes]]:
    """The key of each division that has rows, and its rows in overall order."""
    for dimension in sorted({dimension for each in divisions.sets for dimension in each}):
        values = sorted({each[dimension] for each in divisions.sets if dimension in each})
        codes = {value: code for code, value in enumerate(values)}
        # The code behind the last one is for rows without a division here. Narrow numbers are sorted in linear time.
        set_codes = np.array([codes.get(each.get(dimension, ""), len(values)) for each in divisions.sets])
        row_codes = set_codes.astype(np.min_scalar_type(len(values)))[divisions.row_set]
        by_code = np.argsort(row_codes, kind="stable").astype(np.int32)
        ends = np.cumsum(np.bincount(row_codes, minlength=len(values)))
        for value, rows in zip(values, np.split(by_code, ends), strict=False):
            yield f"{dimension}:{value}", rows


def _board(key: str, rows: Indexes, ranked: Flags, exact: Ints, ties: Ties) -> Board:
    """The board of some rows; `ranked` and `exact` are those of all."""
    has_rank = ranked[rows]
    rank = np.zeros(len(rows), np.int32)
    tied = np.zeros(len(rows), np.bool_)
    rank[has_rank], tied[has_rank] = _ranks(exact[rows[has_rank]], ties)
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
