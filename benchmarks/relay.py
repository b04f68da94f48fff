"""The relay against Celery's own way: `send_task` one after the other, each confirmed by the broker before the next.

    python -m benchmarks.relay        inside of scripts/private_services.py run --durable

The relay is a process of its own, and its time is that of the whole loop: it is woken by a commit, claims, publishes,
awaits the confirms, marks, until no row is left. The time of `send_task` is that of the sending alone: of what was sent
there is no record. The two take turns.
"""

import statistics
import time

from benchmarks.setup import start_django, throwaway_database

start_django()

from celery import current_app  # noqa: E402 (after the set-up)
from django.db import connection, transaction  # noqa: E402

from benchmarks.figures import Figure, print_summary  # noqa: E402
from benchmarks.roles import roles  # noqa: E402
from delivery.models import OutboxMessage  # noqa: E402
from delivery.outbox import NOTIFY_CHANNEL  # noqa: E402
from tests.broker import Broker  # noqa: E402

ROUNDS = 11
RELAYED_ROWS = 10_000
SENT_TASKS = 600
NAME = "events.generate_event_ranking"


def main() -> list[Figure]:
    """Messages per second of both."""
    with throwaway_database(), roles() as (processes, broker):
        processes.start_relay()
        return _measure(broker)


def _measure(broker: Broker) -> list[Figure]:
    _relay(500), _send(50)  # connections and templates are made with the first ones
    relayed, sent = [], []
    print(f"\n{'messages per second':<20} {'relay':>8} {'send_task':>10} {'ratio':>6}")
    for number in range(1, ROUNDS + 1):
        relayed.append(_relay(RELAYED_ROWS))
        sent.append(_send(SENT_TASKS))
        broker.purge()
        print(f"round {number:<14} {relayed[-1]:>8,.0f} {sent[-1]:>10,.0f} {relayed[-1] / sent[-1]:>6.1f}")
    ratio = statistics.median(ours / theirs for ours, theirs in zip(relayed, sent, strict=True))
    print(f"{'median':<20} {statistics.median(relayed):>8,.0f} {statistics.median(sent):>10,.0f} {ratio:>6.1f}")
    return [Figure("relay: rows per second, times send_task's", ratio, at_least=12)]


def _relay(rows: int) -> float:
    """Rows per second from the commit to the last one marked as sent."""
    with transaction.atomic(), connection.cursor() as cursor:
        OutboxMessage.objects.bulk_create(
            (OutboxMessage(task_name=NAME, kwargs={"event_id": number}) for number in range(rows)), batch_size=5000
        )
        cursor.execute(f"NOTIFY {NOTIFY_CHANNEL}")
        started = time.perf_counter()
    while OutboxMessage.objects.filter(sent_at=None).exists():
        time.sleep(0.01)
    taken = time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {OutboxMessage._meta.db_table}")
    return rows / taken


def _send(tasks: int) -> float:
    """Tasks per second."""
    started = time.perf_counter()
    for number in range(tasks):
        current_app.send_task(NAME, kwargs={"event_id": number})
    return tasks / (time.perf_counter() - started)


if __name__ == "__main__":
    print_summary(main())
