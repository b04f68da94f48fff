"""The public pages of events. What a visitor may not see does not exist."""

import re
from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from apps.events import pages
from apps.events.access import visible_events
from apps.events.models import BIB_PATTERN, Entry, Event, Ranking
from apps.events.result import OVERALL
from apps.events.rules import parse_rules
from apps.events.scoreboard import listing
from apps.events.scoreboard.divisions import board_title, dimensions
from apps.events.scoreboard.lines import SCORE_LABELS, make_lines
from apps.events.scoreboard.phases import POLL_SECONDS, Phase, phase_of
from apps.events.scoreboard.places import adjustment_text, make_places
from apps.events.scoreboard.responses import answer_if_changed, make_etag, public_page
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
    return answer_if_changed(request, etag, is_public=is_public, render=answer)


@public_page
def entry(request: HttpRequest, slug: str, bib: str) -> HttpResponseBase:
    """An entry's places, and who stands around it."""
    event, is_public = find_event(request, slug)
    phase = phase_of(event, timezone.now())
    etag = event_etag(event, phase)
    answer = partial(_render_entry, request, event, bib, {"phase": phase, "etag": etag})
    return answer_if_changed(request, etag, is_public=is_public, render=answer)


def find_event(request: HttpRequest, slug: str) -> tuple[Event, bool]:
    """The event with its current ranking, and whether anybody may see it. Who the visitor is matters only if not."""
    events = visible_events(AnonymousUser()).select_related("current_ranking")
    if event := events.filter(slug=slug).first():
        return event, True
    if request.user.is_authenticated:
        events = visible_events(request.user).select_related("current_ranking")
        if event := events.filter(slug=slug).first():
            return event, False
    raise Http404(f"There is no event {slug}.")


def event_etag(event: Event, phase: Phase) -> str:
    """Changes with all that the pages of an event show; costs no query beyond the event itself.

    Places and scores change with the current ranking alone. Names, hidden entries and the event's own fields change
    between two rankings, and each such change moves `updated_at` (see apps.events.changes.note_change).
    """
    return make_etag(event.pk, event.updated_at.isoformat(), event.current_ranking_id, phase.value)


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
    if ranking is not None:
        if board not in pages.board_keys(ranking):
            raise Http404("There is no such division.")
        context["dimensions"] = dimensions(ranking, board)
        context["total"] = pages.row_count(ranking, board)
        context["score_label"] = SCORE_LABELS[parse_rules(ranking.rules).metric]
        context |= _found(event, ranking, board, text) if text else _leafed(request, event, ranking, board)
    elif board != OVERALL:
        raise Http404("There is no such division.")
    return render(request, "events/scoreboard.html", context)


def _event_context(event: Event, phase: Phase) -> dict[str, Any]:
    return {
        "event": event,
        "ranking": event.current_ranking,
        "poll_seconds": POLL_SECONDS.get(phase),
        "is_listed": event.visibility == Event.Visibility.PUBLIC,
    }


def _found(event: Event, ranking: Ranking, board: str, text: str) -> dict[str, Any]:
    rows, has_more = find_rows(event, ranking, board, text)
    return {"lines": make_lines(event, parse_rules(ranking.rules), rows), "has_more": has_more}


def _leafed(request: HttpRequest, event: Event, ranking: Ranking, board: str) -> dict[str, Any]:
    page = get_page(Paginator(range(pages.row_count(ranking, board)), ROWS_PER_PAGE), request)
    rows = pages.rows(ranking, board, max(page.start_index() - 1, 0), page.end_index())
    return {"lines": make_lines(event, parse_rules(ranking.rules), rows), "page": page}


def _render_entry(request: HttpRequest, event: Event, bib: str, context: dict[str, Any]) -> HttpResponse:
    entries = pages.shown_entries().select_related("participant", "division_set")
    found = entries.filter(event=event, bib=bib).first() if re.fullmatch(BIB_PATTERN, bib) else None
    if found is None:
        raise Http404(f"There is no entry {bib} in this event.")
    context |= _event_context(event, context["phase"]) | {"entry": found, "divisions": found.division_set.values}
    ranking = event.current_ranking
    if ranking is not None:
        rules = parse_rules(ranking.rules)
        places = pages.place(ranking, found.pk)
        context["places"] = make_places(ranking, rules, places, rows_per_page=ROWS_PER_PAGE)
        context["neighbours"] = make_lines(event, rules, pages.around(ranking, OVERALL, found.pk, NEIGHBOURS))
        context |= {"score_label": SCORE_LABELS[rules.metric], "adjustment": adjustment_text(found, rules)}
        context["is_out_of_competition"] = found.standing == Entry.Standing.OUT_OF_COMPETITION
    return render(request, "events/entry.html", context)
