"""`manage.py topology`: prepares the broker, again and again."""

from functools import partial
from itertools import count
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from kombu.transport.native_delayed_delivery import calculate_routing_key

from delivery import queue_move
from delivery.broker import open_connection
from delivery.drift import apply_topology, find_drift
from delivery.management_api import ManagementApi
from delivery.policies import wanted_policies
from tests.broker import Broker, channel_of
from tests.processes import Processes, wait_until


def holds_one(broker: Broker, queue: str) -> bool:
    return broker.count(queue) == 1


def delete_everything() -> None:
    with open_connection() as connection:
        for queue in settings.QUEUES:
            channel_of(connection).queue_delete(queue)
        for exchange in ("placar", "celery_delayed_delivery"):
            channel_of(connection).exchange_delete(exchange)


def test_it_makes_the_queues_and_running_it_again_changes_nothing(processes: Processes, broker: Broker) -> None:
    delete_everything()
    first = processes.run_command("topology")
    assert (first.returncode, first.stderr) == (0, "")
    assert "queue events: is missing\n" in first.stdout
    assert first.stdout.endswith(" differences mended\n")
    with open_connection() as connection:
        for queue in settings.QUEUES:
            channel_of(connection).basic_publish(message("kept"), exchange="placar", routing_key=queue)
    assert processes.run_command("topology").stdout == "nothing had to change\n"
    for queue in settings.QUEUES:
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


def test_a_queue_with_other_arguments_is_moved_and_loses_nothing(processes: Processes, broker: Broker) -> None:
    replace_by_classic("rankings")
    with open_connection() as connection:
        for number in range(250):
            channel_of(connection).basic_publish(message(str(number)), exchange="placar", routing_key="rankings")
    plan = processes.run_command("topology", "plan")
    assert "queue rankings: has the arguments {}, not {'x-queue-type': 'quorum'}\n" in plan.stdout
    applied = processes.run_command("topology", "apply")
    assert (applied.returncode, applied.stderr) == (0, "")
    assert [int(kept.body) for kept in broker.take_all("rankings")] == list(range(250))
    assert processes.run_command("topology", "check").stdout == "the broker is as it should be\n"


@pytest.mark.parametrize("step", ["_unbind", "_pour", "_bind"])
@pytest.mark.parametrize("call", [1, 2])
def test_a_move_broken_off_anywhere_is_finished_by_the_next(
    broker: Broker, monkeypatch: pytest.MonkeyPatch, step: str, call: int
) -> None:
    replace_by_classic("rankings")
    with open_connection() as connection:
        for number in range(20):
            channel_of(connection).basic_publish(message(str(number)), exchange="placar", routing_key="rankings")
    calls = count(1)
    original = getattr(queue_move, step)

    def break_off(*arguments: Any) -> None:
        if next(calls) == call:
            raise KeyboardInterrupt
        original(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(queue_move, step, break_off)
        with pytest.raises(KeyboardInterrupt):
            apply_topology()
    assert any("rankings" in line for line in find_drift())
    apply_topology()
    assert find_drift() == []
    assert sorted(int(kept.body) for kept in broker.take_all("rankings")) == list(range(20))


def test_a_queue_that_is_consumed_is_not_moved(processes: Processes, broker: Broker) -> None:
    replace_by_classic("rankings")
    with open_connection() as connection:
        channel_of(connection).basic_consume("rankings")
        run = processes.run_command("topology", "apply")
    assert run.returncode == 1
    assert "queue rankings is in use (1 consuming): stop its workers, then apply again" in run.stderr


def test_a_policy_that_differs_is_drift_and_mended_beside_a_worker(processes: Processes, broker: Broker) -> None:
    worker = processes.start_worker()
    api = ManagementApi()
    wanted = wanted_policies()["placar.events"]
    api.set_policy("placar.events", wanted | {"definition": wanted["definition"] | {"delivery-limit": 9}})
    api.set_policy("placar.old", wanted | {"pattern": "^old$"})
    api.set_policy("somebody-elses", wanted | {"pattern": "^theirs$"})
    check = processes.run_command("topology", "check")
    assert check.returncode == 1
    assert "policy placar.events: is " in check.stdout
    assert "policy placar.old: is not wanted\n" in check.stdout
    assert "2 differences; manage.py topology apply makes it right" in check.stderr
    assert processes.run_command("topology", "apply").returncode == 0
    assert find_drift() == []
    assert "somebody-elses" in {policy["name"] for policy in api.get("policies")}
    api.delete_policy("somebody-elses")
    assert not worker.has_ended


def replace_by_classic(queue: str) -> None:
    """As an earlier version, or somebody by hand, might have made it."""
    with open_connection() as connection:
        channel = channel_of(connection)
        channel.queue_delete(queue)
        channel.queue_declare(queue, durable=True, auto_delete=False)
        channel.queue_bind(queue, "placar", queue)


def test_without_a_broker_it_says_so(processes: Processes, broker: Broker) -> None:
    broker.control("stop")
    run = processes.run_command("topology")
    assert run.returncode == 1
    assert "CommandError: topology apply: no management API at http://127.0.0.1:" in run.stderr
    assert "Traceback" not in run.stderr


def test_of_several_management_addresses_one_that_answers_is_enough(broker: Broker, settings: Any) -> None:
    settings.BROKER_MANAGEMENT_URL = f"http://guest:guest@127.0.0.1:1;{settings.BROKER_MANAGEMENT_URL}"
    assert find_drift() == []


def test_in_memory_there_is_nothing_to_declare(processes: Processes) -> None:
    run = processes.start_command("topology", extra_environment={"CELERY_BROKER_URL": "memory://"})
    assert run.wait() == 0
    assert run.log == "nothing to declare: this broker keeps its queues in memory\n"


def message(body: str) -> object:
    """A message that the broker keeps."""
    with current_app.connection_for_write() as connection:
        return channel_of(connection).prepare_message(body.encode(), properties={"delivery_mode": 2})
