"""Dead letters for tests, as the consumer would have stored them."""

import uuid
from typing import Any

from delivery.models import DeadLetter

NAME = "events.generate_event_ranking"


def make_dead_letters(count: int, **fields: Any) -> list[DeadLetter]:
    """Of the task NAME for the events 0, 1, 2 and so on, unless told otherwise. Asked for again, it succeeds."""
    given = {
        "queue": "events",
        "task_name": NAME,
        "body": b"[[], {}, {}]",
        "properties": {},
        "headers": {},
        "cause": "rejected",
        "died_at": "2026-01-01T00:00:00Z",
        "exception_type": "RuntimeError",
        "traceback": "Traceback of it",
        "fingerprint": "0" * 16,
    }
    return DeadLetter.objects.bulk_create(
        DeadLetter(
            digest=uuid.uuid4().hex,
            **{"task_id": str(uuid.uuid4()), "kwargs": {"event_id": number}, **given, **fields},
        )
        for number in range(count)
    )
