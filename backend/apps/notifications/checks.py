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


def check_numbers(**_kwargs: Any) -> list[CheckMessage]:
    """Rates and limits that are none."""
    rate, most = settings.EMAIL_RATE_PER_SECOND, settings.EMAILS_PER_HOUR
    found: list[CheckMessage] = []
    if rate is not None and rate <= 0:
        found.append(checks.Error("EMAIL_RATE_PER_SECOND must be above 0, or unset.", id="notifications.E003"))
    if most is not None and most < 1:
        found.append(checks.Error("EMAILS_PER_HOUR must be 1 or more, or empty.", id="notifications.E004"))
    return found


def check_site_url(**_kwargs: Any) -> list[CheckMessage]:
    """Links in messages begin with it."""
    if settings.SITE_URL.startswith(("http://", "https://")):
        return []
    text = f"SITE_URL is {settings.SITE_URL!r}, which is no address of a site."
    return [checks.Error(text, hint="As https://placar.example.org", id="notifications.E005")]


def check_site_is_named(**_kwargs: Any) -> list[CheckMessage]:
    """Of a deployment: people cannot follow a link to localhost."""
    if "//localhost" not in settings.SITE_URL:
        return []
    text = "Links in messages lead to localhost."
    return [checks.Warning(text, hint="Set SITE_URL to where people find this Placar.", id="notifications.W002")]
