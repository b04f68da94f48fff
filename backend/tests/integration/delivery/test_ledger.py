"""The ledger against a real broker: what is lost there is found, and sent again."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_celery_results.models import TaskResult

from apps.events.models import Event
from delivery.accounts import find_unaccounted
from delivery.broker import open_connection
from delivery.ledger import task_state
from delivery.management_api import ManagementApi
from delivery.models import OperatorAct, OutboxMessage
from delivery.outbox import enqueue
from tests.broker import Broker, channel_of
from tests.factories import make_event
from tests.processes import Processes, wait_until

COUNT = 3


@pytest.fixture
def event(transactional_db: None) -> Event:
    return make_event()


def send(processes: Processes, event: Event) -> None:
    """Let the relay send some tasks, and an hour pass since then."""
    OutboxMessage.objects.all().delete()
    with transaction.atomic():
        for _ in range(COUNT):
            enqueue("events.generate_event_ranking", {"event_id": event.pk})
    processes.start_relay()
    wait_until(lambda: not OutboxMessage.objects.filter(sent_at=None).exists(), "all sent")
    OutboxMessage.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    # The management API counts up to five seconds late.
    wait_until(lambda: find_unaccounted() == [], "the messages counted")


def test_what_vanished_from_its_queue_is_found_and_sent_again(
    processes: Processes, broker: Broker, event: Event
) -> None:
    send(processes, event)
    # As an operator does who purges the wrong queue.
    broker.purge()
    wait_until(lambda: len(find_unaccounted()) == COUNT, "all of them unaccounted for")
    shown = processes.run_command("ledger")
    assert shown.returncode == 1
    assert f"unaccounted{COUNT:>10}" in shown.stdout
    resent = processes.run_command("ledger", "resend", "--reason", "purged by mistake")
    assert f"sent again: {COUNT}" in resent.stdout
    assert OperatorAct.objects.get().count == COUNT
    processes.start_worker()
    ids = OutboxMessage.objects.values_list("task_id", flat=True)
    wait_until(lambda: all(task_state(task_id).state == "succeeded" for task_id in ids), "all done")
    shown = processes.run_command("ledger")
    assert (shown.returncode, shown.stderr) == (0, "")


def test_what_vanished_is_found_though_its_queue_is_never_empty(
    processes: Processes, broker: Broker, event: Event
) -> None:
    send(processes, event)
    lost = set(OutboxMessage.objects.all())
    broker.purge()
    with transaction.atomic():
        younger = enqueue("events.generate_event_ranking", {"event_id": event.pk})
    worker = processes.start_worker()
    wait_until(lambda: task_state(younger).state == "succeeded", "the younger one done")
    assert worker.stop() == 0
    for _ in range(2 * COUNT):
        broker.publish(b"[]", {})
    wait_until(lambda: counted("events", "messages") == 2 * COUNT, "the count of what waits")
    assert find_unaccounted() == []
    TaskResult.objects.update(date_done=timezone.now() - timedelta(minutes=36))
    assert set(find_unaccounted()) == lost


def test_what_a_worker_holds_and_what_is_dead_and_not_yet_taken_in_is_accounted_for(
    processes: Processes, event: Event
) -> None:
    send(processes, event)
    with open_connection() as connection:
        channel = channel_of(connection)
        tags = [channel.basic_get("events").delivery_tag for _ in range(COUNT)]
        wait_until(lambda: counted("events", "messages_unacknowledged") == COUNT, "the count of what a consumer has")
        assert find_unaccounted() == []
        for tag in tags:
            channel.basic_reject(tag, requeue=False)
        wait_until(lambda: counted("events.dead", "messages") == COUNT, "the count of what is dead")
        wait_until(lambda: counted("events", "messages") == 0, "the count of what is left")
        assert find_unaccounted() == []


def counted(name: str, what: str) -> int:
    """As the management API has it, which is a few seconds late."""
    (queue,) = [queue for queue in ManagementApi().get("queues") if queue["name"] == name]
    return int(queue[what])
