"""From an address to what it names, for who asks. What one may not see is not there: 404, not 403."""

from rest_framework.request import Request

from apps.errors import InvalidInput, Missing
from apps.events.models import Event
from apps.rankings.access import may_count_event, visible_seasons
from apps.rankings.models import Season, Standings
from apps.rankings.readers import find_standings


def find_season(request: Request, slug: str) -> Season:
    """The season, if the user may see it. Raises Missing."""
    season = visible_seasons(request.user).select_related("current_standings").filter(slug=slug).first()
    if season is None:
        raise Missing(f"there is no season {slug!r}")
    return season


def require_standings(request: Request, season: Season, revision: int | None) -> Standings:
    """The standings, where an answer without them would say nothing. Raises Missing."""
    standings = find_standings(season, request.user, revision)
    if standings is None:
        raise Missing(f"{season.slug} has no standings yet", place="revision")
    return standings


def find_counted_events(request: Request, season: Season, slugs: list[str]) -> dict[str, int]:
    """The ids of the events of these slugs, which the user manages or which are in the season already."""
    events = {event.slug: event for event in Event.objects.filter(slug__in=slugs)}
    there = set(season.season_events.values_list("event", flat=True))
    for number, slug in enumerate(slugs):
        event = events.get(slug)
        if event is None or not (event.pk in there or may_count_event(request.user, event)):
            raise InvalidInput(f"you manage no event {slug!r}", place=f"events[{number}].event")
    return {slug: event.pk for slug, event in events.items()}
