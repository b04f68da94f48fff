"""Recording scores one by one, and taking them back."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from apps.events.models import Event, Score
from apps.events.services import change_event_state
from delivery.models import OutboxMessage
from tests.factories import add_entry, add_score, make_event
from tests.integration.api.clients import API, assert_problem, post_score, wrong_places

SCORES = f"{API}/events/race/scores"


def test_record(organiser: APIClient, event: Event) -> None:
    response = post_score(organiser, "race", bib="7", value="1:02:03.5", achieved_at="2026-05-17T10:00:00Z")
    assert response.status_code == 201
    shown = response.json()
    assert (shown["bib"], shown["attempt"], shown["value"], shown["value_text"]) == ("7", 1, 3723500, "1:02:03.500")
    score = Score.objects.get(pk=shown["id"])
    assert (score.entry.bib, score.value, score.idempotency_key) == ("7", 3723500, "key-1")
    assert score.recorded_by is not None
    assert score.recorded_by.username == shown["recorded_by"] == "owner"
    event.refresh_from_db()
    assert event.input_version == 3  # two entries and a score
    assert OutboxMessage.objects.filter(task_name="events.generate_event_ranking", sent_at=None).count() == 1


@pytest.mark.parametrize(
    ("metric", "scale", "body", "value"),
    [
        ("duration", 0, {"value": 90500}, 90500),
        ("duration", 0, {"value": "90.5", "unit": "s"}, 90500),
        ("duration", 0, {"value": 90, "unit": "s"}, 90000),
        ("distance", 0, {"value": "8.95", "unit": "m"}, 8950),
        ("points", 2, {"value": 925}, 925),
        ("points", 2, {"value": "9.25"}, 925),
        ("points", 0, {"value": "-3"}, -3),
        ("count", 0, {"value": 41}, 41),
        ("count", 0, {"value": "41"}, 41),
    ],
)
def test_whole_numbers_are_in_the_smallest_unit_and_text_is_as_people_write(
    organiser: APIClient, owner: User, metric: str, scale: int, body: dict[str, Any], value: int
) -> None:
    event = make_event(slug="any", owner=owner, rules={"metric": metric, "direction": "high", "scale": scale})
    add_entry(event, "7")
    assert post_score(organiser, "any", bib="7", **body).json()["value"] == value


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"bib": "99"}, "bib"),
        ({"bib": None}, "bib"),
        ({"bib": "7\x00"}, "bib"),
        ({"value": None}, "value"),
        ({"value": 1.5}, "value"),
        ({"value": True}, "value"),
        ({"value": []}, "value"),
        ({"value": -1}, "value"),
        ({"value": 10**14}, "value"),
        ({"value": ""}, "value"),
        ({"value": "90"}, "value"),
        ({"value": "1:60:00"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "=1+1"}, "value"),
        ({"value": "90", "unit": "km"}, "value"),
        ({"attempt": 0}, "attempt"),
        ({"attempt": 10_001}, "attempt"),
        ({"attempt": 1.5}, "attempt"),
        ({"achieved_at": "yesterday"}, "achieved_at"),
        ({"achieved_at": "9999-12-31T23:59:59-03:00"}, "achieved_at"),
        ({"comment": "x"}, "comment"),
    ],
)
def test_record_refuses(organiser: APIClient, event: Event, change: dict[str, Any], place: str) -> None:
    before = OutboxMessage.objects.count()
    assert wrong_places(post_score(organiser, "race", **{"bib": "7", "value": 1000, **change})) == [place]
    assert not Score.objects.exists()
    assert OutboxMessage.objects.count() == before


@pytest.mark.parametrize("key", [None, "", "x" * 201, "a\tb", "ключ".encode().decode("latin-1")])
def test_key_refused(organiser: APIClient, event: Event, key: str | None) -> None:
    assert wrong_places(post_score(organiser, "race", key, bib="7", value=1000)) == ["Idempotency-Key"]
    assert not Score.objects.exists()


def test_longest_key(organiser: APIClient, event: Event) -> None:
    assert post_score(organiser, "race", "~" * 200, bib="7", value=1000).status_code == 201


def test_same_request_again_is_200_and_changes_nothing(organiser: APIClient, event: Event) -> None:
    first = post_score(organiser, "race", bib="7", value="21:40", attempt=2)
    second = post_score(organiser, "race", bib="7", value="21:40", attempt=2)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Score.objects.count() == 1
    event.refresh_from_db()
    assert event.input_version == 3


def test_same_key_with_other_content_is_a_conflict(organiser: APIClient, event: Event) -> None:
    post_score(organiser, "race", bib="7", value="21:40")
    for body in ({"bib": "7", "value": "21:41"}, {"bib": "12", "value": "21:40"}, {"bib": "7", "value": 1300000}):
        assert wrong_places(post_score(organiser, "race", **body), 409) == ["idempotency_key"]
    assert Score.objects.count() == 1


def test_key_is_of_one_event(organiser: APIClient, owner: User, event: Event) -> None:
    add_entry(make_event(slug="other", owner=owner), "7")
    for slug in ("race", "other"):
        assert post_score(organiser, slug, bib="7", value=1000).status_code == 201


def test_refused_request_leaves_its_key_free(organiser: APIClient, event: Event) -> None:
    assert_problem(post_score(organiser, "race", bib="99", value=1000), 422)
    assert post_score(organiser, "race", bib="7", value=1000).status_code == 201


def test_attempts(organiser: APIClient, event: Event) -> None:
    assert post_score(organiser, "race", "a", bib="7", value=1000).json()["attempt"] == 1
    assert post_score(organiser, "race", "b", bib="7", value=1000, attempt=5).json()["attempt"] == 5
    assert post_score(organiser, "race", "c", bib="7", value=1000).json()["attempt"] == 6
    assert wrong_places(post_score(organiser, "race", "d", bib="7", value=1, attempt=5), 409) == ["attempt"]
    assert post_score(organiser, "race", "e", bib="12", value=1000).json()["attempt"] == 1


@pytest.mark.parametrize("action", ["close", "cancel"])
def test_wrong_state(organiser: APIClient, event: Event, action: str) -> None:
    post_score(organiser, "race", "a", bib="7", value=1000)
    change_event_state(event.pk, action=action, by=None)
    assert wrong_places(post_score(organiser, "race", "b", bib="7", value=1000), 409) == ["state"]
    # Who lost the answer to the first request still learns that it was taken.
    assert post_score(organiser, "race", "a", bib="7", value=1000).status_code == 200


def test_list(organiser: APIClient, event: Event) -> None:
    for bib, value in (("7", 1), ("12", 2), ("7", 3)):
        add_score(event, bib, value)
    values = [score["value"] for score in organiser.get(SCORES).json()["results"]]
    assert values == [3, 2, 1]
    of_7 = organiser.get(f"{SCORES}?bib=7&limit=1").json()
    assert [score["value"] for score in of_7["results"]] == [3]
    assert [score["value"] for score in organiser.get(of_7["next"]).json()["results"]] == [1]
    assert wrong_places(organiser.get(f"{SCORES}?bib=%00")) == ["bib"]


def test_void(organiser: APIClient, event: Event) -> None:
    score = add_score(event, "7", 1000)
    shown = organiser.post(f"{API}/scores/{score.pk}/void", {"reason": "wrong runner"}).json()
    assert (shown["is_current"], shown["void_reason"]) == (False, "wrong runner")
    score.refresh_from_db()
    assert not score.is_current
    assert score.voided_by is not None
    assert post_score(organiser, "race", bib="7", value=900, attempt=1).status_code == 201


def test_void_refuses(organiser: APIClient, event: Event) -> None:
    score = add_score(event, "7", 1000)
    url = f"{API}/scores/{score.pk}/void"
    assert wrong_places(organiser.post(url)) == ["reason"]
    assert wrong_places(organiser.post(url, {"reason": " "})) == ["reason"]
    assert organiser.post(url, {"reason": "x"}).status_code == 200
    assert wrong_places(organiser.post(url, {"reason": "x"}), 409) == ["score"]
    assert_problem(organiser.post(f"{API}/scores/{score.pk + 1}/void", {"reason": "x"}), 404)
    assert_problem(organiser.post(f"{API}/scores/{'9' * 30}/void", {"reason": "x"}), 404)
