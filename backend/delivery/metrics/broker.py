"""The broker by its management API, which knows of messages up to five seconds late."""

from collections.abc import Iterable
from typing import Any

from kombu.transport.native_delayed_delivery import MAX_NUMBER_OF_BITS_TO_USE, level_name
from prometheus_client.metrics_core import Metric

from delivery.broker import is_in_memory
from delivery.drift import find_drift
from delivery.management_api import ManagementApi, NotAllowed
from delivery.metrics.families import Values, gauge, single
from delivery.topology import dead_queues, task_queues

Queues = dict[str, dict[str, Any]]


def look() -> Iterable[Metric]:
    """Queues, nodes, and what differs from the topology. Nothing of a broker in memory. Raises BrokerUnavailable."""
    if is_in_memory():
        return
    api = ManagementApi()
    found: Queues = {queue["name"]: queue for queue in api.get("queues")}
    ours = {queue.name: found[queue.name] for queue in (*task_queues(), *dead_queues()) if queue.name in found}
    for key, text in (
        ("messages_ready", "Messages that wait in the queue."),
        ("messages_unacknowledged", "Messages that a consumer has in hand."),
        ("consumers", "Consumers of the queue: one for each worker, whatever its processes."),
    ):
        yield _by_queue(f"placar_queue_{key}", text, {queue: int(of.get(key, 0)) for queue, of in ours.items()})
    yield from _replicas(ours)
    delays = (found.get(level_name(level), {}) for level in range(MAX_NUMBER_OF_BITS_TO_USE))
    delayed = sum(int(delay.get("messages", 0)) for delay in delays)
    yield single("placar_queue_messages_delayed", "Messages that wait for their retry, of all queues.", delayed)
    differences = len(find_drift())
    yield single("placar_topology_differences", "What differs from the topology: `topology plan`.", differences)
    yield from _nodes(api)


def _replicas(ours: Queues) -> Iterable[Metric]:
    """Of quorum queues, which are on several nodes."""
    members = {queue: len(of["members"]) for queue, of in ours.items() if "members" in of}
    online = {queue: len(ours[queue].get("online", [])) for queue in members}
    yield _by_queue("placar_queue_replicas", "Nodes that have a replica of the queue.", members)
    yield _by_queue("placar_queue_replicas_online", "Of them those that are there.", online)


def _nodes(api: ManagementApi) -> Iterable[Metric]:
    """None to users without RabbitMQ's tag `monitoring`."""
    try:
        nodes = api.nodes()
    except NotAllowed:
        return
    running = [node for node in nodes if node.get("running")]
    yield gauge(
        "placar_broker_nodes",
        "Nodes of the cluster, by whether they run.",
        ["state"],
        {("running",): len(running), ("down",): len(nodes) - len(running)},
    )
    alarms: Values = {(kind,): sum(bool(node.get(f"{key}_alarm")) for node in running) for kind, key in _KINDS.items()}
    yield gauge(
        "placar_broker_alarms", "Nodes with the alarm: while there is one nobody can publish.", ["alarm"], alarms
    )


_KINDS = {"memory": "mem", "disk": "disk_free"}


def _by_queue(name: str, text: str, values: dict[str, int]) -> Metric:
    return gauge(name, text, ["queue"], {(queue,): value for queue, value in values.items()})
