"""The threads that send: they wait for the other side, so that the run itself never does."""

import logging
import queue
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from django.utils import timezone

from apps.notifications.channels.base import Channel, Outcome, Outgoing, Result, Sender
from apps.notifications.courier.marks import Attempt
from telemetry import correlation, tracing

# Seconds.
MOMENT = 0.01

logger = logging.getLogger(__name__)


class Senders:
    """The senders of a run. Each is used by one thread at a time and none of them touches the database."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._idle: queue.SimpleQueue[Sender] = queue.SimpleQueue()
        self._opened: list[Sender] = []
        self._threads = ThreadPoolExecutor(channel.senders, thread_name_prefix=channel.name)
        self._under_way: dict[Future[Attempt], Outgoing] = {}
        self._of_lane: Counter[int] = Counter()  # how many are under way by each; asked for every message that waits
        self._failing = 0  # how many by lanes that have failed
        self._run = tracing.carrier()  # what the threads do not see

    @property
    def free(self) -> int:
        """How many more messages can be sent at this moment."""
        return self._channel.senders - len(self._under_way)

    def may_start(self, message: Outgoing) -> bool:
        """Whether its lane has not yet its share of the senders.

        Lanes that have failed get one sender each, and half of the senders at most: the others are for those that work.
        """
        of_lane = self._of_lane[message.delivery.lane_id]
        if not message.delivery.lane.failures:
            return of_lane < self._channel.senders_per_lane
        return of_lane < 1 and self.has_room_for_failing

    @property
    def has_room_for_failing(self) -> bool:
        """Whether lanes that have failed have not yet half of the senders."""
        return self._failing < max(1, self._channel.senders // 2)

    def start(self, message: Outgoing) -> None:
        """Send it."""
        self._under_way[self._threads.submit(self._send, message)] = message
        self._count(message, 1)

    def ended(self, *, timeout: float) -> list[Attempt]:
        """The tries that have ended, as soon as there is one; none after `timeout` seconds, or if nothing is sent.

        With it those that end in the same moment: they are noted together, which costs little more than one.
        """
        done, others = wait(self._under_way, timeout, FIRST_COMPLETED) if self._under_way else (set(), set())
        if done and others:
            done |= wait(others, MOMENT).done
        for future in done:
            self._count(self._under_way.pop(future), -1)
        return [future.result() for future in done]

    def _count(self, message: Outgoing, step: int) -> None:
        self._of_lane[message.delivery.lane_id] += step
        if message.delivery.lane.failures:
            self._failing += step

    def close(self) -> None:
        """End the threads, once what they send is sent, and the connections."""
        self._threads.shutdown()
        for sender in self._opened:
            sender.close()

    def _send(self, message: Outgoing) -> Attempt:
        """As work of the request that the message goes back to, and not of the run, which sends those of many."""
        told = message.delivery.notification.announcement
        attributes = {"placar.channel": self._channel.name, "placar.delivery": str(message.delivery.uuid)}
        name = f"send {self._channel.name}"
        with (
            correlation.use(told.correlation_id),
            tracing.span(name, "client", attributes, parent=told.trace_context, links=[self._run]) as span,
        ):
            started_at, started = timezone.now(), time.monotonic()
            result = self._try(message)
            took = int((time.monotonic() - started) * 1000)
            span.set({"placar.outcome": result.outcome.value})
            if result.outcome != Outcome.SENT:
                span.fail(result.outcome.value)
            logger.info("delivery %s by %s: %s", message.delivery.pk, self._channel.name, result.outcome.value)
        return Attempt(message.delivery, result, started_at, took, message.carried_ids)

    def _try(self, message: Outgoing) -> Result:
        try:
            sender = self._idle.get_nowait()
        except queue.Empty:
            sender = self._channel.open()
            self._opened.append(sender)
        try:
            return sender.send(message)
        except Exception:
            # A fault of ours, or an answer that nobody has thought of: no reason to lose the message. What it was is
            # for staff: owners of webhooks read the answers.
            logger.exception("delivery %s by %s", message.delivery.pk, self._channel.name)
            return Result(Outcome.RETRY, "it could not be sent; the log says why")
        finally:
            self._idle.put(sender)
