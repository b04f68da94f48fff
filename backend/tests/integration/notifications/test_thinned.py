"""Thinning changes nothing of what was told: no message, no link of one, no standings, no reason."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.events.models import Entry, Event
from apps.events.services import change_entry, change_event_state, generate_event_ranking, thin_rankings
from apps.events.thinning import Terms
from apps.notifications.messages import make_messages
from apps.notifications.models import Notification
from apps.notifications.services import (
    announce_event_correction,
    announce_event_ranking,
    announce_season_standings,
)
from apps.rankings.models import Season
from apps.rankings.services import refresh_standings
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.seasons import make_season

pytestmark = pytest.mark.django_db(transaction=True)

STANDINGS = "/api/v1/seasons/city/standings"


@pytest.fixture
def race() -> Event:
    """Four provisional revisions; then published, corrected, taken back, corrected, scored again and published."""
    event = make_event(slug="race", owner=make_user("owner"))
    for number in range(1, 5):
        add_entry(event, str(number), user=make_user(f"runner{number}"))
        add_score(event, str(number), f"2{number}:00")
        generate_event_ranking(event.pk)
    season = make_season(event)
    announce_event_ranking(publish_event(event).pk)
    tell_standings(season)
    correct(event, season, "1", "cut the course")
    change_event_state(event.pk, action="reopen", by=None)
    for number in range(1, 4):
        add_score(event, "4", f"1{number}:30", attempt=5 - number)
        generate_event_ranking(event.pk)
    announce_event_ranking(publish_event(event).pk)
    tell_standings(season)
    correct(event, season, "4", "wrong wave")
    # All of it long ago: else the hour that clocks may be apart keeps every revision.
    event.rankings.filter(revision__lt=4).update(computed_at=timezone.now() - timedelta(hours=3))
    return event


def correct(event: Event, season: Season, bib: str, reason: str) -> None:
    entry = Entry.objects.get(event=event, bib=bib)
    change_entry(entry.pk, changes={"status": Entry.Status.DSQ}, reason=reason)
    generate_event_ranking(event.pk)
    event.refresh_from_db()
    announce_event_correction(event.public_ranking_id or 0)
    tell_standings(season)


def tell_standings(season: Season) -> None:
    refresh_standings(season.pk)
    season.refresh_from_db()
    announce_season_standings(season.current_standings_id or 0)


def all_told() -> tuple[list[Any], set[str]]:
    """What each notification tells now, and where they lead."""
    messages = make_messages(list(Notification.objects.order_by("pk")))
    return [one.facts.data for one in messages], {one.facts.path for one in messages}


def answers(client: Client) -> list[str]:
    """What is answered of the season."""
    count = len(client.get(f"{STANDINGS}/revisions").json()["results"])
    addresses = [f"{STANDINGS}/revisions", "/seasons/city/", "/seasons/city/revisions/"]
    addresses += [f"/seasons/city/revisions/{number}/" for number in range(1, count + 1)]
    addresses += [f"/seasons/city/revisions/{number}/to/{count}/" for number in range(1, count + 1)]
    found = [client.get(address) for address in addresses]
    assert {one.status_code for one in found} == {200}
    return [one.text for one in found]


def test_what_was_told_is_told_again_word_for_word(client: Client, race: Event) -> None:
    told, paths = all_told()
    assert any("/difference/" in path for path in paths)
    linked = {path: client.get(path).text for path in paths}
    standings, inboxes = answers(client), Notification.objects.count()
    done = thin_rankings(race.pk, terms=Terms(timezone.now(), timedelta(days=9999)), who="olga", reason="full")
    assert done is not None
    assert done.revisions == 1  # the first stays, and the one before the official one
    assert all_told() == (told, paths)
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)
    assert answers(client) == standings
    assert Notification.objects.count() == inboxes
    for path, text in linked.items():
        if "/difference/" in path:
            assert client.get(path).text == text
