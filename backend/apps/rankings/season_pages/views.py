"""The public pages of seasons. What a visitor may not see does not exist."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import Max, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from apps.errors import Missing
from apps.events.access import Visitor, visible_events
from apps.events.models import Event
from apps.events.result import OVERALL
from apps.events.scoreboard.divisions import board_title
from apps.events.scoreboard.responses import answer_with_page, make_etag, public_page
from apps.events.scoreboard.views import get_page
from apps.rankings import pages
from apps.rankings.access import listed_seasons, readable_standings, visible_seasons
from apps.rankings.awards import is_final, read_awards
from apps.rankings.comparison import compare
from apps.rankings.models import Season, Standings
from apps.rankings.readers import check_board, find_standings, read_board
from apps.rankings.season_pages.rows import dimensions, rows
from apps.rankings.wording import read_causes

SEASONS_PER_PAGE = 30
LINES_PER_PAGE = 100
REVISIONS_PER_PAGE = 50
MOVES_PER_PAGE = 500

Render = Callable[[], HttpResponse]


@public_page
def season_list(request: HttpRequest) -> HttpResponse:
    """The seasons that are listed for this visitor, the newest first."""
    seasons = listed_seasons(request.user).select_related("current_standings").order_by("-id")
    page = get_page(Paginator(seasons, SEASONS_PER_PAGE), request)
    return render(request, "rankings/season_list.html", {"page": page})


@public_page
def standings(request: HttpRequest, slug: str, revision: int | None = None) -> HttpResponseBase:
    """The current standings of a season, or an earlier revision: ?division= chooses the board, ?page= leafs."""
    season, visitor = find_season(request, slug)
    shown = [season.current_standings]
    if revision is not None:
        shown = list(season.standings.filter(revision=revision).only("event_ids", "season_id"))
    make = partial(_render_standings, request, season, visitor, revision)
    return _answer(request, season, visitor, shown, make)


@public_page
def revisions(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The revisions of a season's standings, each with what led to it."""
    season, visitor = find_season(request, slug)
    make = partial(_render_revisions, request, season, visitor)
    return _answer(request, season, visitor, season.standings.only("event_ids", "season_id"), make)


@public_page
def changes(request: HttpRequest, slug: str, before: int, after: int) -> HttpResponseBase:
    """Who moved from one revision to another, and why; ?division= chooses the board."""
    season, visitor = find_season(request, slug)
    make = partial(_render_changes, request, season, visitor, before, after)
    return _answer(request, season, visitor, season.standings.only("event_ids", "season_id"), make)


def find_season(request: HttpRequest, slug: str) -> tuple[Season, Visitor]:
    """The season with its current standings, and for whom the page is made: for everybody alike, if all may see it."""
    for visitor in (AnonymousUser(), request.user):
        seasons = visible_seasons(visitor).select_related("current_standings")
        if season := seasons.filter(slug=slug).first():
            return season, visitor
    raise Http404(f"There is no season {slug}.")


def _answer(
    request: HttpRequest, season: Season, visitor: Visitor, shown: Iterable[Standings | None], make: Render
) -> HttpResponseBase:
    # A change of a participant's name, of an entry or of a state moves the time of its event.
    counted = {event_id for standings in shown if standings is not None for event_id in standings.event_ids}
    events = Event.objects.filter(Q(season_events__season=season) | Q(pk__in=counted))
    changed_at = events.aggregate(at=Max("updated_at"))["at"]
    etag = make_etag(season.pk, season.name, season.visibility, season.current_standings_id, changed_at)

    def answer() -> HttpResponse:
        try:
            return make()
        except Missing as missing:
            raise Http404(str(missing)) from missing

    return answer_with_page(request, etag, is_public=not visitor.is_authenticated, render=answer)


def _context(season: Season) -> dict[str, Any]:
    return {"season": season, "is_listed": season.visibility == Event.Visibility.PUBLIC}


def _render_standings(request: HttpRequest, season: Season, visitor: Visitor, revision: int | None) -> HttpResponse:
    context = {**_context(season), "is_permanent": revision is not None}
    found = find_standings(season, visitor, revision)
    if found is not None:
        board = request.GET.get("division", OVERALL)
        check_board(found, board)
        page: Page[int] = get_page(Paginator(range(pages.line_count(found, board)), LINES_PER_PAGE), request)
        view = read_board(found, board, start=max(page.start_index() - 1, 0), stop=page.end_index())
        # Only what the visitor may open is a link.
        linked = visible_events(visitor).filter(pk__in=found.event_ids)
        context |= {
            "view": view,
            "rows": rows(view),
            "page": page,
            "title": board_title(board),
            "dimensions": dimensions(found, board),
            "linked": set(linked.values_list("pk", flat=True)),
            "is_current": found.pk == season.current_standings_id,
            "is_final": is_final(season, found),
            "champions": read_awards(found, [board])[0].champions,
        }
    return render(request, "rankings/standings.html", context)


def _render_revisions(request: HttpRequest, season: Season, visitor: Visitor) -> HttpResponse:
    page: Page[Standings] = get_page(Paginator(season.standings.order_by("-revision"), REVISIONS_PER_PAGE), request)
    shown = readable_standings(visitor, season, page)
    listed = list(zip(shown, read_causes(season, visitor, shown), strict=True))
    return render(request, "rankings/revisions.html", {**_context(season), "page": page, "listed": listed})


def _render_changes(request: HttpRequest, season: Season, visitor: Visitor, before: int, after: int) -> HttpResponse:
    old, new = (find_standings(season, visitor, revision) for revision in (before, after))
    board = request.GET.get("division", OVERALL)
    if old is None or new is None or old.revision > new.revision:
        raise Missing("there are no such changes", place="revision")
    if board not in pages.board_keys(old):
        check_board(new, board)
    found = compare(season, visitor, old, new, board)
    page = get_page(Paginator(found.moves, MOVES_PER_PAGE), request)
    context = {"changes": found, "page": page, "title": board_title(board), "dimensions": dimensions(new, board)}
    return render(request, "rankings/changes.html", {**_context(season), **context})
