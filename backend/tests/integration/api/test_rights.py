"""Who may do what: every operation by every kind of person."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.db import transaction
from rest_framework.test import APIClient

from apps.events.access import Visitor, may_see_event, visible_events
from apps.events.models import Event
from apps.events.services import generate_event_ranking
from tests.factories import RACE, add_entry, add_score, make_event, make_user
from tests.integration.api.clients import API, client_of

PEOPLE = ["anonymous", "stranger", "scorer", "owner", "staff"]


@dataclass(frozen=True)
class Operation:
    """A request and how it is answered to who may make it."""

    right: str
    method: str
    path: str
    status: int = 200
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


E = "/events/race"
SCORE = {"bib": "7", "value": 1000}
OPERATIONS = {
    "show the event": Operation("see", "get", E),
    "list entries": Operation("see", "get", f"{E}/entries"),
    "show an entry": Operation("see", "get", f"{E}/entries/7"),
    "read the ranking": Operation("see", "get", f"{E}/ranking"),
    "read its top": Operation("see", "get", f"{E}/ranking/top"),
    "read around an entry": Operation("see", "get", f"{E}/ranking/around/7"),
    "read an entry's places": Operation("see", "get", f"{E}/ranking/entries/7"),
    "export": Operation("see", "get", f"{E}/ranking.csv"),
    "list revisions": Operation("see", "get", f"{E}/rankings"),
    "compare revisions": Operation("see", "get", f"{E}/rankings/1/difference/1"),
    "export the difference": Operation("see", "get", f"{E}/rankings/1/difference/1.csv"),
    "list corrections": Operation("record", "get", f"{E}/corrections"),
    "supersede a score": Operation("record", "post", "/scores/{score}/supersede", 201, {"value": 2, "reason": "x"}),
    "list scores": Operation("record", "get", f"{E}/scores"),
    "record a score": Operation("record", "post", f"{E}/scores", 201, SCORE, {"Idempotency-Key": "k"}),
    "record scores": Operation(
        "record", "post", f"{E}/scores/bulk", 200, {"scores": [{**SCORE, "idempotency_key": "k"}]}
    ),
    "void a score": Operation("record", "post", "/scores/{score}/void", 200, {"reason": "wrong runner"}),
    "ask for the ranking": Operation("record", "post", f"{E}/ranking/generate", 202),
    "list transitions": Operation("manage", "get", f"{E}/transitions"),
    "list imports": Operation("manage", "get", f"{E}/imports"),
    "change the event": Operation("manage", "patch", E, 200, {"name": "Other"}),
    "close the event": Operation("manage", "post", f"{E}/close"),
    "enter a participant": Operation("manage", "post", f"{E}/entries", 201, {"bib": "9", "name": "Eva"}),
    "change an entry": Operation("manage", "patch", f"{E}/entries/7", 200, {"status": "DNF"}),
}
MAY = {
    "see": {"anonymous", "stranger", "scorer", "owner", "staff"},
    "record": {"scorer", "owner", "staff"},
    "manage": {"owner", "staff"},
}
WORK_ON_IT = MAY["record"]


def expected_status(operation: Operation, person: str, *, private: bool) -> int:
    """What the rules say: who may not see an event is told that it is not there."""
    if person == "anonymous" and operation.method != "get":
        return 401
    if person not in WORK_ON_IT and (private or "{score}" in operation.path):
        return 404  # scores by their ids exist for those who work on the event
    if person in MAY[operation.right]:
        return operation.status
    return 401 if person == "anonymous" else 403


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("visibility", ["public", "unlisted", "private"])
def test_every_operation_by_everybody(visibility: str) -> None:
    people, score = make_race(visibility)
    answered, expected = {}, {}
    for person, user in people.items():
        for name, operation in OPERATIONS.items():
            answered[person, name] = answer(client_of(user), operation, score)
            expected[person, name] = expected_status(operation, person, private=visibility == "private")
    assert answered == expected


def make_race(visibility: str) -> tuple[dict[str, User | None], int]:
    """An open event of that visibility with a ranking, the people around it, and the id of a score of it."""
    people = {person: make_user(person, is_staff=person == "staff") for person in PEOPLE[1:]}
    event = make_event(slug="race", owner=people["owner"], visibility=visibility)
    event.scorers.add(people["scorer"])
    add_entry(event, "7")
    score = add_score(event, "7", 1000)
    generate_event_ranking(event.pk)
    return {"anonymous": None, **people}, score.pk


def answer(client: APIClient, operation: Operation, score: int) -> int:
    """The status of the answer; what the operation has changed is rolled back."""
    with transaction.atomic():
        path = operation.path.format(score=score)
        response = getattr(client, operation.method)(f"{API}{path}", operation.body or None, headers=operation.headers)
        transaction.set_rollback(True)
    status: int = response.status_code
    return status


@pytest.mark.django_db
@pytest.mark.parametrize("person", PEOPLE)
def test_draft_is_for_those_who_work_on_it(person: str) -> None:
    people = {name: make_user(name, is_staff=name == "staff") for name in PEOPLE[1:]}
    event = make_event(slug="race", owner=people["owner"], state="draft")
    event.scorers.add(people["scorer"])
    client = client_of(people.get(person))
    seen = person in WORK_ON_IT
    assert client.get(f"{API}{E}").status_code == (200 if seen else 404)
    assert [event["slug"] for event in client.get(f"{API}/events").json()["results"]] == (["race"] if seen else [])


@pytest.mark.django_db
def test_one_event_is_seen_by_whoever_finds_it_among_the_visible_ones() -> None:
    people = {name: make_user(name, is_staff=name == "staff") for name in PEOPLE[1:]}
    event = make_event(owner=people["owner"])
    event.scorers.add(people["scorer"])
    visitors: list[Visitor] = [AnonymousUser(), *people.values()]
    for user in visitors:
        for state in Event.State:
            for visibility in Event.Visibility:
                event.state, event.visibility = state, visibility
                event.save()
                assert may_see_event(user, event) == visible_events(user).filter(pk=event.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("person", "status"), [("anonymous", 401), ("stranger", 403), ("organiser", 201), ("staff", 201)]
)
def test_who_may_create_events(person: str, status: int) -> None:
    user = None if person == "anonymous" else make_user(person, is_staff=person == "staff")
    if user and person == "organiser":
        user.user_permissions.add(Permission.objects.get(codename="add_event"))
    response = client_of(user).post(f"{API}/events", {"slug": "new", "name": "New", "rules": RACE})
    assert response.status_code == status
    assert Event.objects.exists() == (status == 201)


@pytest.mark.django_db
def test_scorers_are_named_only_to_those_who_manage(event: Event, organiser: APIClient, visitor: APIClient) -> None:
    scorer = make_user("ada")
    event.scorers.add(scorer)
    assert organiser.get(f"{API}{E}").json()["scorers"] == ["ada"]
    for client in (visitor, client_of(scorer)):
        assert client.get(f"{API}{E}").json()["scorers"] is None
