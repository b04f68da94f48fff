"""What an entry's own page says of its places."""

from dataclasses import dataclass

from apps.events import pages
from apps.events.models import Entry, Event, Ranking
from apps.events.ranking_lines import Counts, count_lines, entries_gone, read_lines
from apps.events.rules import Rules
from apps.events.scoreboard.board_rows import BoardRow, board_rows
from apps.events.scoreboard.divisions import board_title
from apps.events.values import format_value


@dataclass(frozen=True, slots=True)
class Place:
    """An entry's place on one board."""

    board: str
    title: str  # empty for overall
    row: BoardRow
    counts: Counts
    page: int  # of the scoreboard, where the entry stands


def read_places(event: Event, ranking: Ranking, entry_id: int, *, rows_per_page: int, query: str) -> list[Place]:
    """An entry's place on each board that it is on, overall first; none if the ranking does not have it."""
    rows = pages.place(ranking, entry_id)
    lines = read_lines(ranking, list(rows.values()))
    gone = entries_gone(event, ranking)
    return [
        Place(
            board=board,
            title=board_title(board),
            row=row,
            counts=count_lines(ranking, board, gone),
            page=(line.position - 1) // rows_per_page + 1,
        )
        for board, line, row in zip(rows, lines, board_rows(event, lines, query), strict=True)
    ]


def adjustment_text(entry: Entry, rules: Rules) -> str:
    """What was added to the result, with its sign; empty if nothing was."""
    if not entry.adjustment:
        return ""
    text = format_value(entry.adjustment, rules)
    return text if entry.adjustment < 0 else f"+{text}"
