"""The public pages of seasons. What a visitor may not see does not exist."""

from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from apps.events.access import visible_events
from apps.events.models import Event
from apps.events.scoreboard.responses import answer_with_page, make_etag, public_page
from apps.events.scoreboard.views import get_page
from apps.rankings.access import listed_seasons, visible_seasons
from apps.rankings.models import Season
from apps.rankings.readers import current_standings

SEASONS_PER_PAGE = 30
LINES_PER_PAGE = 100


@public_page
def season_list(request: HttpRequest) -> HttpResponse:
    """The seasons that are listed for this visitor, the newest first."""
    seasons = listed_seasons(request.user).select_related("current_standings").order_by("-id")
    page = get_page(Paginator(seasons, SEASONS_PER_PAGE), request)
    return render(request, "rankings/season_list.html", {"page": page})


@public_page
def standings(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The standings of a season; ?page= leafs through them."""
    season, is_public = find_season(request, slug)
    # A change of a participant's name moves the time of their events.
    changed_at = Event.objects.filter(season_events__season=season).aggregate(at=Max("updated_at"))["at"]
    etag = make_etag(season.pk, season.name, season.visibility, season.current_standings_id, changed_at)
    answer = partial(_render_standings, request, season)
    return answer_with_page(request, etag, is_public=is_public, render=answer)


def find_season(request: HttpRequest, slug: str) -> tuple[Season, bool]:
    """The season with its current standings, and whether anybody may see it."""
    seasons = visible_seasons(AnonymousUser()).select_related("current_standings")
    if season := seasons.filter(slug=slug).first():
        return season, True
    if request.user.is_authenticated:
        seasons = visible_seasons(request.user).select_related("current_standings")
        if season := seasons.filter(slug=slug).first():
            return season, False
    raise Http404(f"There is no season {slug}.")


def _render_standings(request: HttpRequest, season: Season) -> HttpResponse:
    context: dict[str, Any] = {"season": season, "is_listed": season.visibility == Event.Visibility.PUBLIC}
    if season.current_standings is not None:
        page: Page[int] = get_page(Paginator(range(season.current_standings.row_count), LINES_PER_PAGE), request)
        view = current_standings(season, start=max(page.start_index() - 1, 0), stop=page.end_index())
        # Only what everybody may open is a link: the page is the same for all.
        linked = visible_events(AnonymousUser()).filter(season_events__season=season)
        context |= {"view": view, "page": page, "linked": set(linked.values_list("pk", flat=True))}
    return render(request, "rankings/standings.html", context)
