"""The pages of seasons."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.events.models import Event, Participant
from apps.events.services import change_event, change_participant
from apps.rankings.models import Season
from apps.rankings.services import change_season, create_season, refresh_standings
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.integration.pages.tables import read_tables
from tests.seasons import make_season, set_events

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/seasons/city/"
RULES = {"points": {"by_place": [1]}}


@pytest.fixture
def races() -> list[Event]:
    times = [{"Ana": "20:00", "Bia": "21:00", "<b>Caio": "21:00"}, {"Bia": "40:00"}]
    events = [make_event(slug=f"race-{number}", name=f"Race {number}") for number in (1, 2)]
    for event, results in zip(events, times, strict=True):
        for number, (name, time) in enumerate(results.items(), 1):
            add_entry(event, str(number), name=name, external_id=name)
            add_score(event, str(number), time)
        publish_event(event)
    return events


@pytest.fixture
def season(races: list[Event]) -> Season:
    season = make_season(*races)
    refresh_standings(season.pk)
    return season


def test_the_standings_show_totals_and_each_events_points(client: Client, season: Season) -> None:
    response = client.get(PAGE)
    assert read_tables(response.text) == [
        [
            ["Rank", "Name", "Total", "Race 1", "Race 2"],
            ["1", "Bia", "17", "7", "10"],
            ["2", "Ana", "10", "10", "–"],  # noqa: RUF001 (as shown)
            ["3", "<b>Caio", "7", "7", "–"],  # noqa: RUF001
        ]
    ]
    assert "<title>City Series · Placar</title>" in response.text
    assert "<b>Caio" not in response.text
    assert '<a href="/events/race-1/">Race 1</a>' in response.text


def test_an_event_that_not_everybody_may_see_is_no_link(client: Client, season: Season, races: list[Event]) -> None:
    change_event(races[0].pk, changes={"visibility": "private"})
    page = client.get(PAGE).text
    assert "/events/race-1/" not in page
    assert "/events/race-2/" in page


def test_standings_that_are_still_right_cost_two_queries(
    client: Client, season: Season, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    etag = client.get(PAGE)["ETag"]
    with django_assert_num_queries(2):
        assert client.get(PAGE, headers={"if-none-match": etag}).status_code == 304


def test_what_the_standings_show_cannot_change_under_the_same_tag(
    client: Client, season: Season, races: list[Event]
) -> None:
    def rename() -> None:
        change_participant(Participant.objects.get(name="Ana").pk, changes={"name": "Zoe"})

    def fewer_events() -> None:
        set_events(season, races[0])
        refresh_standings(season.pk)

    changes = [
        rename,
        lambda: change_event(races[0].pk, changes={"name": "Another Race"}),
        lambda: change_season(season.pk, changes={"name": "Another Season"}),
        fewer_events,
    ]
    for change in changes:
        etag = client.get(PAGE)["ETag"]
        change()
        assert client.get(PAGE, headers={"if-none-match": etag}).status_code == 200


def test_who_sees_which_season(client: Client) -> None:
    owner = make_user()
    for visibility in ("public", "unlisted", "private"):
        create_season(slug=visibility, name=visibility, rules=RULES, owner=owner, visibility=visibility)

    def seen() -> tuple[list[str], list[int]]:
        listed = [season.slug for season in client.get("/seasons/").context["page"]]
        return listed, [client.get(f"/seasons/{slug}/").status_code for slug in ("public", "unlisted", "private")]

    assert seen() == (["public"], [200, 200, 404])
    assert "noindex" in client.get("/seasons/unlisted/").text
    client.force_login(owner)
    assert seen() == (["private", "unlisted", "public"], [200, 200, 200])
    assert client.get("/seasons/private/")["Cache-Control"] == "private, no-cache"


def test_without_standings_or_seasons_the_pages_say_so(client: Client) -> None:
    assert "There are no seasons yet." in client.get("/seasons/").text
    create_season(slug="city", name="City Series", rules=RULES, owner=None)
    assert "There are no standings yet." in client.get(PAGE).text
    assert client.get("/seasons/none/").status_code == 404
