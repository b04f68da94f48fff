"""`manage.py topology`: prepares the broker, again and again."""

from functools import partial

from celery import current_app
from kombu.transport.native_delayed_delivery import calculate_routing_key

from delivery.broker import open_connection
from tests.broker import Broker, channel_of
from tests.processes import Processes, wait_until

QUEUES = ("events", "notifications", "rankings")


def holds_one(broker: Broker, queue: str) -> bool:
    return broker.count(queue) == 1


def delete_everything() -> None:
    with open_connection() as connection:
        for queue in QUEUES:
            channel_of(connection).queue_delete(queue)
        for exchange in ("placar", "celery_delayed_delivery"):
            channel_of(connection).exchange_delete(exchange)


def test_it_makes_the_queues_and_running_it_again_changes_nothing(processes: Processes, broker: Broker) -> None:
    delete_everything()
    first = processes.run_command("topology")
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == "declared: events, notifications, rankings, and the delays for retries\n"
    with open_connection() as connection:
        for queue in QUEUES:
            channel_of(connection).basic_publish(message("kept"), exchange="placar", routing_key=queue)
    assert processes.run_command("topology").returncode == 0
    for queue in QUEUES:
        wait_until(partial(holds_one, broker, queue), f"one message in {queue} and in no other")


def test_a_delayed_message_waits_in_the_broker_before_there_was_a_worker(processes: Processes, broker: Broker) -> None:
    delete_everything()
    assert processes.run_command("topology").returncode == 0
    with open_connection() as connection:
        channel = channel_of(connection)
        key = calculate_routing_key(1, "rankings")
        channel.basic_publish(message("late"), exchange="celery_delayed_27", routing_key=key)
    wait_until(lambda: broker.count("rankings") == 1, "the message in its queue after its delay")


def test_beside_a_running_worker_it_is_safe(processes: Processes, broker: Broker) -> None:
    worker = processes.start_worker()
    assert processes.run_command("topology").returncode == 0
    assert not worker.has_ended
    assert worker.stop() == 0


def test_a_queue_with_other_arguments_is_named_and_ends_it_with_an_error(processes: Processes, broker: Broker) -> None:
    with open_connection() as connection:
        channel = channel_of(connection)
        channel.queue_delete("rankings")
        channel.queue_declare("rankings", durable=True, auto_delete=False)
    try:
        run = processes.run_command("topology")
    finally:
        with open_connection() as connection:
            channel_of(connection).queue_delete("rankings")
    assert run.returncode == 1
    assert run.stderr.startswith("CommandError: topology not declared: ")
    assert "x-queue-type" in run.stderr
    assert "queue 'rankings'" in run.stderr


def test_without_a_broker_it_says_so(processes: Processes, broker: Broker) -> None:
    broker.control("stop")
    run = processes.run_command("topology")
    assert run.returncode == 1
    assert "CommandError: topology not declared: no connection to amqp://guest:**@" in run.stderr
    assert "Traceback" not in run.stderr


def test_in_memory_there_is_nothing_to_declare(processes: Processes) -> None:
    run = processes.start_command("topology", extra_environment={"CELERY_BROKER_URL": "memory://"})
    assert run.wait() == 0
    assert run.log == "nothing to declare: this broker keeps its queues in memory\n"


def message(body: str) -> object:
    """A message that the broker keeps."""
    with current_app.connection_for_write() as connection:
        return channel_of(connection).prepare_message(body.encode(), properties={"delivery_mode": 2})
