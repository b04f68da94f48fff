"""Ask for work: a row in the transaction that makes it necessary."""

import uuid
from datetime import datetime
from typing import Any

from delivery.models import OutboxMessage


def enqueue(
    task_name: str,
    kwargs: dict[str, Any],
    *,
    coalesce_key: str | None = None,
    not_before: datetime | None = None,
) -> uuid.UUID:
    """Write that a task has to run; it is sent once the caller's transaction has committed.

    Returns the task's id.
    """
    message = OutboxMessage.objects.create(
        task_name=task_name, kwargs=kwargs, coalesce_key=coalesce_key or "", not_before=not_before
    )
    return message.task_id
