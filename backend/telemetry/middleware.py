"""What surrounds each request: its id, its span, and its line in the log."""

import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import LazyObject, empty

from telemetry import correlation, tracing
from telemetry.redaction import Redaction

HEADER = "X-Request-ID"
# Any other one is whatever a client made up: nothing to group spans by.
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"}
# Where no view is: pages that are files, and addresses that lead nowhere.
NO_ROUTE = ""

logger = logging.getLogger("placar.access")


class RequestMiddleware:
    """Before all others but that of the probes: what they do, and answer themselves, is part of the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._redaction = Redaction(settings.SECRET_PATHS)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked_for, started = request.headers.get(HEADER), time.perf_counter()
        correlation_id = asked_for if correlation.is_well_formed(asked_for) else correlation.new()
        parent = tracing.carrier_in({name: request.headers.get(name) for name in tracing.HEADERS})
        with correlation.use(correlation_id), tracing.span("HTTP", "server", {}, parent=parent) as span:
            response = self._get_response(request)
            fields = self._describe(request, response, started)
            _tell(span, request, fields)
            what = (fields["method"], fields["route"] or fields["path"], fields["status"])
            logger.info("%s %s %d", *what, extra={"fields": fields})
        response.headers[HEADER] = correlation_id
        return response

    def _describe(self, request: HttpRequest, response: HttpResponseBase, started: float) -> dict[str, Any]:
        """The request as the log has it: neither query string nor headers nor body, and no secret part of its path."""
        return {
            "method": request.method,
            "route": _route(request),
            # Quoted: a line break in it must not begin another line of the log.
            "path": self._redaction.apply(quote(request.path, safe="/:@")),
            "status": response.status_code,
            "duration_ms": round((time.perf_counter() - started) * 1000, 1),
            "user_id": _user_id(request),
        }


def _route(request: HttpRequest) -> str:
    """The pattern that its path has met, as api/v1/events/<slug>."""
    match = request.resolver_match
    return f"/{match.route.removeprefix('^')}" if match is not None else NO_ROUTE


def _user_id(request: HttpRequest) -> int | None:
    """Who asks, where somebody wanted to know: to find it out for the log would cost a query."""
    user: Any = request.__dict__.get("user")
    if isinstance(user, LazyObject) and user._wrapped is empty:
        return None
    found: int | None = getattr(user, "pk", None)
    return found


def _tell(span: tracing.Span, request: HttpRequest, fields: dict[str, Any]) -> None:
    """https://opentelemetry.io/docs/specs/semconv/http/http-spans/"""
    is_known = request.method in METHODS
    span.rename(f"{request.method if is_known else 'HTTP'} {fields['route']}".strip())
    span.set(
        {
            "http.request.method": request.method if is_known else "_OTHER",
            "http.route": fields["route"] or None,
            "http.response.status_code": fields["status"],
            "url.path": fields["path"],
            "url.scheme": request.scheme,
            "placar.correlation_id": correlation.current(),
        }
    )
    if fields["status"] >= 500:
        span.fail(str(fields["status"]))
