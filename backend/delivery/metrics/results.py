"""How tasks end and how long they take, since the exporter started.

Result rows are changed and removed, so nothing that could be counted there only grows: each look folds in what has
ended since the one before it.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import product

from celery import states
from django.utils import timezone
from django_celery_results.models import TaskResult
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from delivery.ledger import FAILED
from delivery.metrics.families import counter
from delivery.metrics.labels import task_label
from delivery.names import registered_tasks

# A row is committed after the moment that it names, by another clock: so much is looked at again each time.
OVERLAP = timedelta(seconds=60)
# Seconds: from the smallest task to the soft time limit of 25 minutes.
BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 900.0, 1500.0)
OUTCOMES = {states.SUCCESS: "succeeded", states.RETRY: "retried"} | dict.fromkeys(FAILED, "failed")

Key = tuple[str, ...]  # task, outcome


class Durations:
    """A histogram of the runs of one task that ended in one way."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS) + 1)
        self._sum = 0.0

    def add(self, seconds: float) -> None:
        self._counts[bisect_left(BUCKETS, seconds)] += 1
        self._sum += seconds

    def add_to(self, family: HistogramMetricFamily, labels: Sequence[str]) -> None:
        """Prometheus counts in each bucket what is in the smaller ones, too."""
        total, buckets = 0, []
        for bound, count in zip((*map(str, BUCKETS), "+Inf"), self._counts, strict=True):
            total += count
            buckets.append((bound, total))
        family.add_metric(labels, buckets, self._sum)


class Results:
    """Of tries that failed and are repeated one may be missed where the next one ends before a look."""

    def __init__(self) -> None:
        # All series from the start: Prometheus sees no growth where a series appears with its first count.
        known = product(registered_tasks(), OUTCOMES.values())
        self._counts = Counter[Key](dict.fromkeys(known, 0))
        self._durations = defaultdict[Key, Durations](Durations)
        self._seen: dict[tuple[int, datetime], None] = {}
        self._from: datetime | None = None

    def look(self) -> Iterable[Metric]:
        self._fold()
        yield counter("placar_task_runs", "Runs of tasks that ended, by how.", ["task", "outcome"], self._counts)
        name, text = "placar_task_duration_seconds", "How long runs of tasks took."
        family = HistogramMetricFamily(name, text, labels=["task", "outcome"])
        for key, durations in sorted(self._durations.items()):
            durations.add_to(family, key)
        yield family

    def _fold(self) -> None:
        now = timezone.now()
        is_first = self._from is None
        rows = TaskResult.objects.filter(date_done__gte=self._from or now - OVERLAP, status__in=OUTCOMES)
        columns = ("pk", "task_name", "status", "date_started", "date_done")
        for pk, name, status, started, done in rows.order_by().values_list(*columns).iterator():
            if (pk, done) not in self._seen:
                self._seen[pk, done] = None
                if not is_first:
                    self._add(task_label(name or ""), OUTCOMES[status], started, done)
        self._from = now - OVERLAP
        self._seen = {key: None for key in self._seen if key[1] >= self._from}

    def _add(self, task: str, outcome: str, started: datetime | None, done: datetime) -> None:
        self._counts[task, outcome] += 1
        if started is not None:
            self._durations[task, outcome].add(max(0.0, (done - started).total_seconds()))
