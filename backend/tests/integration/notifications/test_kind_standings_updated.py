"""Who is told of new standings of a season, and what."""

import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from apps.events.models import Entry, Event
from apps.events.services import (
    change_entry,
    change_event,
    change_event_state,
    generate_event_ranking,
    merge_participants,
)
from apps.notifications.services import announce_season_standings
from apps.rankings.models import Season
from apps.rankings.services import change_season, refresh_standings
from tests import seasons
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.integration.notifications.told import Kind, asked_for, facts_to, listen, message_to, told

pytestmark = pytest.mark.django_db(transaction=True)
TASK = "notifications.announce_season_standings"


def run_race(slug: str, *names: str) -> Event:
    """A closed race in which they come in in that order."""
    event = make_event(slug=slug)
    for number, name in enumerate(names, 1):
        user, _new = User.objects.get_or_create(username=name)
        sex = {"sex": "F"} if name in ("ana", "bia") else {}
        add_entry(event, str(number), name=name.title(), external_id=name, user=user, divisions=sex)
        add_score(event, str(number), f"2{number}:00")
    return event


@pytest.fixture
def season() -> Season:
    """Ana 10, Bia 7, Caio 4.5 after the first of two races, which was told."""
    first, second = run_race("race-1", "ana", "bia", "caio"), run_race("race-2", "ana", "caio", "bia", "davi")
    publish_event(first)
    rules = {"divisions": {"sex": "overall"}}
    season = seasons.make_season(first, second, rules=rules, owner=make_user("owner"))
    announce(season)
    return season


def announce(season: Season) -> dict[str, Any]:
    refresh_standings(season.pk)
    return announce_season_standings(asked_for(TASK)[0]["standings_id"])


def user(name: str) -> User:
    return User.objects.get(username=name)


def test_the_first_time_all_are_told(season: Season) -> None:
    assert told(Kind.STANDINGS_UPDATED) == [["ana", "bia", "caio"]]
    facts = facts_to(user("bia"), Kind.STANDINGS_UPDATED)
    overall, women = facts.context["lines"]
    assert (overall.name, overall.is_overall, overall.rank, overall.total, overall.ranked) == ("Bia", True, 2, "7", 3)
    assert (overall.rank_before, overall.total_before) == (None, "")
    assert (women.division, women.rank, women.ranked) == ("sex:F", 2, 2)
    assert (facts.path, facts.context["events_counted"]) == ("/seasons/city/", 1)


def test_then_those_whose_rank_or_total_changed(season: Season) -> None:
    publish_event(Event.objects.get(slug="race-2"))
    assert announce(season)["told"] == 4
    assert facts_to(user("caio"), Kind.STANDINGS_UPDATED).data == {
        "season": "city",
        "revision": 2,
        "events_counted": 2,
        "lines": [
            {
                "name": "Caio",
                "division": "overall",
                "rank": 2,
                "ranked": 4,
                "total": "11.5",
                "before": {"rank": 3, "total": "4.5"},
            }
        ],
    }
    late = Entry.objects.get(event__slug="race-2", bib="4")
    change_entry(late.pk, changes={"status": Entry.Status.DSQ}, reason="cut the course")
    generate_event_ranking(late.event_id)
    assert announce(season)["told"] == 0  # nobody had points for the fourth place


def test_again_and_again_tells_nobody_twice(season: Season) -> None:
    publish_event(Event.objects.get(slug="race-2"))
    announce(season)
    before = told(Kind.STANDINGS_UPDATED)
    for kwargs in asked_for(TASK) * 2:
        announce_season_standings(**kwargs)
    assert told(Kind.STANDINGS_UPDATED) == before


def test_at_once_everybody_is_told_once(season: Season) -> None:
    publish_event(Event.objects.get(slug="race-2"))
    refresh_standings(season.pk)
    (kwargs, *_rest) = asked_for(TASK)
    barrier, counts = threading.Barrier(2), list[int]()

    def run() -> None:
        barrier.wait()
        counts.append(announce_season_standings(**kwargs)["told"])
        connection.close()

    workers = [threading.Thread(target=run) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(counts) == [0, 4]


def test_an_event_that_is_taken_back_for_a_while_is_not_told(season: Season) -> None:
    race = Event.objects.get(slug="race-1")
    change_event_state(race.pk, action="unpublish", by=None)
    assert announce(season)["skipped"] == "there are no standings"
    assert facts_to(user("bia"), Kind.STANDINGS_UPDATED).withheld == "not visible"
    change_event_state(race.pk, action="publish", by=None)
    assert announce(season)["told"] == 0
    assert facts_to(user("bia"), Kind.STANDINGS_UPDATED).withheld == ""


def test_what_is_as_before_again_is_not_sent(season: Season) -> None:
    publish_event(Event.objects.get(slug="race-2"))
    announce(season)
    change_event_state(Event.objects.get(slug="race-2").pk, action="unpublish", by=None)
    refresh_standings(season.pk)
    facts = facts_to(user("bia"), Kind.STANDINGS_UPDATED)
    assert (facts.withheld, facts.context["lines"], facts.data) == ("changed back", [], {})


def test_a_hidden_entry_is_told_nothing(season: Season) -> None:
    change_entry(Entry.objects.get(event__slug="race-1", bib="2").pk, changes={"standing": 2}, reason="asked for it")
    assert facts_to(user("bia"), Kind.STANDINGS_UPDATED).withheld == "not visible"
    (line, _women) = facts_to(user("ana"), Kind.STANDINGS_UPDATED).context["lines"]
    assert line.ranked == 2
    publish_event(Event.objects.get(slug="race-2"))
    generate_event_ranking(Event.objects.get(slug="race-1").pk)
    announce(season)
    assert told(Kind.STANDINGS_UPDATED)[1] == ["ana", "bia", "caio", "davi"]
    overall, _women = facts_to(user("bia"), Kind.STANDINGS_UPDATED).context["lines"]
    assert overall.total == "4.5"


def test_a_season_that_counts_a_private_event_is_told_to_those_who_manage_it(season: Season) -> None:
    publish_event(Event.objects.get(slug="race-2"))
    announce(season)
    change_event(Event.objects.get(slug="race-2").pk, changes={"visibility": "private"})
    # The standings that count it hold until they are refreshed.
    message = message_to(user("caio"), Kind.STANDINGS_UPDATED)
    assert (message.facts.withheld, message.facts.data) == ("not visible", {})
    assert "City" not in message.title + message.text
    announce(season)
    assert facts_to(user("caio"), Kind.STANDINGS_UPDATED).data["lines"][0]["before"] is None


@pytest.mark.parametrize("name", ["stranger", "ana"])
def test_a_private_season_is_told_to_its_owner_alone(season: Season, name: str) -> None:
    owner = user("ana") if name == "ana" else make_user(name)
    change_season(season.pk, changes={"visibility": "private", "owner": owner})
    publish_event(Event.objects.get(slug="race-2"))
    announce(season)
    assert told(Kind.STANDINGS_UPDATED)[1] == (["ana"] if name == "ana" else [])
    assert facts_to(user("bia"), Kind.STANDINGS_UPDATED).withheld == "not visible"


def test_an_organiser_is_told_while_a_program_of_theirs_listens(season: Season) -> None:
    listen(user("owner"))
    publish_event(Event.objects.get(slug="race-2"))
    announce(season)
    assert told(Kind.STANDINGS_UPDATED)[1] == ["ana", "bia", "caio", "davi", "owner"]
    assert facts_to(user("owner"), Kind.STANDINGS_UPDATED).data["events_counted"] == 2


def test_who_turned_out_to_be_another_is_told_under_that_name(season: Season) -> None:
    stranger = add_entry(make_event(), "1", name="Beatriz", user=make_user("beatriz")).participant
    twin = Entry.objects.get(event__slug="race-1", bib="2").participant
    merge_participants(stranger.pk, drop_id=twin.pk, reason="one person", by=None)
    publish_event(Event.objects.get(slug="race-2"))
    announce(season)
    assert "beatriz" in told(Kind.STANDINGS_UPDATED)[1]
    assert "bia" not in told(Kind.STANDINGS_UPDATED)[1]
    assert facts_to(user("beatriz"), Kind.STANDINGS_UPDATED).context["lines"][0].name == "Beatriz"
