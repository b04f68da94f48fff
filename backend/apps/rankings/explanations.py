"""Says in words why a participant stands where they do."""

from collections.abc import Iterator, Sequence

from apps.events.models import Event
from apps.rankings import pages
from apps.rankings.models import Standings
from apps.rankings.points import format_points
from apps.rankings.readers import CellView, LineView, read_events, read_lines
from apps.rankings.result import LineState
from apps.rankings.rules import SeasonRules, parse_season_rules
from apps.rankings.tie_breaks import BrokenBy
from apps.rankings.wording import ruling_text, tie_text


def explain(standings: Standings, board: str, participant_id: int) -> Iterator[str]:
    """Line by line: the place, what each event gave and whether it counts, the total, what broke a tie, and rulings.

    Nothing, if the participant is not on that board.
    """
    lines = pages.lines_of(standings, board, [participant_id])
    for line, view in zip(lines, read_lines(standings, lines), strict=False):
        rules = parse_season_rules(standings.rules)
        yield f"{view.name}, {board}, revision {standings.revision}: {_place(view, rules)}"
        for event, cell in zip(read_events(standings), view.cells, strict=True):
            yield f"  {event}: {_cell(cell)}"
        yield f"  {_counting(rules)}"
        counted = sum(cell.points for cell in line.cells if cell and cell.counted)
        adjusted = line.total - counted
        yield f"  counted: {format_points(counted)} points" + (f", adjusted by {format_points(adjusted)}" if adjusted else "")
        yield f"  total: {view.total} points"
        for ruling in view.rulings:
            yield f"  {ruling_text(ruling)}"
        if view.tie_break is not None:
            yield f"  equal in points to others; decided by {tie_text(view.tie_break)}"
            yield from _neighbours(standings, board, line.position, line.broken_by)


def _place(line: LineView, rules: SeasonRules) -> str:
    match line.state:
        case LineState.EXCLUDED:
            return "no rank, excluded"
        case LineState.TOO_FEW:
            return f"no rank, ranked in fewer than {rules.minimum_events} events"
        case _:
            return f"rank {line.rank}" + (", shared" if line.shown_rank.endswith("=") else "")


def _cell(cell: CellView | None) -> str:
    if cell is None:
        return "no result"
    place = cell.status or (f"rank {cell.rank}" if cell.rank else "no rank")
    return f"{place}, {cell.points} points" + ("" if cell.counted else ", does not count")


def _counting(rules: SeasonRules) -> str:
    """Which events count, as the rules say."""
    if rules.best is not None:
        return f"the best {rules.best} count"
    if rules.drop_worst is not None:
        return f"all but the worst {rules.drop_worst} count, missed events being the worst"
    if rules.splits is not None:
        parts = [f"the best {part.best} of {'the' if part.events else 'all'} next {part.events or ''}".rstrip() for part in rules.splits]
        return ", ".join(parts) + " count"
    return "all events count"
