"""Who has won: the winner and the podium, overall and in each division."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.events import pages
from apps.events.models import Ranking
from apps.events.ranking_lines import Line, read_lines_or_none

PODIUM = 3  # ranks


@dataclass(frozen=True, slots=True)
class Awards:
    """Who stands on the podium of one board. Whoever shares a rank shares the award."""

    division: str  # the key of the board
    podium: Sequence[Line]

    @property
    def winners(self) -> Sequence[Line]:
        """Those with the best rank: mostly one, and under modified ranks (2 2 3) none of them is first."""
        return [line for line in self.podium if line.rank == self.podium[0].rank]


def read_awards(ranking: Ranking) -> list[Awards]:
    """The awards of each board where somebody has a rank, overall first: two queries, however many boards.

    As provisional as the ranking is.
    """
    placed = [
        (key, row)
        for key, rows in pages.first_pages(ranking).items()
        for row in rows
        if row.rank is not None and row.rank <= PODIUM
    ]
    podiums: dict[str, list[Line]] = {}
    lines = read_lines_or_none(ranking, [row for _key, row in placed])
    for (key, _row), line in zip(placed, lines, strict=True):
        if line is not None:
            podiums.setdefault(key, []).append(line)
    return [Awards(key, podium) for key, podium in podiums.items()]
