"""The inbox in the API: one's own, and nobody else's."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.notifications.models import Notification
from apps.notifications.services import announce_event_ranking
from tests.factories import add_entry, add_score, make_event, make_user, publish_event

pytestmark = pytest.mark.django_db(transaction=True)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ana() -> User:
    return make_user("ana")


@pytest.fixture
def bia() -> User:
    return make_user("bia")


@pytest.fixture
def inbox(ana: User, bia: User) -> Client:
    """Ana's, with the results of two events; Bia was in the first one."""
    for slug, entered in (("first", (ana, bia)), ("second", (ana,))):
        event = make_event(slug=slug, name=f"The {slug}")
        for number, user in enumerate(entered, 1):
            add_entry(event, str(number), name=user.username.title(), user=user)
            add_score(event, str(number), f"2{number}:00")
        announce_event_ranking(publish_event(event).pk)
    return client_of(ana)


def messages(client: Client, **query: Any) -> Any:
    return client.get("/api/v1/notifications", query).json()


def test_the_newest_comes_first_with_its_text(inbox: Client) -> None:
    second, first = messages(inbox)["results"]
    assert (second["details"]["event"], first["details"]["event"]) == ("second", "first")
    assert {name: first[name] for name in ("kind", "title", "text", "url", "is_withheld", "read_at")} == {
        "kind": "results_published",
        "title": "Results of The first",
        "text": "The results are published.\n\nAna (no. 1)\nOverall: 1 of 2\nResult: 21:00",
        "url": "http://localhost:8000/events/first/",
        "is_withheld": False,
        "read_at": None,
    }
    assert first["details"]["places"] == [
        {
            "bib": "1",
            "name": "Ana",
            "division": "overall",
            "rank": 1,
            "ranked": 2,
            "score": "21:00",
            "status": "finished",
        }
    ]


def test_page_by_page(inbox: Client) -> None:
    first = messages(inbox, limit=1)
    second = inbox.get(first["next"]).json()
    assert [page["results"][0]["details"]["event"] for page in (first, second)] == ["second", "first"]
    assert second["next"] is None


def test_read_and_unread(inbox: Client) -> None:
    newest = messages(inbox)["results"][0]
    assert inbox.get("/api/v1/notifications/unread-count").json() == {"unread": 2}
    assert inbox.post(f"/api/v1/notifications/{newest['id']}/read").status_code == 204
    assert inbox.get("/api/v1/notifications/unread-count").json() == {"unread": 1}
    assert [message["details"]["event"] for message in messages(inbox, unread="true")["results"]] == ["first"]
    assert [message["read_at"] is None for message in messages(inbox)["results"]] == [False, True]
    assert inbox.post("/api/v1/notifications/read-all").json() == {"marked": 1}
    assert messages(inbox, unread="true")["results"] == []


def test_nobody_touches_the_inbox_of_another(inbox: Client, bia: User) -> None:
    of_bia = client_of(bia)
    assert [message["details"]["event"] for message in messages(of_bia)["results"]] == ["first"]
    mine = messages(inbox)["results"][0]["id"]
    assert of_bia.post(f"/api/v1/notifications/{mine}/read").status_code == 404
    of_bia.post("/api/v1/notifications/read-all")
    assert Notification.objects.filter(recipient__username="ana", read_at__isnull=True).count() == 2
    staff = client_of(make_user(is_staff=True))
    assert messages(staff)["results"] == []
    assert staff.post(f"/api/v1/notifications/{mine}/read").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", ""), ("get", "/unread-count"), ("post", "/read-all"), ("post", "/1/read")],
)
def test_the_anonymous_have_no_inbox(method: str, path: str) -> None:
    assert getattr(Client(), method)(f"/api/v1/notifications{path}").status_code == 401


def test_a_wrong_filter_is_refused(inbox: Client) -> None:
    answer = inbox.get("/api/v1/notifications", {"unread": "perhaps"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["place"] == "unread"
