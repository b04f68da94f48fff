"""Replaces a queue whose arguments must change, which the broker does for no queue that exists. No message is lost.

New messages go to a queue beside it while the old one is emptied into that one, deleted and declared anew; then they
go back. A move that was broken off at any step is finished by the next one.
"""

from typing import Any

from amqp.exceptions import NotFound
from kombu import Queue
from kombu.transport.native_delayed_delivery import bind_queue_to_native_delayed_delivery_exchange

from delivery.broker import BrokerUnavailable, describe, errors_of, open_connection
from delivery.topology import declare_queue, delayed_key, task_queues


class QueueInUse(Exception):
    """A queue cannot be moved while workers hold messages of it."""


def moving_name(queue: Queue) -> str:
    """The queue beside it."""
    return f"{queue.name}.moving"


def move_queue(queue: Queue) -> None:
    """Replace the queue by one with the wanted arguments. Raises QueueInUse and BrokerUnavailable."""
    beside = Queue(
        moving_name(queue), queue.exchange, routing_key=queue.routing_key, queue_arguments=queue.queue_arguments
    )
    connection = open_connection()
    try:
        channel: Any = connection.default_channel
        _require_unused(connection, queue.name)
        _bind(connection, beside)
        if _exists(connection, queue.name):
            _unbind(channel, queue)
            _pour(connection, queue.name, beside.name)
            _delete(channel, queue.name)
        _bind(connection, queue)
        _unbind(channel, beside)
        _pour(connection, beside.name, queue.name)
        _delete(channel, beside.name)
    except errors_of(connection) as error:
        raise BrokerUnavailable(f"queue {queue.name} not moved: {describe(error)}") from error
    finally:
        connection.collect()


def _require_unused(connection: Any, name: str) -> None:
    with connection.channel() as channel:
        try:
            consumers = channel.queue_declare(name, passive=True).consumer_count
        except NotFound:
            return
    if consumers:
        who = "manage.py consume_dead_letters" if name.endswith(".dead") else "its workers"
        raise QueueInUse(f"queue {name} is in use ({consumers} consuming): stop {who}, then apply again")


def _exists(connection: Any, name: str) -> bool:
    with connection.channel() as channel:
        try:
            channel.queue_declare(name, passive=True)
        except NotFound:
            return False
    return True


def _bind(connection: Any, queue: Queue) -> None:
    declare_queue(connection, queue)
    if _is_delayed(queue):
        bind_queue_to_native_delayed_delivery_exchange(connection, queue)


def _unbind(channel: Any, queue: Queue) -> None:
    channel.queue_unbind(queue.name, queue.exchange.name, queue.routing_key)
    if _is_delayed(queue):
        channel.queue_unbind(queue.name, queue.exchange.name, delayed_key(queue))


def _is_delayed(queue: Queue) -> bool:
    """Whether retries come to it: to task queues, not to those of dead letters."""
    return queue.exchange.name == task_queues()[0].exchange.name


def _pour(connection: Any, source: str, target: str) -> None:
    """Every message, one confirmed after the other: it leaves the source when the target has it.

    On a channel of its own: RabbitMQ keeps a queue's type with the channel, also when there is another of that name.
    """
    with connection.channel() as channel:
        channel.confirm_select()
        while message := channel.basic_get(source):
            channel.basic_publish_confirm(message, exchange="", routing_key=target, mandatory=True)
            channel.basic_ack(message.delivery_tag)


def _delete(channel: Any, name: str) -> None:
    """Delete a queue that nothing is bound to. Quorum queues do not know the broker's own checks of this."""
    found = channel.queue_declare(name, passive=True)
    if found.consumer_count or found.message_count:
        raise QueueInUse(f"queue {name}: somebody uses it while it is moved; stop them, then apply again")
    channel.queue_delete(name)
