"""What a notification says. Made when it is read: an inbox never shows results that no longer hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.events import pages
from apps.events.models import Entry
from apps.events.ranking_lines import Line, is_official, read_lines
from apps.events.result import OVERALL
from apps.notifications.models import Notification


@dataclass(frozen=True, slots=True)
class Place:
    """Where one of the recipient's entries stands on one board."""

    bib: str
    name: str
    division: str  # "overall" or dimension and division, as in "sex:F"
    rank: int | None
    ranked: int  # how many have a rank on that board
    score: str  # as people read it; empty where there is none
    status: Entry.Status
    text: str  # empty where it would say no more than the overall place


@dataclass(frozen=True, slots=True)
class Message:
    """A notification as its recipient reads it."""

    notification: Notification
    title: str
    text: str
    is_current: bool  # false once the results were withdrawn or replaced: then there are no places
    places: Sequence[Place]


def make_message(notification: Notification) -> Message:
    """The message of a notification, whose `event` and `ranking` should have been read with it."""
    event, ranking = notification.event, notification.ranking
    title = f"Results of {event.name}"
    if not is_official(event, ranking):
        return Message(notification, title, "These results were withdrawn or replaced.", is_current=False, places=())
    places = _places(notification)
    text = "; ".join(["The results are published", *(place.text for place in places if place.text)]) + "."
    return Message(notification, title, text, is_current=True, places=places)


def _places(notification: Notification) -> list[Place]:
    """Of each of the recipient's entries in the event: the overall place first, then those in its divisions."""
    ranking = notification.ranking
    own = Entry.objects.filter(event=notification.event_id, participant__user=notification.recipient_id)
    places: list[Place] = []
    for entry_id in own.order_by("pk").values_list("pk", flat=True):
        rows = pages.place(ranking, entry_id)
        # An entry that is hidden by now has no line.
        shown = zip(rows, read_lines(ranking, list(rows.values())), strict=False)
        places += [_place(board, line, pages.ranked_count(ranking, board)) for board, line in shown]
    return places


def _place(board: str, line: Line, ranked: int) -> Place:
    return Place(
        bib=line.bib,
        name=line.name,
        division=board,
        rank=line.rank,
        ranked=ranked,
        score=line.score_text,
        status=line.status,
        text=_describe(board, line, ranked),
    )


def _describe(board: str, line: Line, ranked: int) -> str:
    if board != OVERALL:
        return f"{board} {line.shown_rank} of {ranked}" if line.rank is not None else ""
    if line.rank is not None:
        return f"{line.name} {line.shown_rank} of {ranked} with {line.score_text}"
    return f"{line.name} {line.status.label}" if line.status != Entry.Status.FINISHED else f"{line.name} without a rank"
