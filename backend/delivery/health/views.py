"""The answers to probes. They name what is missing and nothing else: strangers may ask, too."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from delivery.health.keeper import Keeper
from delivery.health.readiness import find_missing

READINESS = Keeper(find_missing)


@method_decorator(never_cache, name="dispatch")
class LiveView(View):
    """200 as long as the process answers at all."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        return JsonResponse({"status": "live"})


@method_decorator(never_cache, name="dispatch")
class ReadyView(View):
    """200 when requests can be done, else 503 with the names of what is missing."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        missing = READINESS.missing()
        if missing:
            document = {"status": "not ready", "missing": missing}
            return JsonResponse(document, status=HTTPStatus.SERVICE_UNAVAILABLE)
        return JsonResponse({"status": "ready"})
