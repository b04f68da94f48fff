"""How many messages the broker has."""

from dataclasses import dataclass

from kombu.transport.native_delayed_delivery import MAX_NUMBER_OF_BITS_TO_USE, level_name

from delivery.broker import BrokerUnavailable, is_in_memory
from delivery.management_api import ManagementApi
from delivery.topology import dead_queue_of, task_queues


@dataclass(frozen=True, slots=True)
class MessageCounts:
    """Messages that wait or are with a consumer, as the broker knew them up to five seconds ago."""

    by_queue: dict[str, int]  # of each task queue, with those in its dead-letter queue
    dead: dict[str, int]  # of each task queue, those in its dead-letter queue alone
    delayed: int


def count_messages() -> MessageCounts:
    """By the management API: AMQP does not tell of messages that a consumer has. Raises BrokerUnavailable."""
    if is_in_memory():
        raise BrokerUnavailable("it lives in the memory of its worker, which sends again what was lost when it starts")
    counts = {queue["name"]: int(queue.get("messages", 0)) for queue in ManagementApi().get("queues")}
    dead = {queue.name: counts.get(dead_queue_of(queue.name).name, 0) for queue in task_queues()}
    return MessageCounts(
        by_queue={queue: counts.get(queue, 0) + count for queue, count in dead.items()},
        dead=dead,
        delayed=sum(counts.get(level_name(level), 0) for level in range(MAX_NUMBER_OF_BITS_TO_USE)),
    )
