"""Every error of the API is a problem document (RFC 9457, application/problem+json)."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from math import ceil
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from apps.errors import Conflict, InvalidInput, Missing, Refused, TooLarge, WrongState

CONTENT_TYPE = "application/problem+json"
STATUS_OF_REFUSAL: dict[type[Refused], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    WrongState: HTTPStatus.CONFLICT,
    Conflict: HTTPStatus.CONFLICT,
    Missing: HTTPStatus.NOT_FOUND,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


def refusal_status(refusal: Refused) -> HTTPStatus:
    """The status that tells a client what kind of refusal it met."""
    return next(status for kind, status in STATUS_OF_REFUSAL.items() if isinstance(refusal, kind))


def problem(status: int, *, detail: str = "", errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """The members of a problem document. `errors` lists places and reasons."""
    document: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        document["detail"] = _encodable(detail)
    if errors:
        document["errors"] = [{name: _encodable(text) for name, text in error.items()} for error in errors]
    return document


def refusal_problem(refusal: Refused) -> dict[str, Any]:
    """The problem document of a refusal."""
    errors = [{"place": refusal.place, "reason": refusal.reason}] if refusal.place else None
    return problem(refusal_status(refusal), detail=str(refusal), errors=errors)


def validation_problem(error: exceptions.ValidationError) -> dict[str, Any]:
    """The problem document of REST framework's ValidationError.

    The request was understood but its values are wrong: 422, as for a refusal by a service.
    """
    errors = [{"place": place, "reason": reason} for place, reason in _flatten(error.detail)]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail="The request's values are not valid.", errors=errors)


def problem_details(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's exception handler. None lets an unexpected error through to Django's 500."""
    headers: dict[str, str] = {}
    if isinstance(error, Refused):
        document = refusal_problem(error)
    elif isinstance(error, exceptions.ValidationError):
        document = validation_problem(error)
    elif isinstance(error, RequestDataTooBig):
        # Django's own words name the setting.
        detail = f"The body has more than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes."
        document = problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail=detail)
    else:
        api_error = _as_api_exception(error)
        if api_error is None:
            return None
        document = problem(api_error.status_code, detail=str(api_error.detail))
        headers = _headers(api_error)
    set_rollback()
    return Response(document, status=document["status"], headers=headers, content_type=CONTENT_TYPE)


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound(str(error) or None)
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied(str(error) or None)
    return None


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(ceil(wait))
    return headers


def _flatten(detail: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """(place, reason) pairs from REST framework's nested lists and dicts of errors."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _flatten(inner, _within(place, name))
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            nested = isinstance(inner, (Mapping, list))
            yield from _flatten(inner, f"{place}[{number}]" if nested else place)
    else:
        yield place, str(detail)


def _within(place: str, name: str | int) -> str:
    if isinstance(name, int):  # of a list in which only some items are wrong
        return f"{place}[{name}]"
    return place if name == "non_field_errors" else f"{place}.{name}".lstrip(".")


def _encodable(text: str) -> str:
    """JSON can bring half of a surrogate pair, which no UTF-8 can carry back."""
    return text.encode("utf-8", "replace").decode()
