"""Problem documents where no API view answers: unknown addresses under /api/, and errors that Django itself handles."""

import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from apps.problems import CONTENT_TYPE, problem
from telemetry import correlation

API_PREFIX = "/api/"
# A database that was restarted is back by then.
RETRY_AFTER_SECONDS = 10


@csrf_exempt
def unknown_address(request: HttpRequest) -> HttpResponse:
    """404 for every address under /api/ that leads nowhere.

    Without it Django would look for the same address with a slash at its end, and such a redirect loses what was
    posted.
    """
    detail = f"There is nothing at {request.path}."
    if request.path.endswith("/"):
        detail += " The API's addresses do not end with a slash."
    return _problem_response(HTTPStatus.NOT_FOUND, detail)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """400, as Django's handler400."""
    return _answer(request, HTTPStatus.BAD_REQUEST, lambda: defaults.bad_request(request, exception))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """403, as Django's handler403."""
    return _answer(request, HTTPStatus.FORBIDDEN, lambda: defaults.permission_denied(request, exception))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404, as Django's handler404."""
    return _answer(request, HTTPStatus.NOT_FOUND, lambda: defaults.page_not_found(request, exception))


def server_error(request: HttpRequest) -> HttpResponseBase:
    """500, as Django's handler500; 503 while the database is away or its disk is full: the same may be asked again.

    The reason is in the log and stays there, under the id that is told.
    """
    told = {"correlation_id": correlation.current()}
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        response = _answer(request, HTTPStatus.SERVICE_UNAVAILABLE, lambda: defaults.server_error(request), **told)
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, lambda: defaults.server_error(request), **told)


def _answer(
    request: HttpRequest, status: HTTPStatus, page: Callable[[], HttpResponseBase], **members: str
) -> HttpResponseBase:
    return _problem_response(status, **members) if request.path.startswith(API_PREFIX) else page()


def _problem_response(status: HTTPStatus, detail: str = "", **members: str) -> HttpResponse:
    document: dict[str, Any] = problem(status, detail=detail) | members
    return JsonResponse(document, status=status, content_type=CONTENT_TYPE)
