"""From what went wrong to a problem document."""

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from apps.errors import Conflict, InvalidInput, Missing, Refused, TooLarge, WrongState
from apps.problems import CONTENT_TYPE, problem, problem_details, refusal_problem, validation_problem


class StrangeInput(InvalidInput):
    """A kind of refusal that problems.py has never heard of by its own name."""


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(InvalidInput, 422), (StrangeInput, 422), (WrongState, 409), (Conflict, 409), (Missing, 404), (TooLarge, 413)],
)
def test_refusal(refusal: type[Refused], status: int) -> None:
    document = refusal_problem(refusal("is too long", place="bib"))
    assert document["status"] == status
    assert document["detail"] == "bib: is too long"
    assert document["errors"] == [{"place": "bib", "reason": "is too long"}]


def test_refusal_without_a_place_lists_no_errors() -> None:
    assert refusal_problem(Conflict("taken")) == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "taken",
    }


@pytest.mark.parametrize(
    ("detail", "places"),
    [
        ({"name": ["Too long."]}, ["name"]),
        ({"name": ["Too long.", "Not nice."]}, ["name", "name"]),
        ({"rules": {"scale": ["Too large."]}}, ["rules.scale"]),
        ({"scores": [{}, {"bib": ["Unknown."]}]}, ["scores[1].bib"]),
        ({"divisions": {"sex": ["Unknown."]}, "bib": ["Unknown."]}, ["divisions.sex", "bib"]),
        ({"non_field_errors": ["An object is expected."]}, [""]),
        (["An object is expected."], [""]),
        ("An object is expected.", [""]),
    ],
)
def test_places_of_wrong_values(detail: Any, places: list[str]) -> None:
    document = validation_problem(exceptions.ValidationError(detail))
    assert document["status"] == 422
    assert [error["place"] for error in document["errors"]] == places


@pytest.mark.parametrize(
    ("error", "status", "detail"),
    [
        (InvalidInput("x", place="bib"), 422, "bib: x"),
        (exceptions.ParseError("line 1"), 400, "line 1"),
        (exceptions.NotAuthenticated("who?"), 401, "who?"),
        (exceptions.PermissionDenied("no"), 403, "no"),
        (PermissionDenied("no"), 403, "no"),
        (Http404("nothing"), 404, "nothing"),
        (exceptions.MethodNotAllowed("PUT"), 405, 'Method "PUT" not allowed.'),
        (exceptions.UnsupportedMediaType("text/plain"), 415, 'Unsupported media type "text/plain" in request.'),
        (TooLarge("more than settings.X"), 413, "more than settings.X"),
        (RequestDataTooBig("settings.X"), 413, "The body has more than 2621440 bytes."),
        (RequestDataTooBig("in other words"), 413, "The body has more than 2621440 bytes."),
    ],
)
def test_answer(error: Exception, status: int, detail: str) -> None:
    response = answer(error)
    assert response.status_code == status
    assert response.content_type == CONTENT_TYPE
    assert response.data["status"] == status
    assert response.data["detail"] == detail


def test_headers_that_the_status_needs() -> None:
    challenged = exceptions.NotAuthenticated()
    challenged.auth_header = "Token"  # type: ignore[attr-defined] # set by the view
    assert answer(challenged)["WWW-Authenticate"] == "Token"
    assert answer(exceptions.Throttled(wait=30))["Retry-After"] == "30"


def test_unexpected_error_is_left_to_django() -> None:
    assert problem_details(ZeroDivisionError(), {}) is None


def test_half_a_surrogate_pair_can_be_sent() -> None:
    document = problem(422, detail="\ud800", errors=[{"place": "\udfff", "reason": "x"}])
    assert json.dumps(document, ensure_ascii=False).encode()


def answer(error: Exception) -> Response:
    response = problem_details(error, {})
    assert response is not None
    return response
