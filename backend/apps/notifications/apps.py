"""The notifications app."""

from django.apps import AppConfig
from django.core import checks


class NotificationsConfig(AppConfig):
    name = "apps.notifications"
    label = "notifications"

    def ready(self) -> None:
        # Not at the top: they import models.
        from anymail.signals import tracking

        from apps.notifications.checks import check_email_is_sent, check_email_timeout, check_webhook_timeout
        from apps.notifications.tracking import note_tracking_event

        checks.register(check_email_is_sent, deploy=True)
        checks.register(check_email_timeout)
        checks.register(check_webhook_timeout)
        tracking.connect(note_tracking_event)
