"""What each kind may have to tell, as the kinds give it; names and reasons are for the test to choose."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from apps.events.models import Entry, Event, ImportBatch
from apps.notifications.models import Announcement
from apps.notifications.places import Place
from apps.rankings.models import Season

Kind = Announcement.Kind
# In UTC; in the zone of the tests it is 07:30.
MOMENT = datetime(2026, 11, 29, 10, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Move:
    """What a correction did to a place."""

    bib: str
    name: str
    division: str
    is_overall: bool
    before: Place | None
    after: Place | None


@dataclass(frozen=True)
class StandingLine:
    """A line of standings."""

    name: str
    division: str
    is_overall: bool
    rank: int | None
    shown_rank: str
    total: str
    rank_before: int | None
    total_before: str
    ranked: int


def place(rank: int | None, ranked: int, score: str, *, name: str, division: str = "overall", tied: str = "") -> Place:
    """A place of bib 7; without a rank one who did not finish."""
    status = Entry.Status.FINISHED if rank else Entry.Status.DNF
    return Place("7", name, division, rank, f"{rank or ''}{tied}", ranked, score, status)


def contexts(text: str, bib: str = "7") -> dict[str, dict[str, Any]]:
    """The context of each kind, in which `text` stands for all that somebody wrote."""
    event, season = Event(slug="race", name=text), Season(slug="cup", name=text)
    entry = {"bib": bib, "name": text, "divisions": {"sex": text}}
    third, second = place(3, 26410, "1:20:00.5", name=text), place(2, 26410, "1:19:00", name=text)
    women = replace(second, division=f"sex:{text}", rank=1, shown_rank="1=", ranked=120)
    move = Move(bib, text, "overall", is_overall=True, before=third, after=second)
    batch = ImportBatch(state="done", file_name=text, received=1200, accepted=1000, rejected=200, withdrawn=3)
    line = StandingLine(text, "overall", True, 3, "3", "27.5", 5, "17", 88)
    return {
        Kind.RESULTS_PUBLISHED: {
            "event": event,
            "is_current": True,
            "places": [replace(third, bib=bib), replace(women, bib=bib), place(None, 26410, "", name=text)],
        },
        Kind.RESULTS_CORRECTED: {
            "event": event,
            "moves": [
                move,
                replace(move, division=f"sex:{text}", is_overall=False, after=women),
                replace(move, bib="8", before=None),
                replace(move, bib="9", after=None),
            ],
            "reasons": [text],
            "is_current": False,
        },
        Kind.STATUS_CHANGED: {
            "event": event,
            "bib": bib,
            "name": text,
            "before": "finished",
            "after": "DSQ",
            "reason": text,
        },
        Kind.STANDINGS_UPDATED: {
            "season": season,
            "events_counted": 3,
            "lines": [line, replace(line, division=f"sex:{text}", is_overall=False, rank=None, total_before="")],
        },
        Kind.EVENT_OPENING: {"event": event, "starts_at": MOMENT, "entries": [entry]},
        Kind.RANKING_FAILED: {"event": event, "error": text, "failed_at": MOMENT},
        Kind.IMPORT_FINISHED: {"event": event, "batch": batch},
        Kind.DEAD_LETTERS_WAITING: {
            "count": 1204,
            "groups": [{"task_name": text, "count": 1204, "error": text, "oldest": MOMENT.isoformat()}],
        },
    }
