"""What delivery keeps: outbox, holds and what else operators do, dead letters, topologies, and slots of schedules."""

import json
import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone


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
    replays = models.UUIDField(
        null=True, editable=False, help_text="the task that gave up and is tried anew by this one"
    )
    # The database has the default as well: while a new version is brought in, the one before writes rows without it.
    correlation_id = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="of the request that it goes back to"
    )
    trace_context = models.JSONField(null=True, editable=False, help_text="in which its trace goes on, as W3C names it")

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
            # For searches. Partial: rows of the version before, which have none, need no place in it.
            models.Index(fields=["correlation_id"], name="outbox_correlation", condition=~Q(correlation_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.task_name} {self.task_id}"


class HoldQuerySet(models.QuerySet["Hold"]):
    def active(self) -> "HoldQuerySet":
        """Neither released nor over by themselves."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=timezone.now()), released_at__isnull=True)


class Hold(models.Model):
    """What an operator keeps from running: a queue, a task name, or tasks with an argument. Stays as the record."""

    id = models.BigAutoField(primary_key=True)
    queue = models.CharField(max_length=200, blank=True, default="")
    task_name = models.CharField("task", max_length=200, blank=True, default="", help_text="domain.action")
    argument = models.CharField(max_length=200, blank=True, default="", help_text="name of an argument: event_id")
    value = models.JSONField(null=True, blank=True, help_text='its value as JSON: 42, or "text" in quotes')
    until = models.DateTimeField(null=True, blank=True, help_text="empty: until it is released")
    reason = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=200)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=200, blank=True, default="")

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            # Read before every run of a task; the record of past holds must not slow it down.
            models.Index(fields=["until"], name="hold_not_released", condition=Q(released_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="hold_queue_or_tasks",
                condition=(~Q(queue="") & Q(task_name="", argument="")) | (Q(queue="") & ~Q(task_name="", argument="")),
            ),
            models.CheckConstraint(name="hold_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        if self.queue:
            return f"queue {self.queue}"
        task = f"task {self.task_name}" if self.task_name else ""
        argument = f"argument {self.argument}={json.dumps(self.value)}" if self.argument else ""
        return " with ".join(filter(None, [task, argument]))

    def selector(self) -> dict[str, Any]:
        """What is held, as the record of an act keeps it."""
        names = {"queue": self.queue, "task": self.task_name, "argument": self.argument}
        selector: dict[str, Any] = {key: name for key, name in names.items() if name}
        return selector | {"value": self.value} if self.argument else selector


class OperatorAct(models.Model):
    """What an operator did to the work of the outbox, written in the transaction that did it."""

    class Action(models.TextChoices):
        HOLD = "hold"
        RELEASE = "release"
        REPLAY = "replay"
        STOP = "stop"  # a replay
        DISCARD = "discard"
        RESEND = "resend"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(auto_now_add=True)
    who = models.CharField(max_length=200)
    action = models.CharField(max_length=30, choices=Action)
    selector = models.JSONField(help_text="what it was done to")
    count = models.PositiveIntegerField(help_text="how many tasks it met")
    reason = models.TextField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.action} {self.selector} by {self.who}"


class DeadLetter(models.Model):
    """A message that was given up: it failed for good, killed its workers, or could not be read. With all it held."""

    class State(models.TextChoices):
        WAITING = "waiting"  # for somebody to decide
        REPLAYED = "replayed"
        DISCARDED = "discarded"

    id = models.BigAutoField(primary_key=True)
    # The same message can be taken in twice, when the broker did not hear that it was.
    digest = models.CharField(max_length=64, unique=True, help_text="of the message as it came")
    queue = models.CharField(max_length=200)
    task_id = models.CharField(max_length=255, blank=True, db_index=True)
    task_name = models.CharField("task", max_length=200, blank=True)
    correlation_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    kwargs = models.JSONField(null=True, help_text="none where the message cannot be read")
    body = models.BinaryField(help_text="of the message as it came")
    properties = models.JSONField(help_text="content type and the like")
    headers = models.JSONField()
    cause = models.CharField(max_length=30, help_text="rejected: it failed. delivery_limit: its workers died with it")
    died_at = models.DateTimeField()
    taken_at = models.DateTimeField(auto_now_add=True)
    exception_type = models.CharField(max_length=200, blank=True)
    exception_message = models.TextField(blank=True)
    traceback = models.TextField(blank=True)
    fingerprint = models.CharField(max_length=16, help_text="the same for failures of the same kind")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    act = models.ForeignKey(
        OperatorAct,
        null=True,
        on_delete=models.SET_NULL,
        related_name="letters",
        help_text="that chose it last; it may wait all the same, when the replay did not come to it",
    )
    settled_at = models.DateTimeField(null=True)
    replayed_as = models.UUIDField(null=True, help_text="the task by which it was tried anew")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "fingerprint"], name="dead_letter_kind"),
            models.Index(fields=["correlation_id"], name="dead_letter_correlation", condition=~Q(correlation_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.task_name or 'unreadable message'} {self.task_id}".strip()


class Replay(models.Model):
    """What is left to do of an operator's act that asks for dead letters anew, and how it went."""

    class State(models.TextChoices):
        CANARY = "canary", "waits for its canary"
        GOING_ON = "going_on", "going on"
        DONE = "done", "done"
        STOPPED = "stopped", "stopped"

    UNDER_WAY = (State.CANARY, State.GOING_ON)

    id = models.BigAutoField(primary_key=True)
    act = models.OneToOneField(OperatorAct, on_delete=models.CASCADE, help_text="who chose which letters, and why")
    state = models.CharField(max_length=10, choices=State)
    per_second = models.FloatField(null=True, help_text="none: as fast as they are sent")
    canary = models.UUIDField(null=True, help_text="the task that has to succeed before the others are asked for")
    last_task = models.UUIDField(null=True, editable=False, help_text="that was asked for")
    ended_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True, help_text="why it was stopped")

    class Meta:
        ordering = ["-id"]
        indexes = [
            # Looked for several times a second, beside a record that only grows.
            models.Index(fields=["id"], name="replay_under_way", condition=Q(state__in=["canary", "going_on"])),
        ]

    def __str__(self) -> str:
        return f"replay {self.pk}"


class AppliedTopology(models.Model):
    """What `manage.py topology` has made of the broker; a row for each version of it (delivery.applied_topology)."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    applied_at = models.DateTimeField(auto_now=True, help_text="the last time")

    def __str__(self) -> str:
        return self.fingerprint


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
