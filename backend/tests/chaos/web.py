"""Placar's web application with one more address, which begins a chain: `gunicorn tests.chaos.web`.

The variable CHAOS_SERVICES names the module whose `begin` it calls.
"""

import os
from importlib import import_module

from config.wsgi import application

# isort: split
# Django is set up by the import above.
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

__all__ = ["application"]

services = import_module(os.environ["CHAOS_SERVICES"])


@csrf_exempt
def begin(_request: HttpRequest, chain: int) -> HttpResponse:
    return HttpResponse(status=201 if services.begin(chain) else 422)


urlpatterns = [path("chains/<int:chain>", begin), path("", include("config.urls"))]
settings.ROOT_URLCONF = __name__
