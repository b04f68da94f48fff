"""The public pages of events. What a visitor may not see does not exist."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from apps.events import pages
from apps.events.models import BIB_PATTERN, Entry, Event, Ranking
from apps.events.page_columns import Row
from apps.events.ranking_lines import count_lines, entries_gone, read_lines
from apps.events.result import OVERALL
from apps.events.rules import parse_rules
from apps.events.scoreboard import listing
from apps.events.scoreboard.board_rows import BoardRow, board_rows
from apps.events.scoreboard.columns import detail_columns
from apps.events.scoreboard.divisions import board_title, dimensions
from apps.events.scoreboard.opened import Opened, open_event
from apps.events.scoreboard.places import adjustment_text, read_places
from apps.events.scoreboard.responses import answer_with_page, public_page
from apps.events.scoreboard.search import clean_text, find_rows

ROWS_PER_PAGE = 100
NEIGHBOURS = 3  # on either side


@public_page
def event_list(request: HttpRequest) -> HttpResponse:
    """The events that are listed for this visitor: live, upcoming, and those with results."""
    now = timezone.now()
    page = get_page(Paginator(listing.finished_events(request.user), listing.FINISHED_PER_PAGE), request)
    context = {
        "groups": listing.running_groups(request.user, now) if page.number == 1 else [],
        "finished": listing.make_items(page, now),
        "page": page,
    }
    return render(request, "events/event_list.html", context)


@public_page
def scoreboard(request: HttpRequest, slug: str) -> HttpResponseBase:
    """An event's scoreboard: ?division= chooses the board, ?q= searches it, ?page= leafs through it.

    ?variant=live is the ranking with what a freeze hides from the public.
    """
    opened = open_event(request, slug)
    answer = partial(_render_scoreboard, request, opened)
    return answer_with_page(request, opened.etag, is_public=opened.is_public, render=answer)


@public_page
def entry(request: HttpRequest, slug: str, bib: str) -> HttpResponseBase:
    """An entry's places, and who stands around it."""
    opened = open_event(request, slug)
    answer = partial(_render_entry, request, opened, bib)
    return answer_with_page(request, opened.etag, is_public=opened.is_public, render=answer)


def get_page(paginator: "Paginator[Any]", request: HttpRequest) -> "Page[Any]":
    """The page asked for by ?page=. Raises Http404 if there is none."""
    try:
        return paginator.page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404("There is no such page.") from error


def _render_scoreboard(request: HttpRequest, opened: Opened) -> HttpResponse:
    board = request.GET.get("division", OVERALL)
    text = clean_text(request.GET.get("q", ""))
    context = opened.context() | {"board": board, "title": board_title(board), "q": text}
    ranking = opened.ranking
    if board not in (pages.board_keys(ranking) if ranking else [OVERALL]):
        raise Http404("There is no such division.")
    if ranking is not None:
        context["dimensions"] = dimensions(ranking, board)
        context["counts"] = count_lines(ranking, board, entries_gone(opened.event, ranking))
        context |= _found(opened, ranking, board, text) if text else _leafed(request, opened, ranking, board)
    return render(request, "events/scoreboard.html", context)


def _found(opened: Opened, ranking: Ranking, board: str, text: str) -> dict[str, Any]:
    rows, has_more = find_rows(opened.event, ranking, board, text)
    return {"rows": _board_rows(opened, ranking, rows), "has_more": has_more}


def _leafed(request: HttpRequest, opened: Opened, ranking: Ranking, board: str) -> dict[str, Any]:
    page = get_page(Paginator(range(pages.row_count(ranking, board)), ROWS_PER_PAGE), request)
    rows = pages.rows(ranking, board, max(page.start_index() - 1, 0), page.end_index())
    return {"rows": _board_rows(opened, ranking, rows), "page": page}


def _board_rows(opened: Opened, ranking: Ranking, rows: Sequence[Row]) -> list[BoardRow]:
    return board_rows(opened.event, read_lines(ranking, rows), opened.query, detail_columns(ranking))


def find_entry(event: Event, bib: str) -> Entry:
    """The entry of that bib, if scoreboards show it. Raises Http404."""
    entries = pages.shown_entries().select_related("participant", "division_set")
    found = entries.filter(event=event, bib=bib).first() if re.fullmatch(BIB_PATTERN, bib) else None
    if found is None:
        raise Http404(f"There is no entry {bib} in this event.")
    return found


def _render_entry(request: HttpRequest, opened: Opened, bib: str) -> HttpResponse:
    found = find_entry(opened.event, bib)
    context = opened.context() | {"entry": found, "divisions": found.division_set.values}
    ranking = opened.ranking
    if ranking is not None:
        context["places"] = read_places(
            opened.event, ranking, found.pk, rows_per_page=ROWS_PER_PAGE, query=opened.query
        )
        context["neighbours"] = _board_rows(opened, ranking, pages.around(ranking, OVERALL, found.pk, NEIGHBOURS))
        context["adjustment"] = adjustment_text(found, parse_rules(ranking.rules))
    return render(request, "events/entry.html", context)
