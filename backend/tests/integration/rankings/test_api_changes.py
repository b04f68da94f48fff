"""Seasons in the API: what organisers change."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from apps.events.models import Event, Participant
from apps.rankings.models import Ruling, Season, SeasonEvent
from delivery.models import OutboxMessage
from tests.factories import add_entry, make_event, make_user
from tests.seasons import POINTS, make_season, set_events

pytestmark = pytest.mark.django_db(transaction=True)

RULES = {"points": POINTS, "best": 2}
NEW = {"slug": "league", "name": "League", "rules": RULES}


def client_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def send(user: User | None, method: str, address: str, document: Any) -> Any:
    send_it = getattr(client_of(user), method)
    return send_it(f"/api/v1/{address}", document, content_type="application/json")


@pytest.fixture
def owner() -> User:
    user = make_user("owner")
    user.user_permissions.add(Permission.objects.get(codename="add_event", content_type__app_label="events"))
    return user


@pytest.fixture
def race(owner: User) -> Event:
    event = make_event(slug="harbour", owner=owner)
    add_entry(event, "1", name="Ana", external_id="ana")
    return event


@pytest.fixture
def season(owner: User, race: Event) -> Season:
    return set_events(make_season(owner=owner), race)


def standings_wait() -> bool:
    return OutboxMessage.objects.filter(task_name="rankings.refresh_standings", sent_at=None).exists()


def test_an_organiser_creates_a_season_and_owns_it(owner: User) -> None:
    answer = send(owner, "post", "seasons", NEW)
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == "http://testserver/api/v1/seasons/league"
    assert (answer.json()["rules"]["best"], answer.json()["events"]) == (2, [])
    assert Season.objects.get(slug="league").owner == owner
    again = send(owner, "post", "seasons", NEW)
    assert (again.status_code, again.json()["errors"][0]["place"]) == (409, "slug")


def test_a_mistake_is_named_with_its_place(owner: User) -> None:
    answer = send(owner, "post", "seasons", {**NEW, "rules": {"points": {"by_place": [10, "x"]}}})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"place": "rules", "reason": "points.by_place.1: Input should be a valid decimal"}
    ]
    answer = send(owner, "post", "seasons", {**NEW, "points": POINTS})
    assert (answer.status_code, answer.json()["errors"][0]["place"]) == (422, "points")
    assert not Season.objects.exists()


def test_its_owner_changes_it_and_its_standings_follow(owner: User, season: Season) -> None:
    OutboxMessage.objects.all().delete()
    answer = send(owner, "patch", "seasons/city", {"name": "The City Series", "rules": RULES})
    assert (answer.status_code, answer.json()["name"], answer.json()["rules"]["best"]) == (200, "The City Series", 2)
    assert standings_wait()


def test_events_are_set_in_order_with_their_terms(owner: User, season: Season, race: Event) -> None:
    finals = make_event(slug="finals", owner=owner)
    events = [{"event": "finals", "multiplier": "1.5", "breaks_ties": False}, {"event": "harbour", "same_round": True}]
    answer = send(owner, "put", "seasons/city/events", {"events": events})
    assert answer.status_code == 200, answer.content
    rows = SeasonEvent.objects.filter(season=season)
    assert [(row.event, str(row.multiplier), row.same_round, row.breaks_ties) for row in rows] == [
        (finals, "1.5000", False, False),
        (race, "1.0000", True, True),
    ]
    assert [event["multiplier"] for event in answer.json()["events"]] == ["1.5", "1"]


@pytest.mark.parametrize(
    ("events", "place"),
    [
        ([{"event": "none"}], "events[0].event"),
        ([{"event": "harbour"}, {"event": "strangers"}], "events[1].event"),
        ([{"event": "harbour", "multiplier": 0}], "events[0].multiplier"),
        ([{"event": "harbour", "weight": 2}], "events[0].weight"),
        ([{"event": "harbour", "same_round": True}], "events[0].same_round"),
        ([{"event": "harbour"}, {"event": "harbour"}], "events"),
    ],
)
def test_events_that_do_not_fit_are_refused(owner: User, season: Season, events: Any, place: str) -> None:
    make_event(slug="strangers", owner=make_user())
    answer = send(owner, "put", "seasons/city/events", {"events": events})
    assert (answer.status_code, answer.json()["errors"][0]["place"]) == (422, place), answer.content
    assert season.season_events.count() == 1


def test_an_event_without_the_points_that_the_rules_read_is_refused(owner: User, season: Season) -> None:
    answer = send(owner, "patch", "seasons/city", {"rules": {"points": {"recorded": "points"}}})
    assert answer.json()["errors"] == [
        {"place": "rules.points.recorded", "reason": "harbour has no secondary measure 'points'"}
    ]
    answer = send(owner, "patch", "seasons/city", {"rules": {"points": {"recorded": None}}})
    assert answer.json()["errors"][0]["reason"] == "what harbour records are no points"
    answer = send(owner, "patch", "seasons/city", {"rules": {"points": POINTS, "splits": [{"events": 1, "best": 1}]}})
    assert answer.status_code == 200
    make_event(slug="finals", owner=owner)
    answer = send(owner, "put", "seasons/city/events", {"events": [{"event": "harbour"}, {"event": "finals"}]})
    assert answer.json()["errors"] == [
        {"place": "rules", "reason": "splits: the season has 2 rounds, more than they reach"}
    ]


def ruling(kind: str = "adjustment", points: Any = -5, **fields: Any) -> dict[str, Any]:
    document = {"kind": kind, "participant": Participant.objects.get(name="Ana").pk, "reason": "late", **fields}
    return document if points is None else {**document, "points": points}


def test_a_ruling_is_made_listed_and_revoked(owner: User, season: Season) -> None:
    OutboxMessage.objects.all().delete()
    made = send(owner, "post", "seasons/city/rulings", ruling(points="-2.5"))
    assert made.status_code == 201, made.content
    assert (made.json()["points"], made.json()["by"], made.json()["name"]) == ("-2.5", "owner", "Ana")
    assert standings_wait()
    address = f"seasons/city/rulings/{made.json()['id']}/revoke"
    assert send(owner, "post", address, {"reason": ""}).status_code == 422
    revoked = send(owner, "post", address, {"reason": "the clock was wrong"})
    assert (revoked.status_code, revoked.json()["revoke_reason"], revoked.json()["revoked_by"]) == (
        200,
        "the clock was wrong",
        "owner",
    )
    assert send(owner, "post", address, {"reason": "again"}).status_code == 409
    (listed,) = client_of(owner).get("/api/v1/seasons/city/rulings").json()["results"]
    assert (listed["reason"], listed["revoke_reason"]) == ("late", "the clock was wrong")
    assert Ruling.objects.count() == 1


@pytest.mark.parametrize(
    ("document", "status", "place"),
    [
        ({"points": None}, 422, "points"),
        ({"points": 0}, 422, "points"),
        ({"points": "0.005"}, 422, "points"),
        ({"kind": "exclusion"}, 422, "points"),
        ({"kind": "pardon"}, 422, "kind"),
        ({"participant": 4711}, 422, "participant"),
        ({"reason": " "}, 422, "reason"),
    ],
)
def test_a_ruling_that_makes_no_sense_is_refused(
    owner: User, season: Season, document: dict[str, Any], status: int, place: str
) -> None:
    answer = send(owner, "post", "seasons/city/rulings", ruling(**document))
    assert (answer.status_code, answer.json()["errors"][0]["place"]) == (status, place), answer.content
    assert not Ruling.objects.exists()


def test_nobody_is_excluded_twice_at_once(owner: User, season: Season) -> None:
    exclusion = ruling("exclusion", None)
    first = send(owner, "post", "seasons/city/rulings", exclusion)
    assert send(owner, "post", "seasons/city/rulings", exclusion).status_code == 409
    send(owner, "post", f"seasons/city/rulings/{first.json()['id']}/revoke", {"reason": "appeal"})
    assert send(owner, "post", "seasons/city/rulings", exclusion).status_code == 201


def test_who_may_change_what(owner: User, season: Season, race: Event) -> None:
    made = send(owner, "post", "seasons/city/rulings", ruling("exclusion", None)).json()["id"]
    requests = [
        ("post", "seasons", NEW),
        ("patch", "seasons/city", {"name": "Other"}),
        ("put", "seasons/city/events", {"events": [{"event": "harbour"}]}),
        ("get", "seasons/city/rulings", None),
        ("post", "seasons/city/rulings", ruling()),
        ("post", f"seasons/city/rulings/{made}/revoke", {"reason": "appeal"}),
    ]
    other = make_user("other")
    other.user_permissions.set(owner.user_permissions.all())
    race.scorers.add(scorer := make_user("scorer"))
    statuses = {
        name: [send(user, method, address, document).status_code for method, address, document in requests]
        for name, user in (("anonymous", None), ("scorer", scorer), ("other", other), ("owner", owner))
    }
    assert statuses == {
        "anonymous": [401] * 6,
        "scorer": [403] * 6,
        "other": [201, 403, 403, 403, 403, 403],
        "owner": [409, 200, 200, 200, 201, 200],
    }
    assert send(make_user(is_staff=True), "patch", "seasons/city", {"name": "By staff"}).status_code == 200
    assert send(owner, "post", "seasons/city/rulings/4711/revoke", {"reason": "x"}).status_code == 404
