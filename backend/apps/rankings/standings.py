"""From the results of a season's events to its standings, overall and in each division. No database, no clock."""

from collections.abc import Iterator, Mapping

import numpy as np

from apps.events.columns import Codes, Flags, Indexes, Ints
from apps.events.result import OVERALL
from apps.rankings.cells import Cells, by_round, make_cells
from apps.rankings.columns import EventResults, ResultColumns, SeasonInput, no_results
from apps.rankings.counting import counted_cells
from apps.rankings.result import Board, LineState, StandingsResult
from apps.rankings.rules import DivisionPoints
from apps.rankings.tie_breaks import BrokenBy, Order, order_lines


def compute_standings(season: SeasonInput) -> StandingsResult:
    """Standings with a line for whoever has a result in any of the events, also one without a rank.

    The total is the sum of the points that count and of the adjustments. Whoever is excluded, or ranked in fewer events
    than the minimum, has a total and no rank; the others close up. Equal after all tie-breakers is an equal rank, and
    the next one is left out (1 2 2 4).
    """
    cells = make_cells(season.events, [event.results for event in season.events], season.rules.points)
    boards = [_board(season, OVERALL, cells)]
    for dimension, source in sorted(season.rules.divisions.items()):
        found = _by_latest_division if source is DivisionPoints.OVERALL else _by_division
        boards += [_board(season, f"{dimension}:{label}", part) for label, part in found(season, dimension, cells)]
    return StandingsResult(event_ids=[event.event_id for event in season.events], boards=boards)


def _by_latest_division(season: SeasonInput, dimension: str, cells: Cells) -> Iterator[tuple[str, Cells]]:
    """Each division with the cells of its participants: theirs is the one that they had in their latest event."""
    columns = [(event, event.divisions[dimension]) for event in season.events if dimension in event.divisions]
    labels = sorted({label for _event, column in columns for label in column.labels})
    latest = np.full(len(cells.participants), -1, np.int64)
    for event, column in columns:
        codes = np.array([labels.index(label) for label in column.labels], np.int64)
        has = column.code >= 0
        latest[np.searchsorted(cells.participants, event.results.participants[has])] = codes[column.code[has]]
    for code, label in enumerate(labels):
        if (latest == code).any():
            yield label, cells.of(latest == code)


def _by_division(season: SeasonInput, dimension: str, _cells: Cells) -> Iterator[tuple[str, Cells]]:
    """Each division with what was achieved in it: the events, and the places in them, of whoever was in it there."""
    columns = [event.divisions.get(dimension) for event in season.events]
    for label in sorted({label for column in columns if column for label in column.labels}):
        results = [_results_in(event, dimension, label) for event in season.events]
        cells = make_cells(season.events, results, season.rules.points)
        if len(cells.participants):
            yield label, cells


def _results_in(event: EventResults, dimension: str, label: str) -> ResultColumns:
    column = event.divisions.get(dimension)
    if column is None or label not in column.labels:
        return no_results()
    rows = np.flatnonzero(column.code == list(column.labels).index(label))
    return event.results.where(rows, column.rank[rows])


def _board(season: SeasonInput, key: str, cells: Cells) -> Board:
    rounds = np.array([event.round for event in season.events], np.int64)
    counted = counted_cells(cells, rounds, season.rules)
    total = np.where(counted, cells.points, 0).sum(axis=1) + _adjustments(season, cells)
    state = _states(season, cells, rounds)
    lines, ranked = _order(season, cells, total, state)
    rank, tied = _ranks(ranked.is_new)
    by, at = _told_by_group(ranked)
    unranked = (0, len(lines) - len(rank))
    return Board(
        key=key,
        cells=cells.of(lines),
        counted=counted[lines],
        rank=np.pad(rank, unranked),
        tied=np.pad(tied, unranked),
        total=total[lines],
        state=state[lines],
        broken_by=np.pad(by, unranked),
        broken_at=np.pad(at, unranked),
    )


def _adjustments(season: SeasonInput, cells: Cells) -> Ints:
    """What is added to the total of each row."""
    added = np.zeros(len(cells.participants), np.int64)
    here = np.intersect1d(np.array(list(season.adjustments), np.int64), cells.participants).tolist()
    added[np.searchsorted(cells.participants, here)] = [season.adjustments[one] for one in here]
    return added


def _states(season: SeasonInput, cells: Cells, rounds: Ints) -> Codes:
    """LineState of each row."""
    ranked_in = (by_round((cells.place > 0).astype(np.int64), rounds) > 0).sum(axis=1)
    state = np.where(ranked_in < season.rules.minimum_events, LineState.TOO_FEW, LineState.RANKED)
    excluded = np.isin(cells.participants, np.array(sorted(season.excluded), np.int64))
    return np.where(excluded, LineState.EXCLUDED, state).astype(np.uint8)


def _order(season: SeasonInput, cells: Cells, total: Ints, state: Codes) -> tuple[Ints, Order]:
    """The rows in display order, those with a rank first; and how these were ordered among themselves."""
    rounds = np.array([event.round for event in season.events], np.int64)
    breaks_ties = np.array([event.breaks_ties for event in season.events], np.bool_)
    names = _name_order(season.names, cells.participants)

    def ordered(rows: Ints) -> Order:
        part = cells.of(rows)
        return order_lines(part, total[rows], names[rows], rounds=rounds, breaks_ties=breaks_ties, rules=season.rules)

    rows = [np.flatnonzero(state == each) for each in LineState]
    orders = [ordered(each) for each in rows]
    lines = np.concatenate([each[order.lines] for each, order in zip(rows, orders, strict=True)])
    return lines, orders[LineState.RANKED]


def _name_order(names: Mapping[int, str], participants: Ints) -> Ints:
    """A number for each participant, in the order of their names."""
    keys = [(names[one].casefold(), names[one], one) for one in participants.tolist()]
    numbers = np.empty(len(keys), np.int64)
    numbers[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
    return numbers


def _ranks(is_new: Flags) -> tuple[Indexes, Flags]:
    """Standard competition ranks of ordered lines, and whether each is shared."""
    first = np.flatnonzero(is_new)
    group = np.cumsum(is_new) - 1
    sharing = np.diff(first, append=len(is_new))
    return (first[group] + 1).astype(np.int32), (sharing > 1)[group]


def _told_by_group(order: Order) -> tuple[Codes, Indexes]:
    """For each line what sets its rank apart from the one before, or else from the one after, of the same total."""
    first = np.flatnonzero(order.is_new)
    group = np.cumsum(order.is_new) - 1
    by, at = order.by[first], order.at[first]
    is_top = by == BrokenBy.NOTHING
    after = np.append(by[1:], 0), np.append(at[1:], 0)
    return np.where(is_top, after[0], by)[group].astype(np.uint8), np.where(is_top, after[1], at)[group].astype(
        np.int32
    )
