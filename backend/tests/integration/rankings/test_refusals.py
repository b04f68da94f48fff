"""What cannot be done with a season, each refused with its place."""

import pytest

from apps.errors import Conflict, InvalidInput, Missing
from apps.events.services import delete_event
from apps.rankings.season_events import NewSeasonEvent
from apps.rankings.services import change_season, refresh_standings, set_season_events
from tests.factories import make_event
from tests.seasons import POINTS, make_season, set_events

pytestmark = pytest.mark.django_db(transaction=True)


def test_refusals_name_the_place() -> None:
    season = make_season()
    with pytest.raises(Conflict, match="slug: there is a season 'city' already"):
        make_season()
    with pytest.raises(InvalidInput, match=r"rules: points\.by_place\.0"):
        change_season(season.pk, changes={"rules": {"points": {"by_place": ["x"]}}})
    with pytest.raises(InvalidInput, match="current_standings: only"):
        change_season(season.pk, changes={"current_standings": None})
    with pytest.raises(InvalidInput, match="events: there is no event 4711"):
        set_season_events(season.pk, events=[NewSeasonEvent(4711)])
    event = make_event()
    with pytest.raises(InvalidInput, match="events: an event is named twice"):
        set_events(season, event, event)
    with pytest.raises(Missing, match="there is no season 4711"):
        refresh_standings(4711)
    season.refresh_from_db()
    assert season.rules == {"points": POINTS}


def test_deleting_a_draft_moves_no_event_into_another_round() -> None:
    first, draft, third = make_event(), make_event(state="draft"), make_event()
    season = make_season()
    set_season_events(
        season.pk,
        events=[NewSeasonEvent(first.pk), NewSeasonEvent(draft.pk), NewSeasonEvent(third.pk, same_round=True)],
    )
    with pytest.raises(Conflict, match="season: it is event 2 of the season City Series; take it out of there first"):
        delete_event(draft.pk)
    assert [one.event_id for one in season.season_events.all()] == [first.pk, draft.pk, third.pk]
