"""What is sent of notifications, how it went, and how fast it may go. Others import these from .models."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Lane(models.Model):
    """One provider of a channel: the mail server, or one receiver of webhooks. All workers keep its rate together."""

    channel = models.CharField(max_length=20)
    provider = models.CharField(max_length=60)
    rate_per_second = models.FloatField(null=True, blank=True, help_text="messages; none: that of the channel")
    next_slot_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text="when the messages sent so far have used up the rate"
    )
    paused_until = models.DateTimeField(
        null=True, blank=True, help_text="nothing is sent before: the provider asked for it, or cannot be reached"
    )
    failures = models.PositiveIntegerField(default=0, editable=False, help_text="in a row, of the provider itself")
    failing_since = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "provider"], name="lane_once")]

    def __str__(self) -> str:
        return f"{self.channel} by {self.provider}"


class ChannelRun(models.Model):
    """One of the runs that a channel may have at once: others of that number end when they begin."""

    channel = models.CharField(max_length=20)
    run_id = models.PositiveSmallIntegerField()
    until = models.DateTimeField(help_text="when it is given up if it has not ended")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "run_id"], name="channel_run_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.run_id}"


class Delivery(models.Model):
    """A notification on its way by one channel to one place."""

    class State(models.TextChoices):
        WAITING = "waiting"  # to be sent, or being sent: then `due_at` is when the worker that sends it is given up
        SENT = "sent"
        FAILED = "failed"  # given up: a dead letter, which can be sent again
        SKIPPED = "skipped"  # not to be sent

    notification = models.ForeignKey("notifications.Notification", on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20)
    lane = models.ForeignKey(Lane, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    endpoint = models.ForeignKey(
        "notifications.WebhookEndpoint",
        on_delete=models.CASCADE,
        null=True,
        related_name="deliveries",
        db_index=False,
    )
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, help_text="the same however often it is sent")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=200, blank=True, help_text="why it was skipped or given up")
    due_at = models.DateTimeField(default=timezone.now)
    claim = models.UUIDField(null=True, editable=False, help_text="of the run that has it; another one marks nothing")
    claims = models.PositiveSmallIntegerField(default=0, help_text="how often a worker took it")
    attempt_count = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    is_digest = models.BooleanField(default=False, help_text="kept back for an hour, and carries what comes meanwhile")
    digest = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        related_name="digested",
        help_text="the one that carries it",
        db_index=False,
    )

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "channel"], name="delivery_once", condition=Q(endpoint__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["notification", "endpoint"], name="delivery_once_each", condition=Q(endpoint__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["lane", "due_at", "id"], name="delivery_due", condition=Q(state="waiting")),
            models.Index(fields=["id"], name="delivery_failed", condition=Q(state="failed")),
            # Few deliveries have one: an index of all of them would only make writing slower.
            models.Index(fields=["endpoint", "-id"], name="delivery_endpoint", condition=Q(endpoint__isnull=False)),
            models.Index(fields=["digest"], name="delivery_digest", condition=Q(digest__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.channel} of notification {self.notification_id}: {self.state}"


class DeliveryAttempt(models.Model):
    """One try to send: when, how long it took, and what was answered."""

    class Outcome(models.TextChoices):
        SENT = "sent"
        RETRY = "retry"  # failed; tried again soon
        SLOW_RETRY = "slow_retry"  # the other side asks to wait
        FINAL = "final"  # failed, and trying again would change nothing

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.answer}"


class Redelivery(models.Model):
    """Somebody's decision to send a delivery again. Never edited, never deleted."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="redeliveries")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "redeliveries"

    def __str__(self) -> str:
        return f"of delivery {self.delivery_id}: {self.reason}"
