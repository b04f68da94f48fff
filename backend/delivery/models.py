"""What delivery keeps: the outbox, which is work that has to be sent to the broker, and the slots of schedules."""

import uuid

from django.db import models
from django.db.models import Q


class OutboxMessage(models.Model):
    """One task, written in the transaction of the change that asks for it.

    The row stays after it was sent: it is the record that the task was ever asked for.
    """

    # The order of sending; a UUID would scatter the index of a table that only grows at its end.
    id = models.BigAutoField(primary_key=True)
    task_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    task_name = models.CharField(max_length=200, help_text="domain.action")
    kwargs = models.JSONField()
    coalesce_key = models.CharField(max_length=200, blank=True, default="")
    not_before = models.DateTimeField(
        null=True, blank=True, help_text="not sent earlier, because the caller or a refusal of the broker wants it so"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="when the broker confirmed it")
    failed_attempts = models.PositiveIntegerField(default=0, help_text="how often the broker refused it")
    last_error = models.TextField(blank=True, default="", help_text="why the broker refused it")

    class Meta:
        ordering = ["id"]
        indexes = [
            # The relay reads only what waits, in the order of writing.
            models.Index(fields=["id"], name="outbox_waiting", condition=Q(sent_at__isnull=True)),
            models.Index(
                fields=["coalesce_key"],
                name="outbox_waiting_key",
                condition=Q(sent_at__isnull=True) & ~Q(coalesce_key=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_name} {self.task_id}"


class ScheduleState(models.Model):
    """What Placar keeps of a schedule beside django-celery-beat's row: its policy, and how far it was handled."""

    class Missed(models.TextChoices):
        """What becomes of slots that no beat saw in time."""

        SKIP = "skip", "skip them"
        RUN_ONCE = "run_once", "run the latest one"
        RUN_ALL = "run_all", "run all of them"

    schedule = models.OneToOneField(
        "django_celery_beat.PeriodicTask", on_delete=models.CASCADE, related_name="placar_state"
    )
    missed = models.CharField(
        max_length=10,
        choices=Missed.choices,
        default=Missed.RUN_ONCE,
        help_text="what becomes of slots that were due while no beat ran",
    )
    # No slot up to here is ever looked at again, so slots can be removed without firing a second time.
    handled_until = models.DateTimeField(null=True, editable=False)
    # Where the schedule began as it is now: nothing from before fires, and intervals are counted from here.
    began_at = models.DateTimeField(null=True, editable=False)
    # How beat saw the schedule last; empty while it was disabled or broken. Another one means that it was edited.
    definition = models.TextField(blank=True, default="", editable=False)
    changed_at = models.DateTimeField(null=True, editable=False, help_text="the schedule's date_changed as last seen")
    # What `manage.py schedules load` wrote last: a schedule that differs from it was changed by an operator.
    loaded = models.JSONField(null=True, editable=False)

    def __str__(self) -> str:
        return f"schedule {self.schedule_id}"


class ScheduledSlot(models.Model):
    """One due time of a schedule and what became of it. Its unique key is why a slot fires once."""

    class Outcome(models.TextChoices):
        FIRED = "fired"
        SKIPPED = "skipped"

    id = models.BigAutoField(primary_key=True)
    schedule = models.ForeignKey("django_celery_beat.PeriodicTask", on_delete=models.CASCADE, related_name="slots")
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    task_id = models.UUIDField(null=True, help_text="of the message in the outbox; none where it was skipped")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["schedule", "due_at"], name="slot_once")]

    def __str__(self) -> str:
        return f"{self.due_at.isoformat()} {self.outcome}"
