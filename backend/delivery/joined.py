"""Tasks that later changes join while they wait in the outbox."""

from celery import states
from django_celery_results.models import TaskResult

from delivery.models import OutboxMessage


def may_be_joined(task_id: str) -> bool:
    """Whether changes coalesce with it: then its success says nothing of what has joined since that run began.

    A relay that dies, or loses the broker, leaves rows unsent that a worker has. Such a row is run, joined by a further
    change, and sent again: for this change.
    """
    return OutboxMessage.objects.filter(task_id=task_id).exclude(coalesce_key="").exists()


def forget_success(task_id: str) -> None:
    """Let the task start once more."""
    TaskResult.objects.filter(task_id=task_id, status=states.SUCCESS).delete()
