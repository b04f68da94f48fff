"""From columns to boards: who stands where, overall and in each division. No database, no clock."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from apps.events.columns import Bibs, Codes, Flags, Indexes, Ints, RankingInput
from apps.events.entry_results import PENDING, Detail, EntryResults
from apps.events.models import Entry
from apps.events.result import OVERALL, Board, Divisions, RankingResult, hash_content
from apps.events.rules import Ties
from apps.events.tie_breakers import Key, make_key


def rank_entries(data: RankingInput) -> RankingResult:
    """Ranks an event's entries. Neither the order of the input's rows nor their ids change who stands where.

    Raises InvalidInput for values too large to add up in 64 bits.
    """
    entries, ties = data.entries, data.rules.ties
    found = EntryResults(data)
    shown = (entries.standing == Entry.Standing.COMPETING) | (entries.standing == Entry.Standing.OUT_OF_COMPETITION)
    placed = found.result.present & (entries.status == Entry.Status.FINISHED)
    keys = _make_keys(found, placed & (entries.standing == Entry.Standing.COMPETING))
    order = _display_order(data, found.order, keys, shown, placed)
    bibs, standing, status = entries.bibs[order], entries.standing[order], entries.status[order]
    has_score = placed[order]
    score = np.where(has_score, found.result.score[order], 0)
    details = list(_row_details(found, keys, order, has_score))
    divisions = _row_divisions(entries.division_set[order], data.division_sets)
    ranked = has_score & (standing == Entry.Standing.COMPETING)
    exact = [found.order[order], *(key.order[order] for key in keys)]
    boards = [_board(OVERALL, np.arange(len(order), dtype=np.int32), ranked, exact, ties)]
    boards += [_board(key, rows, ranked, exact, ties) for key, rows in _rows_by_division(divisions)]
    return RankingResult(
        entry_ids=entries.ids[order],
        bibs=bibs,
        standing=standing,
        status=status,
        has_score=has_score,
        score=score,
        details=details,
        boards=boards,
        content_hash=hash_content(data.rules, (bibs, standing, status, has_score, score), details, divisions, boards),
    )


def _make_keys(found: EntryResults, competing: Flags) -> list[Key]:
    """The keys of the rules' tie-breakers, in order. Lots are drawn among `competing` only: others change no draw."""
    keys: list[Key] = []
    for breaker in found.rules.tie_breakers:
        tied = np.zeros(found.count, np.bool_)
        if breaker.by == "draw":  # the only one to which it matters
            tied[competing] = _is_shared([column[competing] for column in (found.order, *(key.order for key in keys))])
        keys.append(make_key(breaker, found, tied))
    return keys


def _is_shared(columns: Sequence[Ints]) -> Flags:
    """Whether another element is equal in all columns."""
    order = np.lexsort(columns[::-1])
    same = _same_as_before([column[order] for column in columns])
    shared = same | np.concatenate((same[1:], [False]))[: len(same)]
    result = np.empty(len(order), np.bool_)
    result[order] = shared
    return result


def _same_as_before(columns: Sequence[Ints]) -> Flags:
    """Whether a row is equal to the one before it in all of these columns."""
    same = np.ones(len(columns[0]), np.bool_)
    same[:1] = False
    for column in columns:
        same[1:] &= column[1:] == column[:-1]
    return same


def _row_details(found: EntryResults, keys: Sequence[Key], order: Ints, has_score: Flags) -> Iterator[Detail]:
    """What rows tell beside their score, in their order; each name once."""
    # Who is disqualified has neither a result nor parts of one; who has no result yet has the parts so far.
    is_in = found.data.entries.status[order] == Entry.Status.FINISHED
    of_keys = [(key.detail, has_score) for key in keys]
    told: set[str] = set()
    for detail, shows in (*((each, is_in) for each in found.details()), *of_keys):
        is_pending = detail.name == PENDING
        # Nothing pending is not told; nor is what hidden entries have pending, and so it is asked of the rows.
        if detail.name in told or (is_pending and not detail.values[order].any()):
            continue
        told.add(detail.name)
        known = detail.known[order] & (shows | is_pending)
        yield Detail(detail.name, known, np.where(known, detail.values[order], 0))


def _display_order(data: RankingInput, exact: Ints, keys: Sequence[Key], shown: Flags, placed: Flags) -> Ints:
    """Indexes of the shown entries: those with a place by result, then the others by status; equals by bib."""
    by_bib = _bib_order(data.entries.bibs)
    by_bib = by_bib[shown[by_bib]]
    first, rest = by_bib[placed[by_bib]], by_bib[~placed[by_bib]]
    # Out of competition stands behind the competing ones with an equal result.
    behind = data.entries.standing[first] == Entry.Standing.OUT_OF_COMPETITION
    if keys:
        columns = (exact[first], *(key.order[first] for key in keys), behind)
        first = first[np.lexsort(columns[::-1])]
    else:
        first = first[np.argsort(exact[first] * 2 + behind, kind="stable")]  # one sort: doubled, for room for one bit
    rest = rest[np.argsort(data.entries.status[rest], kind="stable")]
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


def _board(key: str, rows: Indexes, ranked: Flags, exact: Sequence[Ints], ties: Ties) -> Board:
    """The board of some rows. `ranked` and `exact`, the result and the keys of the tie-breakers, are those of all."""
    has_rank = ranked[rows]
    rank = np.zeros(len(rows), np.int32)
    tied = np.zeros(len(rows), np.bool_)
    broken_by = np.zeros(len(rows), np.uint8)
    columns = [column[rows[has_rank]] for column in exact]
    begins = ~_same_as_before(columns)
    rank[has_rank], tied[has_rank] = _ranks(begins, ties)
    broken_by[has_rank] = _broken_by(columns, begins)
    return Board(key=key, rows=rows, rank=rank, tied=tied, broken_by=broken_by)


def _broken_by(columns: Sequence[Ints], begins: Flags) -> Codes:
    """The number of the last tie-breaker that is needed to tell each row from those of an equal result around it."""
    first = np.flatnonzero(begins)
    level = np.zeros(
        len(first) + 1, np.uint8
    )  # of each group of equals against the one before; the last has none after
    same = np.ones(max(len(first) - 1, 0), np.bool_)
    for number, column in enumerate(columns):
        differs = same & (np.diff(column[first]) != 0)
        level[1:-1][differs] = number
        same &= ~differs
    # The rows are sorted: whoever is told from both neighbours is told from all.
    needed: Codes = np.maximum(level[:-1], level[1:])[np.cumsum(begins) - 1]
    return needed


def _ranks(begins: Flags, ties: Ties) -> tuple[Ints, Flags]:
    """Ranks of sorted rows, each of which begins a group of equals or not; and whether its group has others."""
    if not len(begins):
        return np.empty(0, np.int64), np.empty(0, np.bool_)
    group = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    end = np.append(first[1:], len(begins))
    match ties:
        case Ties.COMPETITION:
            rank = first[group] + 1
        case Ties.MODIFIED:
            rank = end[group]
        case Ties.DENSE:
            rank = group + 1
        case Ties.ORDINAL:
            rank = np.arange(1, len(begins) + 1)
    return rank, (end - first > 1)[group]
