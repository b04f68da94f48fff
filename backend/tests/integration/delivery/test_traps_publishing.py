"""What publishing promises and what it does not, on the real broker with our configuration."""

from contextlib import suppress

import pytest
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError
from kombu.transport.native_delayed_delivery import MAX_NUMBER_OF_BITS_TO_USE, calculate_routing_key, level_name

from delivery.broker import open_connection
from delivery.drift import apply_topology
from tests.broker import Broker, channel_of
from tests.processes import wait_until


def test_an_unroutable_message_is_taken_in_silence_even_with_confirms_unless_it_is_mandatory(broker: Broker) -> None:
    """So the relay publishes mandatory: test_relay.py, test_a_message_that_no_queue_takes_stays_and_the_others_pass."""
    with open_connection() as connection:
        channel = channel_of(connection)
        channel.confirm_select()
        returned: list[object] = []
        channel.events["basic_return"].add(lambda *given: returned.append(given))
        message = channel.prepare_message(b"lost")
        channel.basic_publish_confirm(message, exchange="placar", routing_key="nowhere")
        assert returned == []
        channel.basic_publish_confirm(message, exchange="placar", routing_key="nowhere", mandatory=True)
        assert len(returned) == 1


def test_a_publish_to_a_frozen_broker_ends_by_the_transport_timeouts_alone(broker: Broker) -> None:
    """A worker's retry: no timeout of the publish itself bounds it."""
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert options == {"read_timeout": 15, "write_timeout": 15, "confirm_publish": True}
    with current_app.connection_for_write(
        transport_options=options | {"read_timeout": 2, "write_timeout": 2}
    ) as opened:
        producer = current_app.amqp.Producer(opened)
        current_app.send_task("events.generate_event_ranking", producer=producer, kwargs={"event_id": 1})
        broker.control("freeze")
        with pytest.raises((OperationalError, *opened.connection_errors)):
            current_app.send_task(
                "events.generate_event_ranking", producer=producer, kwargs={"event_id": 2}, retry=False
            )
        opened.collect()


def test_a_retry_whose_queue_is_gone_waits_in_the_delays_until_there_is_one(broker: Broker) -> None:
    """Workers publish retries not mandatory, and no alternate exchange is set: the queue of the delay keeps them."""
    with open_connection() as connection:
        channel = channel_of(connection)
        channel.queue_delete("rankings")
        channel.confirm_select()
        message = channel.prepare_message(b"late", properties={"delivery_mode": 2})
        key = calculate_routing_key(1, "rankings")
        channel.basic_publish_confirm(message, exchange=level_name(MAX_NUMBER_OF_BITS_TO_USE - 1), routing_key=key)
    wait_until(lambda: broker.count("celery_delayed_0") == 0, "its delay is over")
    apply_topology()
    assert broker.count("rankings") == 0
    # The broker tries again every three minutes, and when it starts; then in vain where the queue is up later.
    wait_until(lambda: comes_after_a_restart(broker), "the message in its queue")


def comes_after_a_restart(broker: Broker) -> bool:
    """Whether a message is in the queue a little later."""
    broker.control("stop")
    broker.control("start")
    with suppress(AssertionError):
        wait_until(lambda: broker.count("rankings") == 1, "the message", seconds=10)
    return broker.count("rankings") == 1
