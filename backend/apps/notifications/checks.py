"""What Django's `check` says of the settings of e-mail and webhooks."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage

from apps.notifications.channels.email import CHANNEL, is_configured

# Seconds between taking messages and beginning with the last of them, at least.
LEAST_TIME_TO_BEGIN = 30


def check_email_is_sent(**_kwargs: Any) -> list[CheckMessage]:
    """Of a deployment: without e-mail people are told in the inbox alone."""
    if is_configured():
        return []
    hint = "Set EMAIL_URL, or EMAIL_BACKEND and ANYMAIL: see .env.example."
    return [checks.Warning("This deployment sends no e-mail.", hint=hint, id="notifications.W001")]


def check_email_timeout(**_kwargs: Any) -> list[CheckMessage]:
    """A try must have ended before another worker takes the message."""
    if CHANNEL.send_seconds + LEAST_TIME_TO_BEGIN <= settings.NOTIFICATION_LEASE:
        return []
    most = (settings.NOTIFICATION_LEASE - LEAST_TIME_TO_BEGIN) / 5
    text = f"EMAIL_TIMEOUT must be {most:g} at most with NOTIFICATION_LEASE={settings.NOTIFICATION_LEASE:g}."
    hint = "Else another worker takes what is still being sent, and it is sent twice."
    return [checks.Error(text, hint=hint, id="notifications.E001")]


def check_webhook_timeout(**_kwargs: Any) -> list[CheckMessage]:
    """The same of webhooks."""
    most = settings.NOTIFICATION_LEASE - LEAST_TIME_TO_BEGIN
    if 0 < settings.WEBHOOK_TIMEOUT_SECONDS <= most:
        return []
    text = f"WEBHOOK_TIMEOUT_SECONDS must be above 0, and {most:g} at most with this NOTIFICATION_LEASE."
    hint = "Else another worker takes what is still being sent, and it is sent twice."
    return [checks.Error(text, hint=hint, id="notifications.E002")]
