"""Everybody opens every page of the admin, and is let in as docs/rights.md says."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from apps.events.models import Event
from tests.factories import make_event, make_user
from tests.integration.rights.people import make_people
from tests.integration.rights.table import missing_rows, read_table

MODELS, VIEWS = "Models in the admin", "Further pages of the admin"
MODEL_TABLE, VIEW_TABLE = read_table(MODELS), read_table(VIEWS)
# What is asked of each model: the page and the method.
ASKED = {
    "list": ("changelist", "get"),
    "open": ("change", "get"),
    "change": ("change", "post"),
    "add": ("add", "get"),
    "delete": ("delete", "get"),
}
QUERIES = {"admin:autocomplete": "?app_label=events&model_name=entry&field_name=event&term=x"}
STANDARD = {"changelist", "change", "add", "delete", "history"}
pytestmark = pytest.mark.django_db(transaction=True)


def labels() -> Iterator[str]:
    return (model._meta.label_lower for model in admin.site._registry)


def further_views() -> Iterator[str]:
    """The names of the admin's addresses beyond the usual pages of each model."""
    usual = {f"{label.replace('.', '_')}_{page}" for label in labels() for page in STANDARD}
    for each in (*admin.site.get_urls(), *_of_models()):
        if isinstance(each, URLPattern) and each.name and each.name not in usual:
            yield f"admin:{each.name}"


def _of_models() -> Iterator[Any]:
    for model_admin in admin.site._registry.values():
        yield from model_admin.get_urls()


def test_the_tables_know_every_model_and_page() -> None:
    assert not (missing := missing_rows(MODELS, labels(), MODEL_TABLE)), missing
    assert not (missing := missing_rows(VIEWS, further_views(), VIEW_TABLE)), missing
    assert set(MODEL_TABLE) == set(labels())
    assert set(VIEW_TABLE) == set(further_views())


def told(response: Any) -> str:
    """What an answer means for who has asked."""
    if response.status_code == 302 and response["Location"].startswith("/admin/login/"):
        return "login"
    return "no" if response.status_code == 403 else "yes"


def ask(client: Client, address: str, method: str) -> str:
    """What is answered; what that has changed is rolled back."""
    with transaction.atomic():
        answer = told(getattr(client, method)(address))
        transaction.set_rollback(True)
    return answer


def clients() -> dict[str, Client]:
    """A client for everybody who has an account, logged in, and for one who has none."""
    users = make_people()
    return {person: logged_in(user) for person, user in users.items()}


def logged_in(user: Any) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def test_staff_may_do_with_each_model_what_the_table_says() -> None:
    # Rows are missing for most models: who may not is refused before anything is looked for.
    draft = make_event(state="draft")
    client = logged_in(make_user("operator", is_staff=True))
    for label, cells in MODEL_TABLE.items():
        pk = draft.pk if label == "events.event" else 1
        for column, (page, method) in ASKED.items():
            name = f"admin:{label.replace('.', '_')}_{page}"
            arguments = [] if page in ("changelist", "add") else [pk]
            assert ask(client, reverse(name, args=arguments), method) == cells[column], (label, column)


def test_nobody_else_enters() -> None:
    for person, client in clients().items():
        if person == "staff":
            continue
        for label in MODEL_TABLE:
            for page, method in ASKED.values():
                arguments = [] if page in ("changelist", "add") else [1]
                address = reverse(f"admin:{label.replace('.', '_')}_{page}", args=arguments)
                assert ask(client, address, method) == "login", (person, address)


def test_further_pages() -> None:
    people = clients()
    event = make_event(owner=make_user("another"))
    for name, cells in VIEW_TABLE.items():
        address = address_of(name, event)
        for person, client in people.items():
            told_so = cells.get(person, cells["others"])
            assert ask(client, address, "get") == told_so, (name, person)
            if told_so == "login":
                assert ask(client, address, "post") == "login", (name, person)


def address_of(name: str, event: Event) -> str:
    """An address of that name, of whatever it needs."""
    for arguments in ([], [event.pk], [event.pk, "close"], ["events"], [1, 1]):
        try:
            return reverse(name, args=arguments) + QUERIES.get(name, "")
        except NoReverseMatch:
            continue
    raise AssertionError(f"{name}: say in address_of() what its address needs")
