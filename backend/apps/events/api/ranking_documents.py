"""Rankings as the API tells them."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from django.http import HttpResponseBase
from rest_framework.request import Request

from apps.errors import Missing
from apps.events import pages
from apps.events.access import anyone_may_see, may_see_live
from apps.events.api.lookups import require
from apps.events.models import Event, Ranking
from apps.events.page_columns import Row
from apps.events.ranking_lines import (
    check_board,
    count_lines,
    entity_tag,
    entries_gone,
    is_official,
    read_lines,
)
from apps.events.scoreboard.responses import answer_if_changed


def answer(request: Request, event: Event, variant: str, render: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """304 to who holds the present answer, which costs no query beyond the event's row; else the answer.

    Raises 401 or 403 for the live variant unless the user works on the event.
    """
    is_live = variant == Ranking.Variant.LIVE
    if is_live:
        require(may_see_live(request.user, event), request)
    is_public = anyone_may_see(event) and not is_live
    return answer_if_changed(request, entity_tag(event, variant), is_public=is_public, render=render)


def head(event: Event, ranking: Ranking | None) -> dict[str, Any]:
    """What ranking this is."""
    return {
        "event": event.slug,
        "state": event.state,
        "official": is_official(event, ranking),
        "freeze_at": event.freeze_at if event.is_frozen else None,
        "variant": ranking.variant if ranking else Ranking.Variant.PUBLIC,
        "revision": ranking and ranking.revision,
        "computed_at": ranking and ranking.computed_at,
        "content_hash": ranking and ranking.content_hash,
    }


def board(
    event: Event, ranking: Ranking | None, division: str, rows: Callable[[Ranking], Sequence[Row]]
) -> dict[str, Any]:
    """A part of a board. An event without a ranking has no lines in any division. Raises Missing."""
    document = {**head(event, ranking), "division": division}
    if ranking is None:
        return {**document, "total": 0, "ranked": 0, "pending": 0, "rows": []}
    check_board(ranking, division)
    counts = count_lines(ranking, division, entries_gone(event, ranking))
    return {**document, **asdict(counts), "rows": read_lines(ranking, rows(ranking))}


def places(event: Event, ranking: Ranking, entry_id: int) -> dict[str, Any]:
    """An entry's places, overall first. Raises Missing if the ranking does not have it."""
    rows = pages.place(ranking, entry_id)
    lines = read_lines(ranking, list(rows.values()))
    if not lines:
        raise Missing(f"revision {ranking.revision} does not have this entry", place="bib")
    gone = entries_gone(event, ranking)
    return {
        **head(event, ranking),
        "entry": lines[0],
        "places": [
            {
                "division": division,
                "rank": line.rank,
                "shown_rank": line.shown_rank,
                "position": line.position,
                **asdict(count_lines(ranking, division, gone)),
            }
            for division, line in zip(rows, lines, strict=True)
        ],
    }


def shown_entry_id(event: Event, bib: str) -> int:
    """The id of the entry of that bib, if scoreboards show it. Raises Missing."""
    entry_id = pages.shown_entries().filter(event=event, bib=bib).values_list("pk", flat=True).first()
    if entry_id is None:
        raise Missing(f"there is no entry with bib {bib!r}")
    return entry_id
