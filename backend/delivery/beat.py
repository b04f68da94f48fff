"""The scheduler of `celery beat`: enqueues due slots, and never speaks to the broker. Any number of beats may run."""

from typing import Any

from celery.beat import Scheduler
from django.db import DatabaseError, InterfaceError, connection

from delivery.firing import Firing
from delivery.heartbeat import Heartbeat
from delivery.lock_waits import bound_lock_waits
from delivery.outage import Outage

# How often the schedules are looked at; a slot fires and an edit is live so much later at most.
LOOK_SECONDS = 1


class OutboxScheduler(Scheduler):
    """Looks at the schedules' rows at each tick; between two ticks it remembers nothing that matters.

    Celery builds a scheduler while it starts, again in its handler of SIGTERM if that comes first, and once more for
    its banner. So building one does nothing but that: no query and no connection.
    """

    max_interval = LOOK_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._firing = Firing()
        self._outage = Outage("database")
        self._heartbeat = Heartbeat("beat")
        self._is_closed = False

    def setup_schedule(self) -> None:
        """Nothing: there are no schedules but rows, not even Celery's own entry for backend_cleanup."""

    def tick(self, *_args: Any, **_kwargs: Any) -> float:
        """Fire what is due. Returns how many seconds to sleep."""
        if self._is_closed:
            # The signal's SystemExit was raised where Python swallows exceptions.
            raise SystemExit
        try:
            bound_lock_waits()
            has_more = self._firing.fire_due()
        except (DatabaseError, InterfaceError) as error:
            # Tables that are not migrated yet, too: a supervisor's restart would be no better.
            connection.close()
            self._heartbeat.beat("waiting for the database")
            return self._outage.begin_or_go_on(str(error).strip())
        self._outage.end()
        self._heartbeat.beat()
        return 0.0 if has_more else min(LOOK_SECONDS, float(self.max_interval))

    def close(self) -> None:
        """Called by the handler of SIGTERM, in the middle of whatever runs: only notes it."""
        self._is_closed = True
