"""Messages and holds for tests."""

import uuid
from typing import Any

from delivery.holds import hold_work
from delivery.models import Hold
from delivery.outbox import enqueue

NAME = "events.generate_event_ranking"
OTHER = "events.import_scores"
STANDINGS = "rankings.refresh_standings"


def ask(task_name: str = NAME, **kwargs: Any) -> uuid.UUID:
    """A message in the outbox."""
    return enqueue(task_name, kwargs)


def hold(**what: Any) -> Hold:
    """A hold by ana."""
    return hold_work(**({"reason": "a wrong rule", "who": "ana"} | what))
