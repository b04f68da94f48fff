"""The public pages of events. What a visitor may not see does not exist."""

import re
from functools import partial
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from apps.events import pages
from apps.events.access import anyone_may_see, visible_events
from apps.events.models import BIB_PATTERN, Event, Ranking
from apps.events.ranking_lines import count_lines, entity_tag, entries_gone, read_lines
from apps.events.result import OVERALL
from apps.events.rules import parse_rules
from apps.events.scoreboard import listing
from apps.events.scoreboard.board_rows import board_rows
from apps.events.scoreboard.divisions import board_title, dimensions
from apps.events.scoreboard.labels import SCORE_LABELS
from apps.events.scoreboard.phases import POLL_SECONDS, Phase, phase_of
from apps.events.scoreboard.places import adjustment_text, read_places
from apps.events.scoreboard.responses import answer_with_page, make_etag, public_page
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
    """An event's scoreboard: ?division= chooses the board, ?q= searches it, ?page= leafs through it."""
    event, is_public = find_event(request, slug)
    phase = phase_of(event, timezone.now())
    etag = event_etag(event, phase)
    answer = partial(_render_scoreboard, request, event, {"phase": phase, "etag": etag})
    return answer_with_page(request, etag, is_public=is_public, render=answer)


@public_page
def entry(request: HttpRequest, slug: str, bib: str) -> HttpResponseBase:
    """An entry's places, and who stands around it."""
    event, is_public = find_event(request, slug)
    phase = phase_of(event, timezone.now())
    etag = event_etag(event, phase)
    answer = partial(_render_entry, request, event, bib, {"phase": phase, "etag": etag})
    return answer_with_page(request, etag, is_public=is_public, render=answer)


def find_event(request: HttpRequest, slug: str) -> tuple[Event, bool]:
    """The event with its current ranking, and whether anybody may see it. Who the visitor is matters only if not."""
    event = Event.objects.select_related("current_ranking").filter(slug=slug).first()
    if event is not None and anyone_may_see(event):
        return event, True
    if event is not None and visible_events(request.user).filter(pk=event.pk).exists():
        return event, False
    raise Http404(f"There is no event {slug}.")


def event_etag(event: Event, phase: Phase) -> str:
    """Changes with all that the pages of an event show; costs no query beyond the event itself."""
    return make_etag(entity_tag(event), phase.value)


def get_page(paginator: "Paginator[Any]", request: HttpRequest) -> "Page[Any]":
    """The page asked for by ?page=. Raises Http404 if there is none."""
    try:
        return paginator.page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404("There is no such page.") from error


def _render_scoreboard(request: HttpRequest, event: Event, context: dict[str, Any]) -> HttpResponse:
    board = request.GET.get("division", OVERALL)
    text = clean_text(request.GET.get("q", ""))
    context |= _event_context(event, context["phase"]) | {"board": board, "title": board_title(board), "q": text}
    ranking = event.current_ranking
    if board not in (pages.board_keys(ranking) if ranking else [OVERALL]):
        raise Http404("There is no such division.")
    if ranking is not None:
        context["dimensions"] = dimensions(ranking, board)
        context["total"] = count_lines(ranking, board, entries_gone(event, ranking)).total
        context |= _found(event, ranking, board, text) if text else _leafed(request, event, ranking, board)
    return render(request, "events/scoreboard.html", context)


def _event_context(event: Event, phase: Phase) -> dict[str, Any]:
    ranking = event.current_ranking
    return {
        "event": event,
        "ranking": ranking,
        "score_label": SCORE_LABELS[parse_rules(ranking.rules if ranking else event.rules).metric],
        "poll_seconds": POLL_SECONDS.get(phase),
        "is_listed": event.visibility == Event.Visibility.PUBLIC,
    }


def _found(event: Event, ranking: Ranking, board: str, text: str) -> dict[str, Any]:
    rows, has_more = find_rows(event, ranking, board, text)
    return {"rows": board_rows(event, read_lines(ranking, rows)), "has_more": has_more}


def _leafed(request: HttpRequest, event: Event, ranking: Ranking, board: str) -> dict[str, Any]:
    page = get_page(Paginator(range(pages.row_count(ranking, board)), ROWS_PER_PAGE), request)
    rows = pages.rows(ranking, board, max(page.start_index() - 1, 0), page.end_index())
    return {"rows": board_rows(event, read_lines(ranking, rows)), "page": page}


def _render_entry(request: HttpRequest, event: Event, bib: str, context: dict[str, Any]) -> HttpResponse:
    entries = pages.shown_entries().select_related("participant", "division_set")
    found = entries.filter(event=event, bib=bib).first() if re.fullmatch(BIB_PATTERN, bib) else None
    if found is None:
        raise Http404(f"There is no entry {bib} in this event.")
    context |= _event_context(event, context["phase"]) | {"entry": found, "divisions": found.division_set.values}
    ranking = event.current_ranking
    if ranking is not None:
        context["places"] = read_places(event, ranking, found.pk, rows_per_page=ROWS_PER_PAGE)
        around = read_lines(ranking, pages.around(ranking, OVERALL, found.pk, NEIGHBOURS))
        context["neighbours"] = board_rows(event, around)
        context["adjustment"] = adjustment_text(found, parse_rules(ranking.rules))
    return render(request, "events/entry.html", context)
