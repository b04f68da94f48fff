"""One run of a channel: claims what is due, makes it ready in bulk, sends it, and notes what became of it."""

import logging
import time
import uuid
from collections import Counter
from datetime import datetime, timedelta
from itertools import islice

from django.utils import timezone

from apps.notifications.channels.base import Channel, Outgoing
from apps.notifications.courier.claims import LEASE, claim, give_back
from apps.notifications.courier.follow_up import next_due_at
from apps.notifications.courier.marks import Attempt, mark_patiently, skip
from apps.notifications.courier.ready import make_ready
from apps.notifications.courier.seats import leave, take
from apps.notifications.courier.sending import Senders

logger = logging.getLogger(__name__)

# A run ends after so many seconds, and asks for the next one: others get their turn, and a deploy does not wait long.
RUN_SECONDS = 30.0
# What is claimed, read and made ready together, in messages.
CHUNK = 100
# A chunk that was used up in so many seconds is followed by one twice as large, as far as the channel allows: what is
# read for all of them together costs less for each. One that took longer than so many is followed by half as many.
SOON = 5.0
LATE = 15.0
# Seconds between two looks for what is due, while something is sent.
LOOK_AGAIN = 0.5
# A run that has nothing to send waits for what is due within so many seconds, and looks so many seconds apart.
PATIENCE = 2.0
SHORTEST_NAP = 0.25


class Run:
    """What a run has in hand."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._claim_id = uuid.uuid4()
        self._senders = Senders(channel)
        self._ready: list[Outgoing] = []
        self._chunk = CHUNK
        self._claimed_at = time.monotonic() - SOON
        self._begin_before = timezone.now()  # what is ready by then and not begun has waited too long
        self._ends_at = time.monotonic() + RUN_SECONDS
        self._counts: Counter[str] = Counter()

    def go(self) -> dict[str, int]:
        """Send until nothing is due or the time is over. Returns how many tries ended how."""
        try:
            while self._is_time_left() and (self._refill() or self._is_sending() or self._nap()):
                self._start()
                self._note(self._senders.ended(timeout=LOOK_AGAIN))
        finally:
            # Also if the run has failed: what is being sent ends soon, and must be noted.
            self._give_back()
            while self._is_sending():
                self._note(self._senders.ended(timeout=LOOK_AGAIN))
            self._senders.close()
        return dict(self._counts)

    def _is_time_left(self) -> bool:
        return time.monotonic() < self._ends_at

    def _is_ending(self) -> bool:
        """Whether the run would have to wait at its end for what hangs until its deadline."""
        return time.monotonic() > self._ends_at - min(self._channel.send_seconds, RUN_SECONDS / 2)

    def _is_sending(self) -> bool:
        return self._senders.free < self._channel.senders

    def _refill(self) -> bool:
        """Claim more if it will be needed soon. Returns whether anything is ready."""
        if timezone.now() > self._begin_before:
            self._give_back()
        elif self._is_ending():
            self._give_back({one.delivery.lane_id for one in self._ready if one.delivery.lane.failures})
        # What waits for a lane that hangs keeps nothing else from being claimed.
        if not self._is_enough_ready():
            waiting = Counter(one.delivery.lane_id for one in self._ready)
            busy = {lane for lane, count in waiting.items() if count >= self._channel.senders_per_lane}
            claimed_at = timezone.now()
            failing = self._senders.has_room_for_failing and not self._is_ending()
            claimed = claim(self._channel, claim_id=self._claim_id, limit=self._chunk, busy=busy, failing=failing)
            if claimed:
                self._adapt_chunk()
                prepared = make_ready(self._channel, claimed)
                skip(prepared.skipped, self._claim_id)
                self._note(prepared.broken)
                self._ready += prepared.outgoing
                if prepared.skipped:
                    self._counts["skipped"] += len(prepared.skipped)
                self._begin_before = claimed_at + LEASE - timedelta(seconds=self._channel.send_seconds + 10)
        return bool(self._ready)

    def _is_enough_ready(self) -> bool:
        startable = (one for one in self._ready if self._senders.may_start(one))
        return sum(1 for _one in islice(startable, self._channel.senders)) == self._channel.senders

    def _adapt_chunk(self) -> None:
        """Twice as many if the last ones were soon sent, half as many if they had to wait: their claim is short."""
        taken = time.monotonic() - self._claimed_at
        self._claimed_at = time.monotonic()
        if taken < SOON:
            self._chunk = min(self._chunk * 2, self._channel.most_at_once)
        elif taken > LATE:
            self._chunk = max(self._chunk // 2, CHUNK)

    def _start(self) -> None:
        """Begin as much as the senders and the lanes allow."""
        left: list[Outgoing] = []
        for index, message in enumerate(self._ready):
            if not self._senders.free:
                left += self._ready[index:]
                break
            if self._senders.may_start(message):
                self._senders.start(message)
            else:
                left.append(message)
        self._ready = left

    def _note(self, attempts: list[Attempt]) -> None:
        if not attempts:
            return
        mark_patiently(self._channel, attempts, self._claim_id)
        self._counts.update(one.result.outcome.value for one in attempts)
        # What a lane that has just failed still has ready waits for the end of its pause.
        if failed := {one.delivery.lane_id for one in attempts if one.result.blames_lane}:
            self._give_back(failed)

    def _give_back(self, lanes: set[int] | None = None) -> None:
        """Let go of what is ready, of these lanes or of all."""
        given = [one.delivery for one in self._ready if lanes is None or one.delivery.lane_id in lanes]
        if given:
            give_back(given, self._claim_id)
            self._ready = [] if lanes is None else [one for one in self._ready if one.delivery.lane_id not in lanes]

    def _nap(self) -> bool:
        """Wait for what is due in a moment. Returns whether there is any such thing."""
        moment = next_due_at(self._channel.name)
        if moment is None or _seconds_until(moment) > PATIENCE or self._is_ending():
            return False
        time.sleep(max(SHORTEST_NAP, _seconds_until(moment)))
        return True


def _seconds_until(moment: datetime) -> float:
    return (moment - timezone.now()).total_seconds()


def run_channel(channel: Channel, run_id: int) -> dict[str, int]:
    """One run of a channel; asks for the next one if anything is left. Returns how many tries ended how.

    If a run of that number is under way, that one goes on instead.
    """
    if not take(channel.name, run_id):
        return {}
    counts = Run(channel).go()
    leave(channel.name, run_id)
    return counts
