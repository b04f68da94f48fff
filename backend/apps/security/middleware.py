"""What the pages answer to who tries too often. The API answers by itself, with a problem document."""

from collections.abc import Callable
from math import ceil

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.exceptions import Throttled


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
        seconds = exception.wait or 1
        response = render(request, "security/too_many.html", {"minutes": ceil(seconds / 60)}, status=429)
        response.headers["Retry-After"] = str(ceil(seconds))
        return response
