"""Placar's web application with Django REST framework's own throttle on Django's cache in the database."""

import os

os.environ["LIMIT_WRITES"] = ""

from config.wsgi import application  # noqa: E402 (after the environment)

# isort: split
# Django is set up by the import above.
from django.core.cache.backends.db import DatabaseCache  # noqa: E402
from rest_framework.throttling import UserRateThrottle  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

__all__ = ["application"]
TABLE = "benchmark_cache"


class DatabaseThrottle(UserRateThrottle):
    rate = "30000/min"
    cache = DatabaseCache(TABLE, {})


# Each view took its classes from the settings when it was made, by inheritance.
APIView.throttle_classes = [DatabaseThrottle]
