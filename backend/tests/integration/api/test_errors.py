"""Whatever goes wrong under /api/, the answer is a problem document."""

import json
from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.test import Client, override_settings
from django.urls import path
from rest_framework.test import APIClient

from apps.events.models import Event
from config.urls import handler400, handler403, handler404, handler500, urlpatterns
from tests.integration.api.clients import API, assert_problem, wrong_places

__all__ = ["handler400", "handler403", "handler404", "handler500"]  # of the urlconf that this module is, below


@pytest.mark.parametrize("address", ["/api/v1/nothing", "/api/", "/api/v1/events/race/nothing"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_unknown_address(visitor: APIClient, address: str, method: str) -> None:
    assert address in assert_problem(getattr(visitor, method)(address), 404)["detail"]


@pytest.mark.parametrize("debug", [False, True])
def test_slash_at_the_end_is_no_redirect(organiser: APIClient, debug: bool) -> None:
    with override_settings(DEBUG=debug):
        problem = assert_problem(organiser.post(f"{API}/events/", {"slug": "race"}), 404)
    assert "do not end with a slash" in problem["detail"]


def test_unknown_address_asks_for_no_csrf_token() -> None:
    assert_problem(Client(enforce_csrf_checks=True).post(f"{API}/nothing"), 404)


def test_method_that_is_not_offered(organiser: APIClient) -> None:
    response = organiser.delete(f"{API}/events")
    assert_problem(response, 405)
    assert "POST" in response["Allow"]


def test_content_type_that_is_not_read(organiser: APIClient, event: Event) -> None:
    assert_problem(organiser.post(f"{API}/events/race/entries", "<entry/>", content_type="application/xml"), 415)


def test_answer_that_cannot_be_accepted(visitor: APIClient, event: Event) -> None:
    assert_problem(visitor.get(f"{API}/events", headers={"Accept": "image/png"}), 406)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ('{"slug": }', "line 1 column 10"),
        ('{"slug": "a"', "line 1 column 13"),
        ('{"slug": NaN}', "NaN"),
        (b'{"slug": "\xff"}', "position 10"),
        ("[" * 100_000, "too deep"),
        ('{"slug": ' + "9" * 5000 + "}", "digits"),
    ],
)
def test_malformed_json_names_the_place(organiser: APIClient, event: Event, body: str | bytes, place: str) -> None:
    response = organiser.post(f"{API}/events/race/entries", body, content_type="application/json")
    problem = assert_problem(response, 400)
    assert place in problem["detail"]


@pytest.mark.parametrize("body", ["null", "[]", '"text"', "7"])
def test_body_that_is_no_object(organiser: APIClient, event: Event, body: str) -> None:
    url = f"{API}/events/{event.slug}/entries"
    assert_problem(organiser.post(url, body, content_type="application/json"), 422)


def test_body_too_large(organiser: APIClient, event: Event, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = json.dumps({"bib": "1", "name": "x" * 1000})
    assert_problem(organiser.post(f"{API}/events/race/entries", body, content_type="application/json"), 413)
    assert event.entries.count() == 2


def test_field_that_nobody_reads(organiser: APIClient, event: Event) -> None:
    body = {"bib": "9", "name": "Eva", "divison": {"sex": "F"}}
    assert wrong_places(organiser.post(f"{API}/events/race/entries", body)) == ["divison"]


def test_parameter_that_nobody_reads(visitor: APIClient, event: Event) -> None:
    assert wrong_places(visitor.get(f"{API}/events/race/ranking?divison=sex:F")) == ["divison"]


def test_text_that_utf8_cannot_carry_is_answered(organiser: APIClient, event: Event) -> None:
    body = '{"bib": "9", "name": "Eva", "\\ud800": 1}'
    assert_problem(organiser.post(f"{API}/events/race/entries", body, content_type="application/json"), 422)


@pytest.mark.parametrize("name", ["a\x00b", "\ud800"])
def test_text_that_no_database_takes(organiser: APIClient, event: Event, name: str) -> None:
    body = json.dumps({"bib": "9", "name": name})
    url = f"{API}/events/race/entries"
    assert wrong_places(organiser.post(url, body, content_type="application/json")) == ["name"]


def fails(error: Exception) -> Any:
    def view(_request: Any) -> Any:
        raise error

    return view


urlpatterns = [
    path("api/v1/broken", fails(ZeroDivisionError("secret"))),
    path("api/v1/bad", fails(BadRequest("secret"))),
    path("api/v1/denied", fails(PermissionDenied("secret"))),
    path("broken", fails(ZeroDivisionError("secret"))),
    path("api/v1/away", fails(OperationalError("secret"))),
    path("away", fails(OperationalError("secret"))),
    *urlpatterns,
]


@pytest.mark.parametrize(("address", "status"), [("broken", 500), ("bad", 400), ("denied", 403)])
@pytest.mark.urls(__name__)
def test_error_outside_of_the_views_of_the_api(address: str, status: int) -> None:
    response = Client(raise_request_exception=False).get(f"{API}/{address}")
    assert "secret" not in str(assert_problem(response, status))


@pytest.mark.urls(__name__)
def test_error_of_a_page_stays_a_page() -> None:
    response = Client(raise_request_exception=False).get("/broken")
    assert response.status_code == 500
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("address", [f"{API}/away", "/away"])
@pytest.mark.urls(__name__)
def test_a_database_that_is_away_is_no_fault_of_the_request(address: str) -> None:
    response = Client(raise_request_exception=False).get(address)
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "secret" not in response.content.decode()
