"""From the ranks in a season's events to its standings. No database, no clock."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.rankings.points import PointsScheme


@dataclass(frozen=True, slots=True)
class Cell:
    """What a participant got in one event."""

    rank: int
    points: int  # hundredths


@dataclass(frozen=True, slots=True)
class Line:
    """One participant's line of the standings."""

    participant_id: int
    rank: int
    tied: bool  # shares the total with another
    total: int  # hundredths
    cells: tuple[Cell | None, ...]  # one for each event; None where the participant has no rank


def compute_standings(
    events: Sequence[Mapping[int, int]], *, scheme: PointsScheme, names: Mapping[int, str]
) -> list[Line]:
    """Standings in display order from each event's ranks (participant -> rank from 1), in the order of the season.

    The total is the sum of points; equal totals share a rank and the next one is left out (1 2 2 4). `names` decides
    the order within a shared rank and nothing else. Whoever has a rank in no event is not listed.
    """
    cells: dict[int, list[Cell | None]] = {}
    for number, ranks in enumerate(events):
        for participant_id, rank in ranks.items():
            row = cells.setdefault(participant_id, [None] * len(events))
            row[number] = Cell(rank=rank, points=scheme.points(rank))
    totals = {participant_id: sum(cell.points for cell in row if cell) for participant_id, row in cells.items()}
    order = sorted(totals, key=lambda one: (-totals[one], names[one].casefold(), names[one], one))
    lines: list[Line] = []
    for position, participant_id in enumerate(order, 1):
        total = totals[participant_id]
        ties_previous = bool(lines) and lines[-1].total == total
        ties_next = position < len(order) and totals[order[position]] == total
        lines.append(
            Line(
                participant_id=participant_id,
                rank=lines[-1].rank if ties_previous else position,
                tied=ties_previous or ties_next,
                total=total,
                cells=tuple(cells[participant_id]),
            )
        )
    return lines


def content_hash(event_ids: Sequence[int], lines: Sequence[Line]) -> str:
    """SHA-256, in hexadecimal, over the columns and the lines: equal for standings that say the same."""
    digest = hashlib.sha256(json.dumps(list(event_ids)).encode())
    for line in lines:
        cells = [cell and [cell.rank, cell.points] for cell in line.cells]
        digest.update(json.dumps([line.participant_id, line.rank, line.total, cells]).encode())
    return digest.hexdigest()
