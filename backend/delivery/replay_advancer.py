"""Takes the steps of replays, beside the dead-letter consumer and on a database connection of its own."""

from delivery.long_running import LongRunning
from delivery.replays import advance_replays

# A canary is seen to end, and the next step follows the last one, so much later at most.
LOOK_SECONDS = 0.05
# Where nothing is under way.
IDLE_SECONDS = 1.0


class ReplayAdvancer(LongRunning):
    """Any number of these may run."""

    def __init__(self) -> None:
        super().__init__("replays")

    def _work(self) -> None:
        is_under_way = advance_replays()
        self._database_outage.end()
        self._wakeup.pause(LOOK_SECONDS if is_under_way else IDLE_SECONDS)
