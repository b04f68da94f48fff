"""Seasons for tests, made through the services."""

from typing import Any

from apps.events.models import Event
from apps.rankings.models import Season
from apps.rankings.readers import StandingsView, read_board
from apps.rankings.season_events import NewSeasonEvent
from apps.rankings.services import create_season, refresh_standings, set_season_events

POINTS: dict[str, Any] = {"by_place": [10, 7, "4.5"]}


def make_season(*events: Event, rules: dict[str, Any] | None = None, **fields: Any) -> Season:
    """A season of these events on plain terms, with POINTS and further `rules`."""
    season = create_season(
        slug=fields.pop("slug", "city"),
        name=fields.pop("name", "City Series"),
        rules={"points": POINTS, **(rules or {})},
        owner=fields.pop("owner", None),
        **fields,
    )
    return set_events(season, *events)


def set_events(season: Season, *events: Event) -> Season:
    """Make these the events of a season, in this order and on plain terms."""
    return set_season_events(season.pk, events=[NewSeasonEvent(event.pk) for event in events])


def standings_of(season: Season, board: str = "overall") -> StandingsView:
    """A board of the standings as they are after a worker has refreshed them."""
    refresh_standings(season.pk)
    season.refresh_from_db()
    assert season.current_standings is not None
    return read_board(season.current_standings, board)
