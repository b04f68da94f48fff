"""Many scores in one request: each row is taken or refused on its own."""

from typing import Any

from rest_framework.test import APIClient

from apps.events.models import Event, Score
from apps.events.services import change_event_state
from tests.integration.api.clients import API, assert_problem, post_score, wrong_places

BULK = f"{API}/events/race/scores/bulk"


def row(key: str, **fields: Any) -> dict[str, Any]:
    """A row for bib 7."""
    return {"bib": "7", "value": 1000, "idempotency_key": key, **fields}


def test_a_result_for_each_row_in_order(organiser: APIClient, event: Event) -> None:
    post_score(organiser, "race", "known", bib="7", value=1000)
    rows = [
        row("a"),
        row("b", bib="99"),
        row("known"),
        row("known", value=1001),
        row("c", value=1.5),
        "not a row",
        row("d", bib="12", attempt=1),
        row("e", bib="12", attempt=1),
        row("a"),
        {"bib": "7", "value": 1},
        row("f" * 201),
        row("g", value="=1+1", comment="x"),
    ]
    answer = organiser.post(BULK, {"scores": rows}).json()
    statuses = [(result["index"], result["status"]) for result in answer["results"]]
    assert statuses == list(enumerate([201, 422, 200, 409, 422, 422, 201, 409, 200, 422, 422, 422]))
    assert (answer["created"], answer["repeated"], answer["refused"]) == (2, 2, 8)
    by_index = {result["index"]: result for result in answer["results"]}
    assert [error["place"] for error in by_index[9]["problem"]["errors"]] == ["idempotency_key"]
    assert by_index[11]["problem"]["status"] == 422
    assert by_index[0]["score"] == by_index[8]["score"]
    assert by_index[0]["score"]["id"] == Score.objects.get(idempotency_key="a").pk
    assert Score.objects.count() == 3
    event.refresh_from_db()
    assert event.input_version == 4  # the whole request is one change


def test_rows_of_one_entry_count_its_attempts(organiser: APIClient, event: Event) -> None:
    answer = organiser.post(BULK, {"scores": [row("a"), row("b", attempt=4), row("c"), row("d", attempt=1)]}).json()
    assert [result.get("score", {}).get("attempt") for result in answer["results"]] == [1, 4, 5, None]


def test_the_most_rows(organiser: APIClient, event: Event) -> None:
    rows = [row(f"k{number}") for number in range(5000)]
    answer = organiser.post(BULK, {"scores": rows}).json()
    assert (answer["created"], len(answer["results"])) == (5000, 5000)
    again = organiser.post(BULK, {"scores": rows}).json()
    assert (again["created"], again["repeated"]) == (0, 5000)
    assert [result["score"] for result in again["results"]] == [result["score"] for result in answer["results"]]


def test_more_than_the_most_rows(organiser: APIClient, event: Event) -> None:
    assert wrong_places(organiser.post(BULK, {"scores": [row("a")] * 5001})) == ["scores"]
    assert not Score.objects.exists()


def test_refused_as_a_whole(organiser: APIClient, event: Event) -> None:
    bodies: list[dict[str, Any]] = [{}, {"scores": {}}, {"scores": None}, {"scores": "7"}, {"rows": []}]
    for body in bodies:
        assert_problem(organiser.post(BULK, body), 422)


def test_no_rows(organiser: APIClient, event: Event) -> None:
    counts = dict.fromkeys(("created", "corrected", "repeated", "refused"), 0)
    assert organiser.post(BULK, {"scores": []}).json() == {**counts, "results": []}


def test_closed_event(organiser: APIClient, event: Event) -> None:
    organiser.post(BULK, {"scores": [row("a")]})
    change_event_state(event.pk, action="close", by=None)
    assert wrong_places(organiser.post(BULK, {"scores": [row("b")]}), 409) == ["state"]
    answer = organiser.post(BULK, {"scores": [row("a"), row("b")]}).json()
    assert [result["status"] for result in answer["results"]] == [200, 409]
    assert Score.objects.count() == 1
