"""What the pages refuse. The API does so by itself, with a problem document."""

from collections.abc import Callable
from math import ceil

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.exceptions import Throttled

# Bytes of a body that anybody may send: as much as the web server waits for before a thread begins.
MOST_OF_A_STRANGER = 64 * 1024


class LargeBodyMiddleware:
    """413 to who has not logged in and sends more than a form of ours has, before it is read.

    While a thread reads a body it serves nobody else. The API reads none before it knows who asks, nor does anymail,
    whose reports of bounces providers send by the hundred.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_large = int(request.META.get("CONTENT_LENGTH") or 0) > MOST_OF_A_STRANGER
        if is_large and not (request.path.startswith(_asking_first()) or request.user.is_authenticated):
            return HttpResponse("The body is too large.\n", content_type="text/plain; charset=utf-8", status=413)
        return self._get_response(request)


def _asking_first() -> tuple[str, ...]:
    """Below what addresses it is found out who asks before a body is read."""
    return ("/api/", "/anymail/") if settings.ANYMAIL.get("WEBHOOK_SECRET") else ("/api/",)


class TooManyMiddleware:
    """429 with a page that says how long to wait."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django's hook for what a view has raised."""
        if not isinstance(exception, Throttled):
            return None
        seconds: float = getattr(exception, "wait", None) or 1
        response = render(request, "security/too_many.html", {"minutes": ceil(seconds / 60)}, status=429)
        response.headers["Retry-After"] = str(ceil(seconds))
        return response
