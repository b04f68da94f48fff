"""What an entry's own page says of its places."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.events import pages
from apps.events.models import Entry, Ranking
from apps.events.page_columns import Row
from apps.events.rules import Rules
from apps.events.scoreboard.divisions import board_title
from apps.events.scoreboard.lines import rank_text, result_text
from apps.events.values import format_value


@dataclass(frozen=True, slots=True)
class Place:
    """An entry's place on one board."""

    board: str
    title: str  # "" for overall
    rank: str
    total: int  # entries on that board
    result: str
    page: int  # of the scoreboard, where the entry stands


def make_places(ranking: Ranking, rules: Rules, rows: Mapping[str, Row], *, rows_per_page: int) -> list[Place]:
    """An entry's places from its row on each board, overall first."""
    return [
        Place(
            board=board,
            title=board_title(board),
            rank=rank_text(row),
            total=pages.row_count(ranking, board),
            result=result_text(row, rules),
            page=(row.position - 1) // rows_per_page + 1,
        )
        for board, row in sorted(rows.items(), key=lambda item: pages.board_keys(ranking).index(item[0]))
    ]


def adjustment_text(entry: Entry, rules: Rules) -> str:
    """What was added to the result, with its sign; empty if nothing was."""
    if not entry.adjustment:
        return ""
    text = format_value(entry.adjustment, rules)
    return text if entry.adjustment < 0 else f"+{text}"
