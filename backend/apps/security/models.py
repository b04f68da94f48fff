"""What is counted, and what is remembered."""

from django.conf import settings
from django.db import models


class Allowance(models.Model):
    """How often something was done in the present window of time, by all processes together."""

    key = models.CharField(max_length=64, primary_key=True)  # a hash: neither names nor addresses can be read off
    used = models.BigIntegerField()
    ends_at = models.FloatField(db_index=True)  # in seconds since 1970; the next use begins another window

    def __str__(self) -> str:
        return f"{self.key}: {self.used}"


class SecurityEvent(models.Model):
    """Somebody got in or failed to, or changed what gives access. Not to be edited; goes after SECURITY_EVENT_DAYS."""

    class Kind(models.TextChoices):
        LOGGED_IN = "logged_in", "logged in"
        LOGGED_OUT = "logged_out", "logged out"
        LOG_IN_FAILED = "log_in_failed", "failed to log in"
        LOG_IN_REFUSED = "log_in_refused", "was refused another try to log in"
        TOKEN_MADE = "token_made", "got a token"
        WEBHOOK_MADE = "webhook_made", "made a webhook"
        WEBHOOK_CHANGED = "webhook_changed", "changed a webhook"
        WEBHOOK_DELETED = "webhook_deleted", "deleted a webhook"
        SECRET_ROTATED = "secret_rotated", "rotated a webhook's secret"

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    # The account that it is about. Its name stays when it is deleted; a name that no account has is not kept: people
    # type their password there.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="security_events"
    )
    username = models.CharField(max_length=150, blank=True)
    address = models.GenericIPAddressField(null=True)
    what = models.CharField(max_length=200, blank=True)  # as "webhook 7"

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "kind", "address", "at"], name="security_event_known")]

    def __str__(self) -> str:
        return f"{self.username or 'somebody'} {self.get_kind_display()}"
