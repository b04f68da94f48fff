"""The outbox: work that was committed and has to be sent to the broker, and what operators do to it."""

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
