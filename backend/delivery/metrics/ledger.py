"""The account of all tasks. The one look that grows with the outbox, so it rests for longer: see watch.REST."""

import time
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from math import inf

from celery import states
from django.db.models import Min, Q
from prometheus_client.metrics_core import Metric

from delivery.accounts import BETWEEN_LOOKS_SECONDS, account_by_state, find_missing
from delivery.broker import BrokerUnavailable
from delivery.in_flight import sent_without
from delivery.metrics.families import Values, age, by, gauge, single
from delivery.metrics.labels import queue_label, queues_and


class Ledger:
    """Remembers what was missing at its last look: only what is missing at two of them is unaccounted for."""

    def __init__(self) -> None:
        self._missing: set[int] = set()
        self._looked_at = -inf  # of time.monotonic()
        self._unaccounted = 0

    def look(self) -> Iterable[Metric]:
        """Tasks by state, the oldest of each, and how many are unaccounted for, unless the broker is silent."""
        yield from _states()
        oldest = _oldest_not_started()
        yield gauge(
            "placar_queue_oldest_seconds",
            "How long ago the oldest task was sent that no worker has started; 0: none. By the ledger, not the broker.",
            ["queue"],
            by(queues_and(oldest), {queue: age(moment) for queue, moment in oldest.items()}),
        )
        try:
            missing = {message.pk for message in find_missing()}
        except BrokerUnavailable:
            return
        if time.monotonic() - self._looked_at >= BETWEEN_LOOKS_SECONDS:
            self._unaccounted = len(missing & self._missing)
            self._missing, self._looked_at = missing, time.monotonic()
        text = "Tasks that were sent, are not finished, and that nobody has any more."
        yield single("placar_tasks_unaccounted", text, self._unaccounted)


def _states() -> Iterable[Metric]:
    accounts = account_by_state()
    counts: Values = {(account.state,): account.count for account in accounts}
    yield gauge("placar_tasks", "Tasks of the outbox by what became of them.", ["state"], counts)
    yield gauge(
        "placar_tasks_oldest_seconds",
        "Since when the oldest of them waits, was asked for, runs, or failed; none of what has succeeded.",
        ["state"],
        {(account.state,): age(account.oldest) for account in accounts if account.state != "succeeded"},
    )


def _oldest_not_started() -> dict[str, datetime]:
    """When it was sent, by queue. A task between two tries has been started."""
    waiting = (
        sent_without(Q(status__in=states.ALL_STATES)).order_by().values("task_name").annotate(oldest=Min("sent_at"))
    )
    rows = [(queue_label(row["task_name"]), row["oldest"]) for row in waiting]
    return {queue: min(moment for _, moment in group) for queue, group in groupby(sorted(rows), key=lambda row: row[0])}
