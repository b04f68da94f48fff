"""What the broker must have before anything is sent: exchanges, queues with their dead-letter queues, and delays.

In code stands what can never change of a queue that exists: its name and type. What may ever change of it stands in a
policy (delivery.policies).
"""

from typing import Any

from celery import current_app
from kombu import Connection, Exchange, Queue
from kombu.transport.native_delayed_delivery import (
    bind_queue_to_native_delayed_delivery_exchange,
    declare_native_delayed_delivery_exchanges_and_queues,
)

from delivery.broker import BrokerUnavailable, describe, errors_of, open_connection


def task_queues() -> list[Queue]:
    """The queues that workers consume, as Celery's settings describe them."""
    return list(current_app.amqp.queues.values())


def dead_exchange() -> Exchange:
    """Where the broker publishes what it gives up."""
    return Exchange(f"{current_app.conf.task_default_exchange}.dead", type="direct", durable=True)


def dead_queue_of(queue_name: str) -> Queue:
    """The queue in which the dead letters of a queue wait to be taken into the table."""
    arguments = {"x-queue-type": current_app.conf.task_default_queue_type}
    return Queue(f"{queue_name}.dead", dead_exchange(), routing_key=queue_name, queue_arguments=arguments)


def dead_queues() -> list[Queue]:
    """The dead-letter queue of each task queue."""
    return [dead_queue_of(queue.name) for queue in task_queues()]


def delayed_key(queue: Queue) -> str:
    """By which kombu binds a queue for what comes out of the delays: their digits stand before its own key."""
    return f"#.{queue.routing_key}"


def declare_topology() -> list[str]:
    """Declare all of it; returns the names of the task queues.

    What is there already, and equal, stays as it is. Raises BrokerUnavailable, also when a queue or exchange exists
    with other arguments: the broker refuses then, and what was declared before stays.

    Workers declare their own queues and the delays as well, when they start, but no dead letters. Done here first, a
    task can be sent, and its retry delayed, before there was a worker.
    """
    connection = open_connection()
    try:
        # Dead letters first: a queue whose dead letters go nowhere must not be there for a moment.
        for queue in (*dead_queues(), *task_queues()):
            declare_queue(connection, queue)
        declare_native_delayed_delivery_exchanges_and_queues(
            connection, current_app.conf.broker_native_delayed_delivery_queue_type
        )
        for queue in task_queues():
            bind_queue_to_native_delayed_delivery_exchange(connection, queue)
    except errors_of(connection) as error:
        raise BrokerUnavailable(describe(error)) from error
    finally:
        connection.collect()
    return [queue.name for queue in task_queues()]


def declare_queue(connection: Connection, queue: Queue) -> None:
    """Declare a queue with its exchange and its binding."""
    with connection.channel() as channel:
        bound: Any = queue(channel)
        bound.declare()
