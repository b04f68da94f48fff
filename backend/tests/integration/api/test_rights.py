"""Who may see and do what, beyond the table of tests.integration.rights: drafts, and what answers tell."""

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from rest_framework.test import APIClient

from apps.events.access import Visitor, may_see_event, visible_events
from apps.events.models import Event
from tests.factories import RACE, make_event, make_user
from tests.integration.api.clients import API, client_of

PEOPLE = ["anonymous", "stranger", "scorer", "owner", "staff"]


E = "/events/race"
WORK_ON_IT = {"scorer", "owner", "staff"}


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
