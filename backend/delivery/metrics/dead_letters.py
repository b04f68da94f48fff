"""What was given up."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from prometheus_client.metrics_core import Metric

from delivery.metrics.families import age, by, counter, gauge
from delivery.metrics.growth import Growth
from delivery.metrics.labels import OTHER, queues_and, task_label
from delivery.models import DeadLetter
from delivery.names import registered_tasks


class DeadLetters:
    """Those that wait for a decision, and how many came since the exporter started."""

    def __init__(self) -> None:
        self._growth = Growth(DeadLetter.objects.all, "task_name")

    def look(self) -> Iterable[Metric]:
        waiting, oldest = Counter[tuple[str, ...]](), dict[str, datetime]()
        for row in _waiting():
            queue = row["queue"]
            waiting[queue, task_label(row["task_name"])] += row["count"]
            oldest[queue] = min(row["oldest"], oldest.get(queue, row["oldest"]))
        yield gauge(
            "placar_dead_letters_waiting", "Dead letters that nobody has decided about.", ["queue", "task"], waiting
        )
        yield gauge(
            "placar_dead_letters_oldest_seconds",
            "How long ago the oldest of them died; 0 if there is none.",
            ["queue"],
            by(queues_and(oldest), {queue: age(moment) for queue, moment in oldest.items()}),
        )
        taken = Counter[str](dict.fromkeys((*registered_tasks(), OTHER), 0))
        for name, count in self._growth.count().items():
            taken[task_label(name)] += count
        yield counter("placar_dead_letters", "Dead letters that were taken in.", ["task"], by(taken, taken))


def _waiting() -> Iterable[Any]:
    rows = DeadLetter.objects.filter(state=DeadLetter.State.WAITING).order_by().values("queue", "task_name")
    return rows.annotate(count=Count("pk"), oldest=Min("died_at"))
