"""Events: creating, changing, listing, and their states."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from apps.events.models import Event
from apps.events.services import generate_event_ranking
from tests.factories import RACE, add_entry, add_score, make_event, make_user
from tests.integration.api.clients import API, assert_problem, client_of, wrong_places

NEW = {"slug": "park-run", "name": "Park Run", "rules": RACE}


@pytest.fixture
def creator(owner: User) -> APIClient:
    """An organiser who may create events."""
    owner.user_permissions.add(Permission.objects.get(codename="add_event"))
    return client_of(owner)


def test_create(creator: APIClient, owner: User) -> None:
    response = creator.post(f"{API}/events", {**NEW, "visibility": "unlisted", "starts_at": "2026-12-01T09:00:00Z"})
    assert response.status_code == 201
    assert response["Location"].endswith(f"{API}/events/park-run")
    event = Event.objects.get(slug="park-run")
    assert (event.owner, event.state, event.visibility) == (owner, "draft", "unlisted")
    shown = creator.get(response["Location"]).json()
    assert shown == response.json()
    assert shown["scorers"] == []
    assert shown["rules"]["ties"] == "competition"  # a default that was not written


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"slug": "no spaces"}, "slug"),
        ({"slug": None}, "slug"),
        ({"name": ""}, "name"),
        ({"rules": "points"}, "rules"),
        ({"rules": {"metric": "points", "direction": "up"}}, "rules"),
        ({"rules": {**RACE, "scale": 2}}, "rules"),
        ({"visibility": "secret"}, "visibility"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"ends_at": "9999-12-31T23:59:59-03:00"}, "ends_at"),
        ({"starts_at": "2026-12-02T00:00:00Z", "ends_at": "2026-12-01T00:00:00Z"}, "ends_at"),
        ({"state": "open"}, "state"),
    ],
)
def test_create_refuses(creator: APIClient, change: dict[str, Any], place: str) -> None:
    assert wrong_places(creator.post(f"{API}/events", {**NEW, **change})) == [place]
    assert not Event.objects.exists()


def test_slug_that_is_taken(creator: APIClient) -> None:
    make_event(slug="park-run")
    assert wrong_places(creator.post(f"{API}/events", NEW), 409) == ["slug"]


def test_change(organiser: APIClient, event: Event) -> None:
    make_user("ada")
    body = {"name": "The Race", "ends_at": None, "scorers": ["ada"]}
    shown = organiser.patch(f"{API}/events/race", body).json()
    assert (shown["name"], shown["scorers"]) == ("The Race", ["ada"])
    event.refresh_from_db()
    assert event.name == "The Race"
    organiser.patch(f"{API}/events/race", {"scorers": []})
    assert not event.scorers.exists()


def test_change_refuses(organiser: APIClient, event: Event) -> None:
    url = f"{API}/events/race"
    assert wrong_places(organiser.patch(url, {"name": "Other", "scorers": ["nobody"]})) == ["scorers"]
    assert wrong_places(organiser.patch(url, {"slug": "other"})) == ["slug"]
    assert wrong_places(organiser.patch(url, {"rules": RACE}), 409) == ["state"]
    event.refresh_from_db()
    assert event.name == "race"


def test_rules_of_a_draft_change(organiser: APIClient, owner: User) -> None:
    make_event(slug="draft", owner=owner, state="draft")
    response = organiser.patch(f"{API}/events/draft", {"rules": {**RACE, "ties": "dense"}})
    assert response.json()["rules"]["ties"] == "dense"


def test_list_is_paged_newest_first_and_filtered_by_state(visitor: APIClient) -> None:
    for number in range(5):
        make_event(slug=f"e{number}")
    make_event(slug="draft", state="draft")
    make_event(slug="private", visibility="private")
    make_event(slug="unlisted", visibility="unlisted")
    first = visitor.get(f"{API}/events?limit=3").json()
    second = visitor.get(first["next"]).json()
    slugs = [event["slug"] for page in (first, second) for event in page["results"]]
    assert slugs == ["e4", "e3", "e2", "e1", "e0"]
    assert second["next"] is None
    assert visitor.get(second["previous"]).json()["results"] == first["results"]
    assert visitor.get(f"{API}/events?state=closed").json()["results"] == []
    assert len(visitor.get(f"{API}/events?state=open").json()["results"]) == 5


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "limit=x",
        "state=gone",
        "cursor=%00",
        "cursor=cD14",
        "cursor=cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
    ],
)
def test_list_refuses(visitor: APIClient, db: None, query: str) -> None:
    assert wrong_places(visitor.get(f"{API}/events?{query}")) == [query.partition("=")[0]]


def test_states(organiser: APIClient, owner: User) -> None:
    make_event(slug="meet", owner=owner, state="draft")

    def act(action: str, **body: str) -> Any:
        return organiser.post(f"{API}/events/meet/{action}", body)

    assert wrong_places(act("close"), 409) == ["state"]
    assert act("open").json()["state"] == "open"
    assert act("close", reason="rain").json()["state"] == "closed"
    assert wrong_places(act("publish"), 409) == ["ranking"]
    assert act("reopen", reason="sun").json()["state"] == "open"
    assert act("cancel").json()["state"] == "cancelled"
    assert act("archive").status_code == 409
    history = organiser.get(f"{API}/events/meet/transitions").json()["results"]
    assert [(row["from_state"], row["to_state"], row["by"], row["reason"]) for row in history] == [
        ("draft", "open", "owner", ""),
        ("open", "closed", "owner", "rain"),
        ("closed", "open", "owner", "sun"),
        ("open", "cancelled", "owner", ""),
    ]


def test_unknown_action(organiser: APIClient, event: Event) -> None:
    assert_problem(organiser.post(f"{API}/events/race/explode"), 404)


@pytest.mark.django_db(transaction=True)
def test_publish_unpublish_archive(organiser: APIClient, event: Event) -> None:
    add_entry(event, "31")
    add_score(event, "31", "21:40")
    assert organiser.post(f"{API}/events/race/close").status_code == 200
    assert organiser.post(f"{API}/events/race/publish").status_code == 409
    generate_event_ranking(event.pk)
    for action, state in [
        ("publish", "published"),
        ("unpublish", "closed"),
        ("publish", "published"),
        ("archive", "archived"),
    ]:
        assert organiser.post(f"{API}/events/race/{action}").json()["state"] == state
