"""The outbox: work that was committed and has to be sent to the broker."""

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
