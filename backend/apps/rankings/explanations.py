"""Says in words why a participant stands where they do."""

from collections.abc import Iterator

from apps.rankings import pages
from apps.rankings.cells import DNS
from apps.rankings.line_views import CellView, LineView
from apps.rankings.models import Standings
from apps.rankings.page_columns import Line
from apps.rankings.points import format_points
from apps.rankings.readers import read_events, read_lines
from apps.rankings.result import LineState
from apps.rankings.rules import SeasonRules, Split, parse_season_rules
from apps.rankings.tie_breaks import BrokenBy
from apps.rankings.wording import ruling_text

_NEAR = 100  # lines on either side among which the next ones of the same total are looked for


def explain(standings: Standings, board: str, participant_id: int) -> Iterator[str]:
    """Line by line: the place, what each event gave and whether it counts, the total, rulings, and what broke a tie.

    Nothing, if the participant is not on that board.
    """
    lines = pages.lines_of(standings, board, [participant_id])
    for line, view in zip(lines, read_lines(standings, lines), strict=False):
        rules = parse_season_rules(standings.rules)
        yield f"{view.name}, {board}, revision {standings.revision}: {_place(view, rules)}."
        for event, cell in zip(read_events(standings), view.cells, strict=True):
            yield f"{event}: {_cell(cell)}."
        yield from _total(line, view, rules)
        if line.rank is not None:
            yield from _among_equals(standings, board, line)


def _place(line: LineView, rules: SeasonRules) -> str:
    match line.state:
        case LineState.EXCLUDED:
            return "no rank, excluded"
        case LineState.TOO_FEW:
            return f"no rank, ranked in fewer than {rules.minimum_events} events"
        case LineState.RANKED:
            return f"rank {line.rank}" + (", shared" if line.shown_rank.endswith("=") else "")


def _cell(cell: CellView | None) -> str:
    if cell is None:
        return "no result"
    place = cell.status or (f"rank {cell.rank}" if cell.rank else "no rank")
    return f"{place}, {cell.points} points" + ("" if cell.counted else ", which do not count")


def _total(line: Line, view: LineView, rules: SeasonRules) -> Iterator[str]:
    counted = sum(cell.points for cell in line.cells if cell and cell.counted)
    yield f"{_counting(rules)}: {format_points(counted)} points."
    for ruling in view.rulings:
        text = ruling_text(ruling)
        yield f"{text[0].upper()}{text[1:]}."
    if line.total != counted:
        yield f"With that the total is {view.total} points."


def _counting(rules: SeasonRules) -> str:
    """Which events count, as the rules say."""
    if rules.best is not None:
        return f"The best {rules.best} count"
    if rules.drop_worst is not None:
        return f"All but the worst {rules.drop_worst} of the events so far count"
    if rules.splits is not None:
        return f"Of {' and of '.join(_part(split) for split in rules.splits)} count"
    return "All events count"


def _part(split: Split) -> str:
    return f"{split.events or 'the remaining'} events the best {split.best}"


def _among_equals(standings: Standings, board: str, line: Line) -> Iterator[str]:
    """What decided against the next better and the next worse one of the same total."""
    start = max(line.position - 1 - _NEAR, 0)
    near = pages.lines(standings, board, start, line.position + _NEAR)
    equal = [other for other in near if other.total == line.total and other.rank not in (None, line.rank)]
    better = [other for other in equal if other.position < line.position][-1:]
    worse = [other for other in equal if other.position > line.position][:1]
    names = {view.participant_id: view.name for view in read_lines(standings, [*better, *worse])}
    for other in (*better, *worse):
        where, pair = ("ahead", (other, line)) if other in better else ("behind", (line, other))
        name = names.get(other.participant_id, "Another")
        yield f"{name} has as many points and is {where}: {_reason(standings, *pair)}."


def _reason(standings: Standings, better: Line, worse: Line) -> str:
    """What the better one has, and in parentheses the other one: the worse line tells what decided between the two."""
    match worse.broken_by:
        case BrokenBy.COUNTBACK:
            counts = [_count_places(standings, line, worse.broken_at) for line in (better, worse)]
            return f"countback, {counts[0]} times place {worse.broken_at} ({counts[1]})"
        case BrokenBy.MOST_EVENTS:
            starts = [_count_starts(standings, line) for line in (better, worse)]
            return f"{starts[0]} events ({starts[1]})"
        case BrokenBy.LATEST_COMMON:
            cells = [line.cells[worse.broken_at] for line in (better, worse)]
            places = [str(cell.place) if cell and cell.place else "no place" for cell in cells]
            return (
                f"place {places[0]} ({places[1]}) in the latest common event, {read_events(standings)[worse.broken_at]}"
            )
        case BrokenBy.NOTHING:
            return "nothing decides"


def _count_places(standings: Standings, line: Line, place: int) -> int:
    pairs = zip(standings.sources, line.cells, strict=True)
    return sum(source["breaks_ties"] and cell is not None and cell.place == place for source, cell in pairs)


def _count_starts(standings: Standings, line: Line) -> int:
    pairs = zip(standings.sources, line.cells, strict=True)
    return len({source["round"] for source, cell in pairs if cell is not None and cell.code != DNS})
