"""The account of all tasks. The one look that grows with the outbox, so it rests for longer: see watch.REST."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from celery import states
from django.db.models import Min, Q
from prometheus_client.metrics_core import Metric

from delivery.accounts import account_by_state, find_unaccounted
from delivery.broker import BrokerUnavailable
from delivery.in_flight import sent_without
from delivery.metrics.families import age, by, gauge, single
from delivery.metrics.labels import queue_label, queues_and


def look() -> Iterable[Metric]:
    """Tasks by state, the oldest of each, and what is unaccounted for: that is left out where the broker is silent."""
    accounts = account_by_state()
    yield gauge(
        "placar_tasks",
        "Tasks of the outbox by what became of them.",
        ["state"],
        {(account.state,): account.count for account in accounts},
    )
    yield gauge(
        "placar_tasks_oldest_seconds",
        "Since when the oldest of them waits, was asked for, runs, or failed; none of what has succeeded.",
        ["state"],
        {(account.state,): age(account.oldest) for account in accounts if account.state != "succeeded"},
    )
    oldest = _oldest_not_started()
    yield gauge(
        "placar_queue_oldest_seconds",
        "How long ago the oldest task was sent that no worker has started; 0: none. By the ledger, not the broker.",
        ["queue"],
        by(queues_and(oldest), {queue: age(moment) for queue, moment in oldest.items()}),
    )
    try:
        unaccounted = len(find_unaccounted())
    except BrokerUnavailable:
        return
    yield single(
        "placar_tasks_unaccounted", "Tasks that were sent, are not finished, and that nobody has any more.", unaccounted
    )


def _oldest_not_started() -> dict[str, datetime]:
    """When it was sent, by queue. A task between two tries has been started."""
    waiting = (
        sent_without(Q(status__in=states.ALL_STATES)).order_by().values("task_name").annotate(oldest=Min("sent_at"))
    )
    rows = [(queue_label(row["task_name"]), row["oldest"]) for row in waiting]
    return {queue: min(moment for _, moment in group) for queue, group in groupby(sorted(rows), key=lambda row: row[0])}
