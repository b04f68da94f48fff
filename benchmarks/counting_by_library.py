"""Placar's web application with Django REST framework's own throttle on Django's cache in the database."""

import os

os.environ["LIMIT_WRITES"] = ""

from config.wsgi import application

# isort: split
# Django is set up by the import above.
from django.core.cache.backends.db import DatabaseCache
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

__all__ = ["application"]
TABLE = "benchmark_cache"


class DatabaseThrottle(UserRateThrottle):
    rate = "30000/min"
    cache = DatabaseCache(TABLE, {})


# Each view took its classes from the settings when it was made, by inheritance.
APIView.throttle_classes = [DatabaseThrottle]
