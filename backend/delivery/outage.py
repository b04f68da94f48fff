"""What to say, and how long to wait, while something that is needed is gone."""

import logging
import random

logger = logging.getLogger(__name__)

FIRST_PAUSE = 0.25
# Short, because work that is due waits for it; long enough not to be a burden on what is coming up again.
LONGEST_PAUSE = 5.0


class Outage:
    """Says once that something is gone and once that it is back; in between the pauses grow."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._failures = 0

    def begin_or_go_on(self, reason: object) -> float:
        """Note a failure; returns how many seconds to wait before the next try."""
        if not self._failures:
            logger.warning("%s unavailable, trying again until it is back: %s", self._name, reason)
        self._failures += 1
        pause = min(FIRST_PAUSE * 2.0 ** min(self._failures - 1, 10), LONGEST_PAUSE)
        # Relays that lost the same broker at the same moment should not all come back at the same moment.
        return pause * random.uniform(0.5, 1.0)  # noqa: S311 - not a secret

    def end(self) -> None:
        """Note a success."""
        if self._failures:
            logger.info("%s available again after %d failed tries", self._name, self._failures)
        self._failures = 0
