"""The outbox as the relay leaves it."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from prometheus_client.metrics_core import Metric

from delivery.held import active_holds, free
from delivery.metrics.families import age, by, gauge
from delivery.metrics.labels import queue_label, queues_and
from delivery.models import OutboxMessage


class Unsent:
    """What is unsent of each queue. One pass over it by the index outbox_waiting: what was sent costs nothing."""

    def __init__(self, messages: QuerySet[OutboxMessage]) -> None:
        self.count, self.due, self.refused = Counter[str](), Counter[str](), Counter[str]()
        self.oldest: dict[str, datetime] = {}
        for row in _by_task(messages):
            queue = queue_label(row["task_name"])
            self.count[queue] += row["count"]
            self.due[queue] += row["due"]
            self.refused[queue] += row["refused"]
            if row["oldest"]:
                self.oldest[queue] = min(row["oldest"], self.oldest.get(queue, row["oldest"]))


def look() -> Iterable[Metric]:
    """Counts and ages by queue."""
    messages = OutboxMessage.objects.filter(sent_at__isnull=True)
    holds = active_holds()
    unsent = Unsent(messages)
    unheld = Unsent(free(messages, holds)) if holds else unsent
    queues = queues_and(unsent.count)
    held = {queue: max(0, unsent.count[queue] - unheld.count[queue]) for queue in queues}
    lag = {queue: age(moment) for queue, moment in unheld.oldest.items()}
    for name, text, values in (
        ("unsent", "Tasks in the outbox that were not sent.", unsent.count),
        ("due", "Of the unsent those that are due and not held.", unheld.due),
        ("held", "Of the unsent those that a hold keeps.", held),
        (
            "refused",
            "Of the unsent those that the broker has refused, as where their queue is missing.",
            unsent.refused,
        ),
        ("lag_seconds", "How long the oldest task that is due and not held has waited to be sent; 0: none.", lag),
    ):
        yield gauge(f"placar_outbox_{name}", text, ["queue"], by(queues, values))


def _by_task(messages: QuerySet[OutboxMessage]) -> Iterable[Any]:
    is_due = Q(not_before__isnull=True) | Q(not_before__lte=timezone.now())
    due_at = Greatest("created_at", Coalesce("not_before", "created_at"))
    return (
        messages.order_by()
        .values("task_name")
        .annotate(
            count=Count("pk"),
            due=Count("pk", filter=is_due),
            refused=Count("pk", filter=Q(failed_attempts__gt=0)),
            oldest=Min(due_at, filter=is_due),
        )
    )
