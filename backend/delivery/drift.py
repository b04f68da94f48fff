"""How the broker differs from what the topology wants, and what makes it so."""

from collections.abc import Iterator
from typing import Any

from celery import current_app
from kombu import Exchange, Queue
from kombu.transport.native_delayed_delivery import (
    CELERY_DELAYED_DELIVERY_EXCHANGE,
    MAX_NUMBER_OF_BITS_TO_USE,
    level_name,
)

from delivery.management_api import ManagementApi
from delivery.policies import Policy, wanted_policies
from delivery.queue_move import move_queue, moving_name
from delivery.topology import dead_exchange, dead_queues, declare_topology, delayed_key, task_queues


def find_drift() -> list[str]:
    """A line for each difference, none if there is none. Raises BrokerUnavailable."""
    api = ManagementApi()
    return [*_exchange_drift(api), *_queue_drift(api), *_binding_drift(api), *_policy_drift(api)]


def apply_topology() -> list[str]:
    """Make the broker what the topology wants; returns what differed. Safe to run again, and beside running workers.

    Raises BrokerUnavailable, and QueueInUse where a queue has to be moved that workers consume.
    """
    api = ManagementApi()
    drift = find_drift()
    for queue in queues_to_move(api):
        move_queue(queue)
    declare_topology()
    present = _policies(api)
    for name, policy in wanted_policies().items():
        if present.get(name) != policy:
            api.set_policy(name, policy)
    for name in _unwanted(present):
        api.delete_policy(name)
    return drift


def queues_to_move(api: ManagementApi) -> list[Queue]:
    """Queues that exist with other arguments, which the broker cannot change, and those whose move was broken off."""
    present = {queue["name"]: queue for queue in api.get("queues")}
    return [
        queue
        for queue in (*task_queues(), *dead_queues())
        if moving_name(queue) in present or (queue.name in present and _differs(queue, present[queue.name]))
    ]


def _differs(queue: Queue, present: dict[str, Any]) -> bool:
    # Their type is one of the arguments, and quorum queues are durable and stay.
    return bool(present["arguments"] != queue.queue_arguments)


def _exchange_drift(api: ManagementApi) -> Iterator[str]:
    present = {exchange["name"]: exchange["type"] for exchange in api.get("exchanges")}
    delays = [Exchange(name, type="topic") for name in (*_delays(), CELERY_DELAYED_DELIVERY_EXCHANGE)]
    for exchange in (task_queues()[0].exchange, dead_exchange(), *delays):
        if exchange.name not in present:
            yield f"exchange {exchange.name}: is missing"
        elif present[exchange.name] != exchange.type:
            yield f"exchange {exchange.name}: is of type {present[exchange.name]}, not {exchange.type}"


def _queue_drift(api: ManagementApi) -> Iterator[str]:
    present = {queue["name"]: queue for queue in api.get("queues")}
    for queue in (*task_queues(), *dead_queues()):
        if moving_name(queue) in present:
            yield f"queue {queue.name}: a move was broken off, {moving_name(queue)} is still there"
        if queue.name not in present:
            yield f"queue {queue.name}: is missing"
        elif _differs(queue, present[queue.name]):
            arguments = present[queue.name]["arguments"]
            yield f"queue {queue.name}: has the arguments {arguments}, not {queue.queue_arguments}"
    for name in _delays():
        if name not in present:
            yield f"queue {name}: is missing"


def _delays() -> list[str]:
    """The exchanges and the queues of the same names in which retries wait, which kombu declares."""
    return [level_name(level) for level in reversed(range(MAX_NUMBER_OF_BITS_TO_USE))]


def _binding_drift(api: ManagementApi) -> Iterator[str]:
    present = {(each["source"], each["destination"], each["routing_key"]) for each in api.get("bindings")}
    wanted = [(queue.exchange.name, queue.name, queue.routing_key) for queue in (*task_queues(), *dead_queues())]
    for queue in task_queues():
        # The way of a retry: from the end of the delays to our exchange, and by the same key to its queue.
        key = delayed_key(queue)
        wanted.append((CELERY_DELAYED_DELIVERY_EXCHANGE, queue.exchange.name, key))
        wanted.append((queue.exchange.name, queue.name, key))
    for source, destination, key in wanted:
        if (source, destination, key) not in present:
            yield f"{destination}: is not bound to exchange {source} by {key}"


def _policy_drift(api: ManagementApi) -> Iterator[str]:
    present = _policies(api)
    for name, policy in wanted_policies().items():
        if name not in present:
            yield f"policy {name}: is missing"
        elif present[name] != policy:
            yield f"policy {name}: is {present[name]}, not {policy}"
    for name in _unwanted(present):
        yield f"policy {name}: is not wanted"


def _policies(api: ManagementApi) -> dict[str, Policy]:
    kept = ("pattern", "definition", "priority", "apply-to")
    return {policy["name"]: {key: policy[key] for key in kept} for policy in api.get("policies")}


def _unwanted(present: dict[str, Policy]) -> list[str]:
    """Policies of ours from an earlier version; those of others are none of our business."""
    ours = f"{current_app.conf.task_default_exchange}."
    return sorted(name for name in present if name.startswith(ours) and name not in wanted_policies())
