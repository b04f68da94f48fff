"""Answers probes before anything else looks at them."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.deprecation import MiddlewareMixin

PREFIX = "/health/"


class HealthMiddleware(MiddlewareMixin):
    """The first of all: a probe comes by an IP address and without TLS, which the others refuse or redirect.

    It needs no session, user or limit either.
    """

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        if not request.path_info.startswith(PREFIX):
            return None
        try:
            view, arguments, keywords = resolve(request.path_info)
        except Resolver404:
            return None
        answer: HttpResponseBase = view(request, *arguments, **keywords)
        return answer
