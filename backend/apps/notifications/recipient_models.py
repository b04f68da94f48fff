"""What recipients want, and where nothing must be sent. Others import these from .models."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class RecipientSettings(models.Model):
    """How someone is told."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recipient_settings", primary_key=True
    )
    language = models.CharField(max_length=10, help_text="one of LANGUAGES in the settings")

    class Meta:
        verbose_name_plural = "recipient settings"

    def __str__(self) -> str:
        return f"user {self.user_id}: {self.language}"


class Preference(models.Model):
    """Whether someone wants a kind of notification by a channel. Without a row the kind's own default holds."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_preferences", db_index=False
    )
    kind = models.CharField(max_length=30, blank=True, help_text="empty: every kind that has no row of its own")
    channel = models.CharField(max_length=20)
    is_on = models.BooleanField()
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.CharField(max_length=40, help_text="the way it came: settings, or the link of an e-mail")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "channel", "kind"], name="preference_once")]

    def __str__(self) -> str:
        return f"user {self.user_id}, {self.kind or 'every kind'} by {self.channel}: {'on' if self.is_on else 'off'}"


class SuppressedAddress(models.Model):
    """An e-mail address to which nothing is sent any more: it does not exist, or its owner complained."""

    address = models.CharField(max_length=320, help_text="in lower case")
    reason = models.CharField(max_length=500, help_text="what was answered")
    at = models.DateTimeField(auto_now_add=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "suppressed addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["address"], name="suppressed_address_once", condition=Q(lifted_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.address
