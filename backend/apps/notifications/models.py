"""What people are told."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.events.models import Event, Ranking


class Notification(models.Model):
    """One message in someone's inbox. Its text is made when it is read, from what it refers to."""

    class Kind(models.TextChoices):
        RESULTS_PUBLISHED = "results_published"

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=30, choices=Kind)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="notifications")
    ranking = models.ForeignKey(Ranking, on_delete=models.CASCADE, related_name="notifications")
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Redelivery and a second publish of the same revision tell nobody twice.
            models.UniqueConstraint(fields=["kind", "ranking", "recipient"], name="notification_once"),
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notification_inbox"),
            models.Index(fields=["recipient"], name="notification_unread", condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient_id}"
