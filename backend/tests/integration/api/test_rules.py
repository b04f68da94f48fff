"""Events with components, secondary measures, outcomes and tie-breakers: from scores to lines, by the API."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from apps.events.models import Event, Score
from apps.events.services import generate_event_ranking
from tests.factories import add_entry, make_event
from tests.integration.api.clients import API, post_score, wrong_places

pytestmark = pytest.mark.django_db(transaction=True)

CONTEST: dict[str, Any] = {
    "metric": "penalty_contest",
    "direction": "high",
    "components": {"names": ["A", "B"]},
    "tie_breakers": [{"by": "last_accepted"}, {"by": "draw", "seed": "s"}],
}
QUIZ: dict[str, Any] = {
    "metric": "points",
    "direction": "high",
    "scale": 1,
    "secondary": {"time": {"metric": "duration", "direction": "low"}},
    "tie_breakers": [{"by": "measure", "name": "time"}],
}


def open_event(owner: User, rules: dict[str, Any], *bibs: str) -> Event:
    event = make_event(slug="any", owner=owner, rules=rules)
    for bib in bibs:
        add_entry(event, bib, name=f"Team {bib}")
    return event


def record(client: APIClient, key: int, **body: Any) -> dict[str, Any]:
    response = post_score(client, "any", f"key-{key}", **body)
    assert response.status_code == 201, response.content
    shown: dict[str, Any] = response.json()
    return shown


def rows(client: APIClient, event: Event) -> list[dict[str, Any]]:
    generate_event_ranking(event.pk)
    found: list[dict[str, Any]] = client.get(f"{API}/events/any/ranking").json()["rows"]
    return found


def test_a_penalty_contest(organiser: APIClient, visitor: APIClient, owner: User) -> None:
    event = open_event(owner, CONTEST, "1", "2", "3")
    shown = record(organiser, 1, bib="1", component="A", value="10:00", outcome="rejected")
    assert [shown[name] for name in ("component", "attempt", "outcome", "value_text")] == ["A", 1, "rejected", "10:00"]
    assert record(organiser, 2, bib="1", component="A", value="20 min")["attempt"] == 2
    assert record(organiser, 3, bib="1", component="B", value="50 min", outcome="pending")["attempt"] == 1
    record(organiser, 4, bib="2", component="B", value="40:59")
    first, second, third = rows(visitor, event)
    # Both have a penalty of 40: the earlier last solution decides.
    assert [(row["bib"], row["rank"], row["score_text"]) for row in (first, second, third)] == [
        ("1", 1, "1"),
        ("2", 2, "1"),
        ("3", 3, "0"),
    ]
    assert [row["details"]["penalty"]["text"] for row in (first, second)] == ["40", "40"]
    broken = {"number": 1, "by": "last_accepted", "text": "the earlier last accepted solution"}
    assert [row["tie_broken_by"] for row in (first, second, third)] == [
        {**broken, "value": "20"},
        {**broken, "value": "40"},
        None,
    ]
    solved = {"solved": True, "attempts": 2, "pending": 0, "time": 20}
    assert first["details"]["A"] == {"text": "2/20", "value": None, "cell": solved}
    assert first["details"]["B"]["cell"] == {"solved": False, "attempts": 0, "pending": 1, "time": 0}
    assert [row["details"]["pending"]["value"] for row in (first, second, third)] == [1, 0, 0]


def test_a_secondary_measure_breaks_a_tie(organiser: APIClient, visitor: APIClient, owner: User) -> None:
    event = open_event(owner, QUIZ, "1", "2", "3")
    for key, (bib, points, time) in enumerate((("1", "9.5", "61 s"), ("2", "9.5", "60 s"), ("3", "9.5", None))):
        record(organiser, key * 2, bib=bib, value=points)
        if time:
            assert record(organiser, key * 2 + 1, bib=bib, value=time, component="time")["value"] % 1000 == 0
    lines = rows(visitor, event)
    assert [(line["bib"], line["shown_rank"]) for line in lines] == [("2", "1"), ("1", "2"), ("3", "3")]
    assert lines[1]["tie_broken_by"] == {"number": 1, "by": "measure", "text": "the lower time", "value": "01:01"}
    assert lines[2]["tie_broken_by"]["value"] == ""
    assert lines[0]["details"] == {"time": {"text": "01:00", "value": 60000, "cell": None}}
    csv = visitor.get(f"{API}/events/any/ranking.csv").getvalue().decode().splitlines()
    assert csv[0] == "division,rank,position,bib,name,score,status,tie_broken_by,time"
    assert csv[1] == "overall,1,1,2,Team 2,9.5,finished,the lower time,01:00"


def test_a_foul_has_no_value(organiser: APIClient, owner: User, visitor: APIClient) -> None:
    jump = {"metric": "distance", "direction": "high", "tie_breakers": [{"by": "attempts"}]}
    event = open_event(owner, jump, "1")
    assert record(organiser, 1, bib="1", outcome="rejected")["value"] == 0
    record(organiser, 2, bib="1", value="7.1 m")
    (line,) = rows(visitor, event)
    assert (line["score"], line["details"]["attempts"]["value"]) == (7100, 2)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"value": "10:00"}, "component"),
        ({"value": "10:00", "component": "C"}, "component"),
        ({"component": "A"}, "value"),
        ({"component": "A", "outcome": "rejected"}, "value"),
        ({"component": "A", "value": "10:00", "outcome": "perhaps"}, "outcome"),
        ({"component": "A", "value": "10 m"}, "value"),
    ],
)
def test_what_does_not_fit_the_rules(organiser: APIClient, owner: User, body: dict[str, Any], place: str) -> None:
    open_event(owner, CONTEST, "1")
    assert wrong_places(post_score(organiser, "any", bib="1", **body)) == [place]
    assert not Score.objects.exists()


def test_an_attempt_is_of_its_component(organiser: APIClient, owner: User) -> None:
    open_event(owner, CONTEST, "1")
    for key, component in enumerate("AB"):
        record(organiser, key, bib="1", component=component, value="10:00", attempt=1)
    response = post_score(organiser, "any", "key-9", bib="1", component="B", value="11:00", attempt=1)
    assert wrong_places(response, 409) == ["attempt"]
