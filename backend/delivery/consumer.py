"""The consumer of our workers: Celery's own, but no message ends it or is lost unread, and no node keeps it waiting."""

import logging
from collections.abc import Callable
from typing import Any

from celery.signals import worker_shutting_down
from celery.worker import consumer
from celery.worker.consumer import delayed_delivery
from kombu.transport.native_delayed_delivery import (
    bind_queue_to_native_delayed_delivery_exchange,
    declare_native_delayed_delivery_exchanges_and_queues,
)

from delivery.following import correlation_in
from delivery.heartbeat import INTERVAL_SECONDS, Heartbeat
from telemetry import correlation

logger = logging.getLogger(__name__)


class DelayedDelivery(delayed_delivery.DelayedDelivery):
    """Declares the delays on the worker's own connection.

    Celery's connects to every address of the broker, one after the other, and waits for those that are down. With one
    node of three gone each worker stood still for ten seconds, and for longer where the node is silent.
    """

    def start(self, c: Any) -> None:
        """When the connection fails the consumer begins anew with the next address."""
        queue_type = c.app.conf.broker_native_delayed_delivery_queue_type
        declare_native_delayed_delivery_exchanges_and_queues(c.connection, queue_type)
        for queue in c.app.amqp.queues.values():
            try:
                bind_queue_to_native_delayed_delivery_exchange(c.connection, queue)
            except c.channel_errors as error:
                # A queue that is missing, and that this worker does not consume, is no reason not to work.
                logger.error("retries to queue %s wait until manage.py topology has mended it: %s", queue.name, error)


class Consumer(consumer.Consumer):
    """Set by CELERY_WORKER_CONSUMER."""

    class Blueprint(consumer.Consumer.Blueprint):  # type: ignore[misc,valid-type] # a variable in its stubs
        """Celery's steps with ours in the place of its own."""

        default_steps = [
            DelayedDelivery if step == "celery.worker.consumer.delayed_delivery:DelayedDelivery" else step
            for step in consumer.Consumer.Blueprint.default_steps
        ]

    def __init__(self, on_task_request: Any, *, worker_options: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """Without asking other workers at the start what they have revoked: Placar holds tasks, and revokes none.

        That question costs a second at each new connection, and a worker that connects while the broker is in memory
        alarm would wait for its confirm, instead of emptying the queues, which is what ends the alarm.
        """
        options = {**(worker_options or {}), "without_mingle": True}
        self._heartbeat = Heartbeat("worker")
        # The loop may end long before the tasks in hand do, which is no reason to kill them.
        worker_shutting_down.connect(self._say_that_it_ends)
        super().__init__(on_task_request, worker_options=options, **kwargs)

    def register_with_event_loop(self, hub: Any) -> None:
        """Signs of life by the loop's own timer: they end with the loop, whatever the child processes do."""
        super().register_with_event_loop(hub)
        self._heartbeat.beat()
        hub.call_repeatedly(INTERVAL_SECONDS, self._heartbeat.beat)

    def ensure_connected(self, conn: Any) -> Any:
        """With signs of life while it tries, which may be for as long as the broker is down."""
        ensure = conn.ensure_connection

        def ensure_connection(*args: Any, callback: Callable[[], None], **kwargs: Any) -> Any:
            def called_each_second() -> None:
                self._heartbeat.beat("waiting for the broker")
                callback()

            return ensure(*args, callback=called_each_second, **kwargs)

        conn.ensure_connection = ensure_connection
        return super().ensure_connected(conn)

    def _say_that_it_ends(self, **_kwargs: Any) -> None:
        self._heartbeat.beat_for_the_last_time("ending after the tasks in hand")

    def connection_for_write(self, url: str | None = None, heartbeat: float | None = None) -> Any:
        """For events, such as the worker's sign of life every two seconds: without confirms.

        They are sent by the loop that does all else. Where each waits for its confirm, the whole worker stands still
        as long as the broker takes no messages.
        """
        options = {"confirm_publish": False}
        return self.ensure_connected(
            self.app.connection_for_write(url=url, heartbeat=heartbeat, transport_options=options)
        )

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], None]:
        """Celery's own, but what it trips over is rejected and so becomes a dead letter.

        A body that is no list, a missing id or a name that is no text would stop the whole worker: it ends, again at
        each delivery and with a delivery spent of every task in hand, or stays and consumes nothing more.
        """
        handle = super().create_task_handler(*args, **kwargs)

        def handle_or_reject(message: Any) -> None:
            headers = message.headers if isinstance(message.headers, dict) else {}
            try:
                with correlation.use(correlation_in(headers, headers.get("id"))):
                    handle(message)
            except (*self.connection_errors, *self.channel_errors):  # type: ignore[attr-defined] # its stubs lack them
                raise
            except Exception:
                logger.critical("a message cannot be read: %r", message.headers, exc_info=True)
                if not message.acknowledged:
                    message.reject_log_error(logger, self.connection_errors)  # type: ignore[attr-defined]

        return handle_or_reject

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Reject it, so that it becomes a dead letter. Celery acknowledges it, and nothing is left of it."""
        logger.critical("a message of type %s cannot be decoded: %s", message.content_type, exc)
        message.reject_log_error(logger, self.connection_errors)  # type: ignore[attr-defined] # its stubs lack it
