"""The relay: sends what waits in the outbox to the broker. Any number of them may run."""

import logging
import time
from collections.abc import Mapping, Sequence

from django.db import transaction

from delivery.claims import claim, mark_refused, mark_sent, seconds_until_due
from delivery.followed_batches import tell_of_batch
from delivery.long_running import LongRunning
from delivery.messages import Row
from delivery.publisher import Publisher, make_publisher

logger = logging.getLogger(__name__)

# One commit and one wait for the last confirm are shared by so many; a relay that dies sends so many again at most.
BATCH_SIZE = 1000
POLL_SECONDS = 1.0
# Due rows that are locked belong to a request or another relay, which will be done or dead soon.
LOCKED_ROWS_PAUSE = 0.05
# From one batch to the next at least: of a steady stream several rows go together, since a batch of one costs the
# database and this process nearly as much as one of a hundred. A row that comes alone does not wait.
BATCH_SECONDS = 0.01


class Relay(LongRunning):
    """Claims due rows, sends them, and marks those that the broker has confirmed, batch by batch.

    Claiming and marking share one transaction. When the relay or the broker dies in between, the rows stay unsent and
    go out again: a message may be sent twice, but never lost.
    """

    def __init__(self, *, batch_size: int = BATCH_SIZE, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__("relay")
        self._batch_size = batch_size
        self._poll_seconds = poll_seconds
        self._publisher: Publisher = make_publisher()
        self._last_batch_at = 0.0  # of time.monotonic()
        self._is_woken = False

    def run(self) -> None:
        """Send until stopped."""
        super().run()
        self._publisher.close()

    def _work(self) -> None:
        """Send what is due, or sleep until something may be."""
        # Listening comes before looking: what is committed in between is notified.
        self._wakeup.listen()
        # Only to sleep it must know how long: what was just committed is sent a query earlier.
        due_in = 0.0 if self._is_woken else seconds_until_due()
        self._is_woken = False
        if due_in is not None and due_in <= 0:
            self._send_due()
        else:
            self._publisher.keep_alive()
            self._is_woken = self._wakeup.wait(
                self._poll_seconds if due_in is None else min(self._poll_seconds, due_in)
            )
        self._database_outage.end()

    def _send_due(self) -> None:
        # Before the rows are claimed, so that a broker that is gone costs no lock.
        self._publisher.connect()
        self._wakeup.pause(max(0.0, self._last_batch_at + BATCH_SECONDS - time.monotonic()))
        self._last_batch_at = time.monotonic()
        claimed = self._send_batch()
        if not claimed:
            self._is_woken = self._wakeup.wait(LOCKED_ROWS_PAUSE)
        while claimed == self._batch_size and not self._wakeup.stopping:
            self._heartbeat.beat()
            claimed = self._send_batch()

    def _send_batch(self) -> int:
        """Returns how many rows were claimed."""
        with transaction.atomic():
            rows = claim(self._batch_size)
            if not rows:
                return 0
            started = time.time()
            reasons = self._publisher.publish(rows)
            seconds = (started, time.time())
            sent = [row for row in rows if row.id not in reasons]
            mark_sent(sent)
            refused = [row for row in rows if row.id in reasons]
            mark_refused(refused, reasons)
        self._broker_outage.end()
        tell_of_batch(sent, refused, seconds)
        _log_refused(refused, reasons)
        return len(rows)


def _log_refused(rows: Sequence[Row], reasons: Mapping[int, str]) -> None:
    for row in rows:
        fields = {"task_id": str(row.task_id), "task": row.task_name, "correlation_id": row.correlation_id}
        extra = {"fields": fields}
        logger.error("%s %s not taken by the broker: %s", row.task_name, row.task_id, reasons[row.id], extra=extra)
