"""Permanent addresses: every revision of a ranking, and what differs between two of them."""

from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from apps.errors import Missing
from apps.events import pages
from apps.events.difference_lines import difference_lines, find_revision, read_difference
from apps.events.models import Event, Ranking
from apps.events.ranking_lines import count_lines, entries_gone, read_lines
from apps.events.result import OVERALL
from apps.events.revision_reasons import hidden_reasons, shown_reasons
from apps.events.rules import parse_rules
from apps.events.scoreboard.board_rows import board_rows
from apps.events.scoreboard.change_rows import change_rows
from apps.events.scoreboard.columns import detail_columns
from apps.events.scoreboard.divisions import board_title, dimensions
from apps.events.scoreboard.labels import SCORE_LABELS
from apps.events.scoreboard.opened import open_event
from apps.events.scoreboard.responses import answer_with_page, public_page
from apps.events.scoreboard.views import ROWS_PER_PAGE, get_page

REVISIONS_PER_PAGE = 50


@public_page
def revision_list(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The revisions that the public has seen, the newest first, and why each differs from the one before."""
    return _answer(request, slug, _render_list)


@public_page
def revision(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """The scoreboard as it was: ?division= chooses the board, ?page= leafs through it."""
    return _answer(request, slug, partial(_render_revision, number=number))


@public_page
def difference(request: HttpRequest, slug: str, before: int, after: int) -> HttpResponseBase:
    """Who moved between two revisions, from where to where, and why; ?division= and ?page= as on the scoreboard."""
    return _answer(request, slug, partial(_render_difference, before=before, after=after))


def _answer(request: HttpRequest, slug: str, make: Any) -> HttpResponseBase:
    opened = open_event(request, slug)
    event = opened.event
    context = {"event": event, "phase": opened.phase, "is_listed": event.visibility == Event.Visibility.PUBLIC}

    def page() -> HttpResponse:
        try:
            answer: HttpResponse = make(request, event, context)
        except Missing as missing:
            raise Http404(str(missing)) from missing
        return answer

    return answer_with_page(request, opened.etag, is_public=opened.is_public, render=page)


def _render_list(request: HttpRequest, event: Event, context: dict[str, Any]) -> HttpResponse:
    page = get_page(Paginator(_public(event).defer("boards", "rules"), REVISIONS_PER_PAGE), request)
    hidden, listed = hidden_reasons(event), list(page)
    before = [*(one.revision for one in listed[1:]), _previous(event, listed[-1].revision) if listed else None]
    rows = [
        {"ranking": one, "reasons": shown_reasons(one, hidden), "before": number}
        for one, number in zip(listed, before, strict=False)
    ]
    # Each has the next number: as long as none was removed there are as many as the newest says.
    newest = _public(event).values_list("revision", flat=True).first() or 0
    context |= {"page": page, "rows": rows, "has_gaps": page.paginator.count < newest}
    return render(request, "events/revision_list.html", context)


def _render_revision(request: HttpRequest, event: Event, context: dict[str, Any], *, number: int) -> HttpResponse:
    ranking = find_revision(event, number)
    board = request.GET.get("division", OVERALL)
    if board not in pages.board_keys(ranking):
        raise Missing("there is no such division")
    page = get_page(Paginator(range(pages.row_count(ranking, board)), ROWS_PER_PAGE), request)
    rows = pages.rows(ranking, board, max(page.start_index() - 1, 0), page.end_index())
    context |= _board_context(ranking, board) | {
        "ranking": ranking,
        "reasons": shown_reasons(ranking, hidden_reasons(event)),
        "previous": _previous(event, number),
        "following": _public(event).filter(revision__gt=number).values_list("revision", flat=True).last(),
        "total": count_lines(ranking, board, entries_gone(event, ranking)).total,
        "rows": board_rows(event, read_lines(ranking, rows), columns=detail_columns(ranking)),
        "columns": detail_columns(ranking),
        "page": page,
    }
    return render(request, "events/revision_page.html", context)


def _render_difference(
    request: HttpRequest, event: Event, context: dict[str, Any], *, before: int, after: int
) -> HttpResponse:
    old, new = find_revision(event, before), find_revision(event, after)
    board = request.GET.get("division", OVERALL)
    found = read_difference(event, old, new, board)
    page = get_page(Paginator(range(len(found.changes)), ROWS_PER_PAGE), request)
    lines = difference_lines(found, max(page.start_index() - 1, 0), page.end_index())
    later = new if new.revision >= old.revision else old
    context |= _board_context(new, board) | {
        "before": old,
        "after": new,
        "reasons": shown_reasons(later, hidden_reasons(event)),
        "total": len(found.changes),
        "counts": found.counts(),
        "rows": change_rows(event, lines),
        "page": page,
    }
    return render(request, "events/difference.html", context)


def _board_context(ranking: Ranking, board: str) -> dict[str, Any]:
    return {
        "board": board,
        "title": board_title(board),
        "dimensions": dimensions(ranking, board),
        "score_label": SCORE_LABELS[parse_rules(ranking.rules).metric],
    }


def _public(event: Event) -> QuerySet[Ranking]:
    """The newest first. Their numbers have gaps where some were removed (apps.events.thinning)."""
    return Ranking.objects.filter(event=event, variant=Ranking.Variant.PUBLIC)


def _previous(event: Event, number: int) -> int | None:
    return _public(event).filter(revision__lt=number).values_list("revision", flat=True).first()
