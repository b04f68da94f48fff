"""Who is it? Tokens and sessions."""

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from apps.events.models import Event
from tests.integration.api.clients import API, assert_problem

ACTION = f"{API}/events/race/close"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"username": "owner", "password": "secret"}', "application/json"),
        ("username=owner&password=secret", "application/x-www-form-urlencoded"),
    ],
)
def test_token_for_username_and_password(visitor: APIClient, event: Event, body: str, content_type: str) -> None:
    response = visitor.post(f"{API}/token", body, content_type=content_type)
    assert response.status_code == 200
    token = response.json()["token"]
    assert APIClient().post(ACTION, headers={"Authorization": f"Token {token}"}).status_code == 200


def test_wrong_password(visitor: APIClient, owner: User) -> None:
    assert_problem(visitor.post(f"{API}/token", {"username": "owner", "password": "guess"}), 422)


def test_expired_token_does_not_keep_from_a_new_one(visitor: APIClient, owner: User) -> None:
    body = {"username": "owner", "password": "secret"}
    assert visitor.post(f"{API}/token", body, headers={"Authorization": "Token expired"}).status_code == 200


def test_wrong_token_is_401_even_for_what_anybody_may_read(visitor: APIClient, event: Event) -> None:
    response = visitor.get(f"{API}/events", headers={"Authorization": "Token wrong"})
    assert_problem(response, 401)
    assert response["WWW-Authenticate"] == "Token"


def test_anonymous_change_is_401(visitor: APIClient, event: Event) -> None:
    response = visitor.post(ACTION)
    assert_problem(response, 401)
    assert response["WWW-Authenticate"] == "Token"


def test_session(owner: User, event: Event) -> None:
    client = APIClient()
    client.force_login(owner)
    assert client.post(ACTION).status_code == 200


def test_session_without_csrf_token_is_refused(owner: User, event: Event) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(owner)
    assert "CSRF" in assert_problem(client.post(ACTION), 403)["detail"]
