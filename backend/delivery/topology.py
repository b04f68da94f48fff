"""What the broker must have before anything is sent: exchange, queues, bindings, and the ladder of delays."""

from celery import current_app
from kombu.transport.native_delayed_delivery import (
    bind_queue_to_native_delayed_delivery_exchange,
    declare_native_delayed_delivery_exchanges_and_queues,
)

from delivery.broker import BrokerUnavailable, describe, errors_of, is_in_memory, open_connection


def declare_topology() -> list[str]:
    """Declare what Celery's settings describe; returns the queues' names, none where the broker is in memory.

    What is there already, and equal, stays as it is. Raises BrokerUnavailable, also when a queue or exchange exists
    with other arguments: the broker refuses then, and what was declared before stays.

    Workers declare their own queues and the delays as well, when they start. Done here first, a task can be sent, and
    its retry delayed, before there was a worker.
    """
    if is_in_memory():
        return []
    connection = open_connection()
    queues = list(current_app.amqp.queues.values())
    try:
        with connection.channel() as channel:
            for queue in queues:
                queue(channel).declare()
        declare_native_delayed_delivery_exchanges_and_queues(
            connection, current_app.conf.broker_native_delayed_delivery_queue_type
        )
        for queue in queues:
            bind_queue_to_native_delayed_delivery_exchange(connection, queue)
    except errors_of(connection) as error:
        raise BrokerUnavailable(describe(error)) from error
    finally:
        connection.collect()
    return [queue.name for queue in queues]
