"""The notifications app."""

from django.apps import AppConfig
from django.core import checks as django_checks


class NotificationsConfig(AppConfig):
    name = "apps.notifications"
    label = "notifications"

    def ready(self) -> None:
        # Not at the top: they import models.
        from anymail.signals import tracking

        from apps.notifications import checks
        from apps.notifications.tracking import note_tracking_event

        for check in (checks.check_email_is_sent, checks.check_site_is_named):
            django_checks.register(check, deploy=True)
        for check in (
            checks.check_email_timeout,
            checks.check_webhook_timeout,
            checks.check_numbers,
            checks.check_site_url,
        ):
            django_checks.register(check)
        tracking.connect(note_tracking_event)
