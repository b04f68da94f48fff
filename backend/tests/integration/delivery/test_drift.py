"""Each thing that the broker may lack, or have otherwise, is named, and mended where it can be."""

import re
from typing import Any

import pytest
from amqp import Message
from django.conf import settings

from delivery import queue_move
from delivery.broker import open_connection
from delivery.drift import apply_topology, find_drift
from delivery.policies import wanted_policies
from tests.broker import Broker, channel_of
from tests.processes import wait_until

DELAYS = "celery_delayed_delivery"


def test_each_queue_has_one_policy_and_its_own_queue_of_dead_letters(broker: Broker) -> None:
    patterns = [policy["pattern"] for policy in wanted_policies().values()]
    for queue in settings.QUEUES:
        for name in (queue, f"{queue}.dead"):
            assert len([pattern for pattern in patterns if re.search(pattern, name)]) == 1
        publish(queue)
        with open_connection() as connection:
            found = channel_of(connection).basic_get(queue)
            channel_of(connection).basic_reject(found.delivery_tag, requeue=False)
        wait_until(lambda name=f"{queue}.dead": broker.count(name) == 1, "the dead letter in its queue")  # type: ignore[misc]


@pytest.mark.parametrize(
    ("source", "queue", "key"),
    [
        ("placar", "rankings", "rankings"),
        ("placar", "rankings", "#.rankings"),
        ("placar.dead", "rankings.dead", "rankings"),
    ],
)
def test_a_queue_that_is_not_bound(broker: Broker, source: str, queue: str, key: str) -> None:
    with open_connection() as connection:
        channel_of(connection).queue_unbind(queue, source, key)
    assert find_drift() == [f"{queue}: is not bound to exchange {source} by {key}"]
    apply_topology()
    assert find_drift() == []


def test_delays_that_lead_nowhere(broker: Broker) -> None:
    with open_connection() as connection:
        channel_of(connection).exchange_unbind("placar", DELAYS, "#.rankings")
    assert find_drift() == [f"placar: is not bound to exchange {DELAYS} by #.rankings"]
    apply_topology()
    assert find_drift() == []


def test_an_exchange_that_is_missing_or_of_another_type(broker: Broker) -> None:
    with open_connection() as connection:
        channel = channel_of(connection)
        channel.exchange_delete("placar.dead")
        assert "exchange placar.dead: is missing" in find_drift()
        channel.exchange_declare("placar.dead", "topic", durable=True, auto_delete=False)
        drift = find_drift()
        channel.exchange_delete("placar.dead")  # which nothing else mends
    assert "exchange placar.dead: is of type topic, not direct" in drift
    apply_topology()
    assert find_drift() == []


def test_a_queue_of_dead_letters_is_moved_as_well(broker: Broker) -> None:
    with open_connection() as connection:
        channel = channel_of(connection)
        channel.queue_delete("rankings.dead")
        channel.queue_declare("rankings.dead", durable=True, auto_delete=False)
        channel.queue_bind("rankings.dead", "placar.dead", "rankings")
        for number in range(20):
            body = Message(str(number), delivery_mode=2)
            channel.basic_publish(body, exchange="placar.dead", routing_key="rankings")
    assert find_drift() == ["queue rankings.dead: has the arguments {}, not {'x-queue-type': 'quorum'}"]
    apply_topology()
    assert find_drift() == []
    assert [int(kept.body) for kept in broker.take_all("rankings.dead")] == list(range(20))


def replace_by_classic(queue: str) -> None:
    with open_connection() as connection:
        channel_of(connection).queue_delete(queue)
        channel_of(connection).queue_declare(queue, durable=True, auto_delete=False)


def publish(key: str, exchange: str = "placar") -> None:
    with open_connection() as connection:
        channel_of(connection).confirm_select()
        message = Message(key, delivery_mode=2)
        channel_of(connection).basic_publish_confirm(message, exchange=exchange, routing_key=key, mandatory=True)


def test_what_comes_while_a_queue_is_moved_is_kept_retries_as_well(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_by_classic("rankings")
    pour = queue_move._pour

    def publish_and_pour(*arguments: Any) -> None:
        publish("rankings")
        publish("0.1.rankings")  # as it comes out of the delays
        pour(*arguments)

    monkeypatch.setattr(queue_move, "_pour", publish_and_pour)
    apply_topology()
    assert sorted(str(kept.body) for kept in broker.take_all("rankings")) == ["0.1.rankings"] * 2 + ["rankings"] * 2
    assert find_drift() == []


def test_a_queue_that_somebody_fills_by_its_name_meanwhile_is_not_deleted(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_by_classic("rankings")
    pour = queue_move._pour

    def pour_and_publish(*arguments: Any) -> None:
        pour(*arguments)
        publish("rankings", exchange="")

    with monkeypatch.context() as patch:
        patch.setattr(queue_move, "_pour", pour_and_publish)
        with pytest.raises(queue_move.QueueInUse, match="somebody uses it while it is moved"):
            apply_topology()
    apply_topology()
    assert [str(kept.body) for kept in broker.take_all("rankings")] == ["rankings"]
