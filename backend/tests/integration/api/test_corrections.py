"""Corrections by API: superseding, changing entries of published events, merging, external ids, and the trail."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from apps.events.models import Correction, Entry, Event, Score
from apps.events.services import change_event_state, generate_event_ranking
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.integration.api.clients import API, assert_problem, client_of, post_score, wrong_places

pytestmark = pytest.mark.django_db(transaction=True)

TRAIL = f"{API}/events/race/corrections"


def test_supersede(organiser: APIClient, event: Event) -> None:
    score = add_score(event, "7", 1000, external_id="gate-1")
    url = f"{API}/scores/{score.pk}/supersede"
    response = organiser.post(url, {"value": "2", "unit": "s", "reason": "photo finish"})
    assert response.status_code == 201
    shown = response.json()
    assert (shown["value"], shown["attempt"], shown["supersedes"], shown["is_current"]) == (2000, 1, score.pk, True)
    assert (shown["external_id"], shown["idempotency_key"], shown["recorded_by"]) == ("gate-1", "", "owner")
    assert wrong_places(organiser.post(url, {"value": 1, "reason": "again"}), 409) == ["score"]
    now = f"{API}/scores/{shown['id']}/supersede"
    assert wrong_places(organiser.post(now, {"value": 1})) == ["reason"]
    assert wrong_places(organiser.post(now, {"value": "x", "reason": "x"})) == ["value"]
    assert wrong_places(organiser.post(now, {"outcome": "good", "reason": "x"})) == ["outcome"]
    assert wrong_places(organiser.post(now, {"bib": "8", "reason": "x"})) == ["bib"]
    assert wrong_places(organiser.post(now, {"reason": "x" * 201})) == ["reason"]
    foul = organiser.post(now, {"outcome": "rejected", "reason": "left the lane"}).json()
    assert (foul["outcome"], foul["value"]) == ("rejected", 0)


def test_the_trail(organiser: APIClient, event: Event) -> None:
    score = add_score(event, "7", 1000)
    organiser.post(f"{API}/scores/{score.pk}/supersede", {"value": 2000, "reason": "photo finish"})
    organiser.patch(f"{API}/events/race/entries/12", {"status": "DSQ", "reason": "cut the course"})
    newest, first = organiser.get(TRAIL).json()["results"]
    assert (first["kind"], first["bib"], first["reason"], first["by"]) == ("supersede", "7", "photo finish", "owner")
    assert (first["before"]["value"], first["after"]["value"]) == (1000, 2000)
    assert first["score_id"] == first["after"]["score"] == Score.objects.get(is_current=True).pk
    assert (newest["kind"], newest["bib"], newest["name"], newest["score_id"]) == ("status", "12", "Bruno", None)
    assert (newest["before"]["status"], newest["after"]["status"]) == ("finished", "DSQ")
    assert newest["input_version"] == first["input_version"] + 1
    assert [one["id"] for one in organiser.get(f"{TRAIL}?bib=7").json()["results"]] == [first["id"]]
    assert [one["id"] for one in organiser.get(f"{TRAIL}?kind=status").json()["results"]] == [newest["id"]]
    page = organiser.get(f"{TRAIL}?limit=1").json()
    assert [one["id"] for one in organiser.get(page["next"]).json()["results"]] == [first["id"]]
    assert wrong_places(organiser.get(f"{TRAIL}?kind=none")) == ["kind"]
    for method in ("post", "put", "patch", "delete"):
        assert getattr(organiser, method)(TRAIL, {}).status_code == 405


def test_an_entry_of_a_published_event(organiser: APIClient, event: Event) -> None:
    publish_event(event)
    url = f"{API}/events/race/entries/7"
    assert wrong_places(organiser.patch(url, {"standing": "out_of_competition"})) == ["reason"]
    answer = organiser.patch(url, {"standing": "out_of_competition", "reason": "a guest"})
    assert answer.json()["standing"] == "out_of_competition"
    generate_event_ranking(event.pk)
    newest, first = organiser.get(f"{API}/events/race/rankings").json()["results"]
    assert (newest["revision"], newest["reasons"]) == (2, ["a guest"])
    assert (first["revision"], first["reasons"]) == (1, [])
    assert organiser.get(f"{API}/events/race/ranking").json()["official"] is True
    assert organiser.get(f"{API}/events/race/ranking?revision=1").json()["official"] is False
    change_event_state(event.pk, action="archive", by=None)
    assert wrong_places(organiser.patch(url, {"standing": "competing", "reason": "x"}), 409) == ["state"]


def test_who_corrects_what_is_published(owner: User, event: Event) -> None:
    score = add_score(event, "7", 1000)
    scorer = make_user()
    event.scorers.add(scorer)
    publish_event(event)
    for name in ("void", "supersede"):
        url = f"{API}/scores/{score.pk}/{name}"
        assert_problem(client_of().post(url, {"reason": "x"}), 401)
        assert_problem(client_of(make_user()).post(url, {"reason": "x"}), 404)
        assert_problem(client_of(scorer).post(url, {"reason": "x"}), 403)
    row = {"bib": "7", "value": 900, "external_id": "g", "reason": "x"}
    assert wrong_places(post_score(client_of(scorer), "race", "k", **row), 409) == ["state"]
    assert client_of(owner).post(f"{API}/scores/{score.pk}/void", {"reason": "x"}).status_code == 200


def test_by_external_id(organiser: APIClient, event: Event) -> None:
    first = post_score(organiser, "race", "k1", bib="7", value=1000, external_id="gate-1")
    again = post_score(organiser, "race", "k2", bib="7", value=1000, external_id="gate-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = post_score(organiser, "race", "k3", bib="7", value=999, external_id="gate-1", reason="photo finish")
    assert (other.status_code, other.json()["supersedes"]) == (201, first.json()["id"])
    assert Correction.objects.get().reason == "photo finish"
    late = post_score(organiser, "race", "k1", bib="7", value=1000, external_id="gate-1")
    assert (late.status_code, late.json()["id"], late.json()["is_current"]) == (200, first.json()["id"], False)
    moved = post_score(organiser, "race", "k4", bib="12", value=999, external_id="gate-1")
    assert wrong_places(moved, 409) == ["bib"]
    assert wrong_places(post_score(organiser, "race", "k5", bib="7", value=1, external_id="")) == ["external_id"]
    assert wrong_places(post_score(organiser, "race", "k6", bib="7", value=1, reason="x")) == ["reason"]
    assert wrong_places(post_score(organiser, "race", "k3", bib="7", value=999, external_id="gate-1"), 409) == [
        "idempotency_key"
    ]


def test_by_external_id_among_many(organiser: APIClient, event: Event) -> None:
    def row(key: str, value: int, name: str, bib: str = "7") -> dict[str, Any]:
        return {"bib": bib, "value": value, "idempotency_key": key, "external_id": name}

    rows = [row("a", 1, "x"), row("b", 2, "x"), row("c", 2, "x"), row("d", 3, "y"), row("e", 3, "x", "12")]
    answer = organiser.post(f"{API}/events/race/scores/bulk", {"scores": rows}).json()
    assert [result["status"] for result in answer["results"]] == [201, 201, 200, 201, 409]
    counts = {name: answer[name] for name in ("created", "corrected", "repeated", "refused")}
    assert counts == {"created": 2, "corrected": 1, "repeated": 1, "refused": 1}
    again = organiser.post(f"{API}/events/race/scores/bulk", {"scores": rows[:4]}).json()
    assert again["repeated"] == 4


def test_merge(organiser: APIClient, owner: User, event: Event) -> None:
    other = make_event(slug="other", owner=owner)
    dropped = add_entry(other, "3", name="Ana L.", external_id="ana-2").participant_id
    kept = organiser.get(f"{API}/events/race/entries/7").json()["participant"]
    for path in ("entries/7", "entries"):
        shown = client_of().get(f"{API}/events/race/{path}").json()
        assert shown.get("results", [shown])[0]["participant"] is None
    url = f"{API}/participants/{kept}/merge"
    assert wrong_places(organiser.post(url, {"drop": dropped})) == ["reason"]
    body = {"drop": dropped, "reason": "entered twice"}
    assert_problem(client_of().post(url, body), 401)
    assert_problem(client_of(make_user()).post(url, body), 404)
    answer = organiser.post(url, body)
    assert (answer.status_code, answer.json()) == (200, {"id": kept, "name": "Ana", "external_id": ""})
    assert organiser.get(f"{API}/events/other/entries/3").json()["participant"] == kept
    assert wrong_places(organiser.post(url, body), 409) == ["drop"]
    strange = add_entry(make_event(), "1").participant_id
    assert wrong_places(organiser.post(url, {**body, "drop": strange}), 404) == ["drop"]
    staff = client_of(make_user(is_staff=True))
    assert wrong_places(staff.post(url, {**body, "drop": strange})) == ["drop"]
    third = organiser.post(f"{API}/events/other/entries", {"bib": "9", "name": "x", "external_id": "ana-2"})
    assert_problem(third, 409)


def test_two_results_in_one_event_are_named(organiser: APIClient, event: Event) -> None:
    ids = [Entry.objects.get(event=event, bib=bib).participant_id for bib in ("7", "12")]
    for bib in ("7", "12"):
        add_score(event, bib, 1000)
    answer = organiser.post(f"{API}/participants/{ids[0]}/merge", {"drop": ids[1], "reason": "x"})
    assert "both have results in race" in assert_problem(answer, 409)["detail"]
