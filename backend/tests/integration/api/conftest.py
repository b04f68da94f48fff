"""The people of the API's tests, and their event."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from apps.events.models import Event
from tests.factories import add_entry, make_event, make_user
from tests.integration.api.clients import client_of


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hashing a password as for production takes longer than most of these tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def owner(db: None) -> User:
    """Who owns the event."""
    return make_user("owner")


@pytest.fixture
def organiser(owner: User) -> APIClient:
    """The owner's client."""
    return client_of(owner)


@pytest.fixture
def visitor(db: None) -> APIClient:
    """A client without an account."""
    return client_of()


@pytest.fixture
def event(owner: User) -> Event:
    """An open, public race with entries 7 (F) and 12 (M)."""
    event = make_event(owner=owner, slug="race")
    add_entry(event, "7", name="Ana", divisions={"sex": "F"})
    add_entry(event, "12", name="Bruno", divisions={"sex": "M"})
    return event
