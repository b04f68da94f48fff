"""Delivery as a Django app: its tables, its commands, its checks."""

from django.apps import AppConfig
from django.core import checks

from telemetry import tracing


class DeliveryConfig(AppConfig):
    name = "delivery"

    def ready(self) -> None:
        # Not at the top: Celery is not ready while Django reads its list of apps.
        from delivery.checks import check_broker_tls, check_time_limits

        # Here, and so before a worker forks its children.
        tracing.prepare()
        checks.register(check_time_limits)
        checks.register(check_broker_tls)
