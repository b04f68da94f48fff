"""Asking for the live variant, and for the thaw: by API, by page, in the admin."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from rest_framework.test import APIClient

from apps.events.models import Event, Reveal
from apps.events.services import change_event, thaw_event
from tests.factories import make_user
from tests.integration.api.clients import assert_problem, client_of, wrong_places
from tests.integration.frozen.walk import PAGE, E
from tests.integration.frozen.world import CONTEST, World, make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return make_world(CONTEST)


@pytest.fixture
def owner(world: World) -> APIClient:
    return client_of(world.event.owner)


def bibs(document: dict[str, Any]) -> list[str]:
    return [row["bib"] for row in document["rows"]]


def test_the_live_ranking_page_by_page(world: World, owner: APIClient) -> None:
    page = owner.get(f"{E}/ranking?variant=live&limit=2").json()
    assert (page["variant"], page["revision"], page["pending"]) == ("live", 1, 0)
    assert page["freeze_at"] is not None
    rest = owner.get(page["next"]).json()
    assert (rest["variant"], rest["revision"]) == ("live", 1)
    assert sorted(bibs(page) + bibs(rest)) == ["12", "31", "7"]
    # The cursor alone leads there as well, and nobody else.
    cursor = page["next"].partition("cursor=")[2].partition("&")[0]
    assert bibs(owner.get(f"{E}/ranking?cursor={cursor}").json()) == bibs(rest)
    assert_problem(client_of(world.stranger).get(f"{E}/ranking?cursor={cursor}"), 403)
    assert_problem(client_of().get(f"{E}/ranking?cursor={cursor}"), 401)
    assert wrong_places(owner.get(f"{E}/ranking?variant=public&cursor={cursor}")) == ["cursor"]
    assert wrong_places(owner.get(f"{E}/ranking?variant=secret")) == ["variant"]


def test_what_is_pending_is_told(world: World) -> None:
    shown = client_of().get(f"{E}/ranking").json()
    assert (shown["variant"], shown["pending"]) == ("public", 4)
    assert {row["bib"]: row["details"]["pending"]["value"] for row in shown["rows"]} == {"7": 1, "12": 2, "31": 1}
    assert client_of().get(f"{E}/ranking?division=sex:M").json()["pending"] == 2
    text = Client().get(PAGE).text
    assert "Frozen since" in text
    assert "4 scores are pending." in text
    assert "2 pending" in text
    assert "1 pending" in Client().get(f"{PAGE}entries/7").text


def test_the_live_answer_is_for_nobody_elses_cache(world: World, owner: APIClient) -> None:
    public, live = (owner.get(f"{E}/ranking{query}") for query in ("", "?variant=live"))
    assert (public["Cache-Control"], live["Cache-Control"]) == ("no-cache", "private, no-cache")
    assert public["ETag"] != live["ETag"]
    held = {"If-None-Match": live["ETag"]}
    assert owner.get(f"{E}/ranking?variant=live", headers=held).status_code == 304
    assert_problem(client_of(world.stranger).get(f"{E}/ranking?variant=live", headers=held), 403)


def test_revisions_of_both_variants_are_numbered_by_themselves(world: World, owner: APIClient) -> None:
    public, live = (owner.get(f"{E}/rankings{query}").json()["results"] for query in ("", "?variant=live"))
    assert [one["revision"] for one in public] == [2, 1]
    assert [one["revision"] for one in live] == [1]
    assert all(one["input_version"] > 0 for one in (*public, *live))
    assert bibs(owner.get(f"{E}/ranking?variant=live&revision=1").json()) == bibs(
        owner.get(f"{E}/ranking?variant=live").json()
    )


def test_the_live_page_says_what_it_is_and_leads_to_its_like(world: World) -> None:
    client = Client()
    client.force_login(make_user("operator", is_staff=True))
    for address in (f"{PAGE}?variant=live", f"{PAGE}entries/7?variant=live"):
        response = client.get(address)
        assert "Live, not public" in response.text
        assert f"{PAGE}entries/12?variant=live" in response.text
        assert response["Cache-Control"] == "private, no-cache"
    assert "Frozen since" in client.get(PAGE).text
    assert client.get(f"{PAGE}?variant=nothing").status_code == 404


def test_a_page_that_freezes_by_the_clock_is_another_page(world: World) -> None:
    hours = timedelta(hours=3)
    Event.objects.filter(pk=world.event.pk).update(freeze_at=world.event.freeze_at + hours)  # type: ignore[operator]
    before = Client().get(PAGE)
    assert "Frozen since" not in before.text
    Event.objects.filter(pk=world.event.pk).update(freeze_at=world.event.freeze_at)
    after = Client().get(PAGE, headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert "Frozen since" in after.text


def test_the_thaw_by_api(world: World, owner: APIClient) -> None:
    first = owner.post(f"{E}/reveal").json()
    assert first == {
        "revealed": [{"step": 1, "bib": "31", "name": "Team 31", "component": "B"}],
        "is_thawed": False,
    }
    assert wrong_places(owner.post(f"{E}/reveal"), 409) == ["ranking"]
    world.rank()
    assert wrong_places(owner.post(f"{E}/reveal", {"steps": 0})) == ["steps"]
    rest = owner.post(f"{E}/reveal", {"steps": 10}).json()
    assert (len(rest["revealed"]), rest["is_thawed"]) == (2, True)
    assert owner.get(E).json()["thawed_at"] is not None
    assert wrong_places(owner.post(f"{E}/thaw"), 409) == ["freeze_at"]
    assert [one["reason"] for one in owner.get(f"{E}/transitions").json()["results"]] == ["", "thawed"]


def test_thaw_at_once_and_moving_the_freeze_by_api(world: World, owner: APIClient) -> None:
    later = world.begun + timedelta(hours=2, minutes=30)
    assert owner.patch(E, {"freeze_at": later.isoformat()}).status_code == 200
    (moved,) = owner.get(f"{E}/transitions").json()["results"][1:]
    assert moved["reason"].startswith("freeze: ")
    assert moved["by"] == "owner"
    assert wrong_places(owner.patch(E, {"freeze_at": world.begun.isoformat()}), 409) == ["freeze_at"]
    assert owner.post(f"{E}/thaw").json()["thawed_at"] is not None


def test_the_buttons_of_the_admin(world: World, client: Client) -> None:
    client.force_login(make_user("operator", is_staff=True))
    address = f"/admin/events/event/{world.event.pk}/"
    page = client.get(f"{address}change/").text
    assert "Reveal the next step" in page
    assert "variant=live" in page
    shown = client.post(f"{address}reveal/", follow=True).text
    assert "Revealed: 31 Team 31 B." in shown
    assert "the ranking of the step before" in client.post(f"{address}reveal/", follow=True).text
    assert Reveal.objects.get().by == LogEntry.objects.get(change_message__startswith="revealed").user
    assert "is thawed" in client.post(f"{address}thaw/", follow=True).text
    assert "thawed already" in client.post(f"{address}thaw/", follow=True).text
    page = client.get(f"{address}change/").text
    assert "Reveal the next step" not in page
    assert 'name="freeze_at_0"' not in page


def test_after_the_thaw_everybody_sees_the_same(world: World, owner: APIClient) -> None:
    live = owner.get(f"{E}/ranking?variant=live").json()
    thaw_event(world.event.pk, by=None)
    world.rank()
    public = client_of().get(f"{E}/ranking").json()
    assert public["rows"] == live["rows"]
    assert (public["freeze_at"], public["variant"], public["revision"]) == (None, "public", 3)
    assert owner.get(f"{E}/ranking?variant=live").json()["variant"] == "public"


def test_a_freeze_that_is_cleared_is_none(world: World) -> None:
    change_event(world.event.pk, changes={"freeze_at": None})
    world.rank()
    shown = client_of().get(f"{E}/ranking").json()
    assert (shown["pending"], shown["freeze_at"]) == (0, None)
