"""Clients of the API, and what all its errors have in common."""

from typing import Any

from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

API = "/api/v1"


def client_of(user: User | None = None) -> APIClient:
    """A client with the user's token; an anonymous one without a user."""
    client = APIClient()
    if user is not None:
        token, _ = Token.objects.get_or_create(user=user)
        client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    return client


def assert_problem(response: Any, status: int) -> dict[str, Any]:
    """Check that the response is a problem document of that status; returns the document."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["status"] == status
    assert document["title"]
    return document


def wrong_places(response: Any, status: int = 422) -> list[str]:
    """The places that a problem document finds wrong."""
    return [error["place"] for error in assert_problem(response, status)["errors"]]


def post_score(client: APIClient, slug: str, key: str | None = "key-1", **body: Any) -> Any:
    """POST one score with that idempotency key."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(f"{API}/events/{slug}/scores", body, headers=headers)
