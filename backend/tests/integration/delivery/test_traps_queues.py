"""What RabbitMQ and Celery do with queues that surprises, on the real broker with our configuration."""

import sys

import pytest
from amqp.exceptions import PreconditionFailed
from celery import current_app
from celery.exceptions import QueueNotFound
from django_celery_results.models import TaskResult
from kombu import Queue

from delivery.broker import open_connection
from delivery.drift import apply_topology, find_drift
from delivery.management_api import ManagementApi
from delivery.topology import dead_queues, task_queues
from tests.broker import Broker, channel_of
from tests.processes import Processes, wait_until


def names_of_queues() -> set[str]:
    return {queue["name"] for queue in ManagementApi().get("queues")}


def test_a_queue_without_exchange_and_key_gets_nothing_of_ours(broker: Broker) -> None:
    """Celery would bind it to its own exchange `celery` by the key `celery`, as all others of that kind."""
    assert all(queue.exchange.name == "placar" and queue.routing_key == queue.name for queue in task_queues())
    with open_connection() as connection:
        stray = Queue("stray", queue_arguments={"x-queue-type": "quorum"})(connection.default_channel)
        stray.declare()
        try:
            for queue in task_queues():
                broker.publish(b"[[], {}, {}]", {}, to=queue.name)
            for queue in task_queues():
                assert len(broker.take_all(queue.name)) == 1
            assert broker.count("stray") == 0
        finally:
            stray.delete()


def test_a_mistyped_queue_name_is_refused_and_makes_no_queue(broker: Broker) -> None:
    before = names_of_queues()
    with pytest.raises(QueueNotFound, match="evnets"):
        current_app.send_task("events.generate_event_ranking", queue="evnets")
    assert names_of_queues() == before


def test_declaring_an_existing_queue_with_other_arguments_is_refused_so_they_hold_only_the_type(broker: Broker) -> None:
    assert all(queue.queue_arguments == {"x-queue-type": "quorum"} for queue in (*task_queues(), *dead_queues()))
    with open_connection() as connection, pytest.raises(PreconditionFailed, match="inequivalent arg"):
        channel_of(connection).queue_declare(
            "events", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum", "x-delivery-limit": 3}
        )


def test_celerys_own_cleanup_reaches_a_queue_that_is_consumed(broker: Broker) -> None:
    current_app.send_task("celery.backend_cleanup")
    (message,) = broker.take_all("events")
    assert message.headers["task"] == "celery.backend_cleanup"
    assert current_app.amqp.router.route({}, "nobody.routes_this")["queue"].name == "events"


def test_what_comes_back_is_first_again(broker: Broker) -> None:
    """Without a delivery limit RabbitMQ may move it to the end; that a task was overtaken would say nothing then."""
    wait_until(lambda: all(effective("events").values()), "the policy in force")
    for number in range(3):
        broker.publish(b"%d" % number, {})
    with open_connection() as connection:
        channel = channel_of(connection)
        for _ in range(15):
            wait_until(lambda: broker.count("events") == 3, "all of them back")
            message = channel.basic_get("events")
            assert message.body == b"0"
            channel.basic_reject(message.delivery_tag, requeue=True)
    assert [message.body for message in broker.take_all("events")] == [b"0", b"1", b"2"]


def test_a_worker_holds_a_message_of_each_of_its_queues_whatever_it_runs(
    processes: Processes, broker: Broker, transactional_db: None
) -> None:
    """Quorum queues know no prefetch of a whole channel. Others finish younger ones of that queue meanwhile."""
    worker = processes.start_sabotaged_worker("sleep")
    current_app.send_task("events.generate_event_ranking", kwargs={"event_id": 1}, task_id="runs")
    wait_until(lambda: TaskResult.objects.filter(task_id="runs", status="STARTED").exists(), "the task that runs")
    current_app.send_task("rankings.refresh_standings", kwargs={"season_id": 1}, task_id="held")
    worker.wait_for_log("[held] received")
    assert broker.count("rankings") == 0
    assert not TaskResult.objects.filter(task_id="held").exists()


def test_delivery_limit_and_dead_letters_at_least_once_come_by_policy(broker: Broker) -> None:
    """Without a limit RabbitMQ 3 delivers a message that kills its worker for ever, and 4 drops it."""
    wait_until(lambda: all(effective("events").values()), "the policy in force")
    assert effective("events") == {
        "delivery-limit": 20,
        "dead-letter-exchange": "placar.dead",
        "dead-letter-routing-key": "events",
        "dead-letter-strategy": "at-least-once",
        "overflow": "reject-publish",
    }


def effective(name: str) -> dict[str, object]:
    (queue,) = [queue for queue in ManagementApi().get("queues") if queue["name"] == name]
    definition = queue.get("effective_policy_definition") or {}
    keys = ("delivery-limit", "dead-letter-exchange", "dead-letter-routing-key", "dead-letter-strategy", "overflow")
    return {key: definition.get(key) for key in keys}


def test_the_second_of_two_workers_of_one_name_is_never_ready_and_takes_over(
    processes: Processes, broker: Broker
) -> None:
    first = processes.start_worker("-n", "same@host")
    command = ("-m", "celery", "-A", "config", "worker", "-l", "info", "--concurrency", "1", "-n", "same@host")
    second = processes.start(sys.executable, *command)
    second.wait_for_log("RESOURCE_LOCKED")
    assert " ready." not in second.log
    assert first.stop() == 0
    second.wait_for_log(" ready.")


def test_the_delays_are_part_of_the_topology(broker: Broker) -> None:
    """Without them a retry cannot be published. Workers make them at their start, and so does the topology."""
    with open_connection() as connection:
        channel = channel_of(connection)
        channel.exchange_delete("celery_delayed_27")
        channel.queue_delete("celery_delayed_0")
    assert find_drift() == ["exchange celery_delayed_27: is missing", "queue celery_delayed_0: is missing"]
    apply_topology()
    assert find_drift() == []


def test_a_worker_works_though_the_queue_of_another_is_missing(processes: Processes, broker: Broker) -> None:
    """It binds all of them to the delays, and so cannot bind this one."""
    with open_connection() as connection:
        channel_of(connection).queue_delete("rankings")
    worker = processes.start_worker("-Q", "events")
    worker.wait_for_log("retries to queue rankings wait")
    current_app.send_task("events.generate_event_ranking", kwargs={"event_id": 1}, task_id="6a7f")
    worker.wait_for_log("[6a7f] received")
    apply_topology()
    assert find_drift() == []
