"""What people are told: what there is to tell, and who is told it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.events.models import Correction, Event, ImportBatch, Ranking

# Modules of their own, and found here as all models are.
from apps.notifications.delivery_models import ChannelRun as ChannelRun
from apps.notifications.delivery_models import Delivery as Delivery
from apps.notifications.delivery_models import DeliveryAttempt as DeliveryAttempt
from apps.notifications.delivery_models import Lane as Lane
from apps.notifications.delivery_models import Redelivery as Redelivery
from apps.notifications.recipient_models import Preference as Preference
from apps.notifications.recipient_models import RecipientSettings as RecipientSettings
from apps.notifications.recipient_models import SuppressedAddress as SuppressedAddress
from apps.notifications.webhook_models import WebhookEndpoint as WebhookEndpoint
from apps.rankings.models import Season, Standings
from telemetry import correlation, tracing


class Announcement(models.Model):
    """One thing that there is to tell, whoever is told it. Its text is made when it is read or sent."""

    class Kind(models.TextChoices):
        RESULTS_PUBLISHED = "results_published", _("Results published")
        RESULTS_CORRECTED = "results_corrected", _("Results corrected")
        STATUS_CHANGED = "status_changed", _("Status changed")
        STANDINGS_UPDATED = "standings_updated", _("Standings updated")
        EVENT_OPENING = "event_opening", _("Event starts soon")
        # For staff and organisers.
        RANKING_FAILED = "ranking_failed", _("Ranking failed")
        IMPORT_FINISHED = "import_finished", _("Import finished")
        DEAD_LETTERS_WAITING = "dead_letters_waiting", _("Tasks given up")

    kind = models.CharField(max_length=30, choices=Kind)
    key = models.CharField(max_length=100, help_text="what is told, as ranking:17; each key is told once in a kind")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, null=True, related_name="announcements")
    ranking = models.ForeignKey(Ranking, on_delete=models.CASCADE, null=True, related_name="announcements")
    ranking_before = models.ForeignKey(
        Ranking, on_delete=models.CASCADE, null=True, related_name="+", help_text="the one that was told before"
    )
    correction = models.ForeignKey(Correction, on_delete=models.CASCADE, null=True, related_name="+")
    season = models.ForeignKey(Season, on_delete=models.CASCADE, null=True, related_name="announcements")
    standings = models.ForeignKey(Standings, on_delete=models.CASCADE, null=True, related_name="announcements")
    standings_before = models.ForeignKey(Standings, on_delete=models.CASCADE, null=True, related_name="+")
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, null=True, related_name="+")
    details = models.JSONField(default=dict, help_text="what is told and stands in no other row")
    created_at = models.DateTimeField(auto_now_add=True)
    # What is sent of it goes back to the request that made it, whichever run sends it.
    correlation_id = models.CharField(max_length=64, blank=True, default=correlation.current, db_default="")
    trace_context = models.JSONField(null=True, default=tracing.carrier, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="announcement_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Notification(models.Model):
    """Something told to someone. What there is to send of it are its deliveries."""

    class Role(models.IntegerChoices):
        """Why someone is told; who has several, the first."""

        PARTICIPANT = 0
        ORGANISER = 1
        STAFF = 2

    announcement = models.ForeignKey(
        Announcement, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    role = models.PositiveSmallIntegerField(choices=Role)
    in_inbox = models.BooleanField(default=True, help_text="whether the recipient wants it there")
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Redelivery, a replay and a second publish of the same revision tell nobody twice.
            models.UniqueConstraint(fields=["announcement", "recipient"], name="notification_once"),
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notification_inbox"),
            models.Index(
                fields=["recipient"], name="notification_unread", condition=Q(read_at__isnull=True, in_inbox=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.announcement} to {self.recipient_id}"
