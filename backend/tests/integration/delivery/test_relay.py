"""The relay as a process, on the real broker: what is committed is sent, whatever happens to either."""

import signal
from datetime import timedelta
from functools import partial

import pytest
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from delivery.broker import open_connection
from delivery.following import CORRELATION_HEADER
from delivery.messages import FROM_OUTBOX
from delivery.models import OutboxMessage
from delivery.outbox import enqueue
from tests.broker import Broker, channel_of
from tests.integration.delivery.asking import (
    NAME,
    ask,
    ask_often,
    event_ids,
    fewer_than,
    wait_until_all_is_sent,
    waiting,
)
from tests.processes import Processes, wait_until


def test_it_sends_in_the_order_of_writing_and_marks_what_it_sent(processes: Processes, broker: Broker) -> None:
    before = timezone.now()
    ask_often(1200)
    processes.start_relay("--batch-size", "500")
    wait_until_all_is_sent()
    assert event_ids(broker) == list(range(1200))
    assert OutboxMessage.objects.filter(sent_at__range=(before, timezone.now())).count() == 1200


def test_each_domain_goes_to_its_queue(processes: Processes, broker: Broker) -> None:
    for domain in settings.QUEUES:
        ask(name=f"{domain}.some_action")
    processes.start_relay()
    wait_until_all_is_sent()
    for domain in settings.QUEUES:
        (message,) = broker.take_all(domain)
        assert message.headers["task"] == f"{domain}.some_action"


def test_the_message_is_the_one_that_celerys_producer_makes(processes: Processes, broker: Broker) -> None:
    with transaction.atomic():
        task_id = enqueue(NAME, {"event_id": 7, "note": "50 % of ä", "list": [1.5, None, True, {"a": "b"}]})
    processes.start_relay()
    wait_until_all_is_sent()
    (ours,) = broker.take_all("events")
    with open_connection() as producer_connection:
        producer = current_app.amqp.Producer(producer_connection)
        # As the database gives them back: it keeps the keys in an order of its own.
        kwargs = OutboxMessage.objects.get().kwargs
        current_app.send_task(NAME, kwargs=kwargs, task_id=str(task_id), producer=producer)
    (celerys,) = broker.take_all("events")
    assert ours.payload == celerys.payload
    assert ours.properties.pop("application_headers") == ours.headers
    assert celerys.properties.pop("application_headers") == celerys.headers
    # An address for results that come as messages; ours are rows.
    assert celerys.properties.pop("reply_to")
    assert ours.properties.pop("reply_to") == ""
    assert ours.properties == celerys.properties
    assert ours.properties["delivery_mode"] == 2
    # It differs by the process.
    assert ours.headers.pop("origin").startswith("gen")
    assert celerys.headers.pop("origin").startswith("gen")
    # Celery has no such things.
    assert ours.headers.pop(CORRELATION_HEADER) == OutboxMessage.objects.get().correlation_id
    assert ours.headers.pop(FROM_OUTBOX) is True
    # A worker knows the limits of its tasks; Celery's producer adds them where the task happens to be loaded.
    assert ours.headers.pop("timelimit") == [None, None]
    assert celerys.headers.pop("timelimit")
    assert ours.headers == celerys.headers


def test_what_was_rolled_back_is_never_sent(processes: Processes, broker: Broker) -> None:
    processes.start_relay("--poll", "0.05")
    with transaction.atomic():
        enqueue(NAME, {"event_id": 1})
        transaction.set_rollback(True)
    ask(2)
    wait_until_all_is_sent()
    assert event_ids(broker) == [2]


def test_it_waits_for_the_time_of_a_message(processes: Processes, broker: Broker) -> None:
    processes.start_relay("--poll", "60")
    soon = timezone.now() + timedelta(seconds=3)
    later = ask(1, not_before=soon)
    ask(2)
    wait_until_all_is_sent()
    sent_at = OutboxMessage.objects.get(task_id=later).sent_at
    assert sent_at is not None
    assert sent_at >= soon
    assert event_ids(broker) == [2, 1]


def test_a_notification_wakes_it(processes: Processes) -> None:
    # Without one it would look again after an hour only.
    processes.start_relay("--poll", "3600")
    for event_id in range(5):
        ask(event_id)
        wait_until_all_is_sent()


def test_a_poll_finds_what_nobody_notified(processes: Processes) -> None:
    processes.start_relay("--poll", "0.2")
    ask_often(3)
    wait_until_all_is_sent()


def test_two_at_once_send_each_message_once(processes: Processes, broker: Broker) -> None:
    relays = [processes.start_relay("--batch-size", "20", "--poll", "0.05") for _ in range(2)]
    ask_often(3000)
    wait_until_all_is_sent()
    assert [relay.stop() for relay in relays] == [0, 0]
    assert sorted(event_ids(broker)) == list(range(3000))


def test_what_one_relay_holds_does_not_stop_another(processes: Processes, broker: Broker) -> None:
    ask_often(10)
    with transaction.atomic():
        held = list(OutboxMessage.objects.select_for_update().order_by("id")[:5])
        processes.start_relay("--poll", "0.05")
        wait_until(lambda: broker.count("events") == 5, "the other five sent")
    wait_until_all_is_sent()
    assert event_ids(broker) == [5, 6, 7, 8, 9, *(message.kwargs["event_id"] for message in held)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_finishes_its_batch(processes: Processes, broker: Broker, number: signal.Signals) -> None:
    ask_often(20_000)
    relay = processes.start_relay("--batch-size", "100")
    wait_until(lambda: waiting() < 20_000, "the first batch sent")
    relay.signal(number)
    assert relay.wait() == 0
    assert "Traceback" not in relay.log
    # Nothing is half done: what was marked was sent, and nothing else was.
    assert 0 < waiting() < 20_000
    assert event_ids(broker) == list(range(20_000 - waiting()))


def test_told_to_stop_while_it_waits_it_stops(processes: Processes) -> None:
    relay = processes.start_relay("--poll", "3600")
    assert relay.stop() == 0


def test_killed_in_mid_batch_it_loses_nothing(processes: Processes, broker: Broker) -> None:
    ask_often(6000)
    for _ in range(3):
        before = waiting()
        relay = processes.start_relay("--batch-size", "200")
        wait_until(partial(fewer_than, before), "a batch sent")
        relay.kill()
    processes.start_relay()
    wait_until_all_is_sent()
    assert set(event_ids(broker)) == set(range(6000))


def test_a_message_that_no_queue_takes_stays_and_the_others_pass(processes: Processes, broker: Broker) -> None:
    with open_connection() as opened:
        channel_of(opened).queue_delete("rankings")
    refused = ask(1, name="rankings.refresh_season_standings")
    ask(2)
    ask(3, name="notifications.announce_event_ranking")
    relay = processes.start_relay("--poll", "0.05")
    wait_until(lambda: waiting() == 1, "the others sent")
    assert event_ids(broker) == [2]
    assert len(broker.take_all("notifications")) == 1
    relay.wait_for_log("no queue for exchange 'placar', routing key 'rankings'")
    message = OutboxMessage.objects.get(task_id=refused)
    assert message.sent_at is None
    assert message.failed_attempts >= 1
    assert "NO_ROUTE" in message.last_error
    # It is tried again by itself, but later and later: the relay does not spin.
    assert message.not_before is not None
    assert processes.run_command("topology").returncode == 0
    wait_until_all_is_sent()
    assert len(broker.take_all("rankings")) == 1


def test_a_message_that_the_broker_cannot_store_stays(processes: Processes, broker: Broker) -> None:
    """A full queue that refuses answers with a nack."""
    with open_connection() as opened:
        channel = channel_of(opened)
        channel.queue_declare(
            "full", durable=True, auto_delete=False, arguments={"x-max-length": 1, "x-overflow": "reject-publish"}
        )
        channel.queue_bind("full", "placar", "events")
        try:
            ask_often(3)
            relay = processes.start_relay()
            wait_until(lambda: waiting() == 2, "the first one sent")
            relay.wait_for_log("could not store it (nack)")
        finally:
            channel.queue_delete("full")
    wait_until_all_is_sent()


def test_options_that_make_no_sense_are_refused(processes: Processes) -> None:
    refused = processes.run_command("relay", "--batch-size", "0")
    assert refused.returncode == 2
    assert "argument --batch-size: 0 is below 1" in refused.stderr
    refused = processes.run_command("relay", "--poll", "soon")
    assert refused.returncode == 2
    assert "argument --poll: invalid number value: 'soon'" in refused.stderr
