"""The names of queues and tasks that mean something here."""

from functools import cache

from celery import current_app

from delivery.models import OutboxMessage

CELERYS_OWN = "celery."


def known_queues() -> list[str]:
    """The queues of Celery's settings."""
    return sorted(current_app.amqp.queues)


def known_task_names() -> list[str]:
    """The tasks that this code has, and those that wait, which another release may have asked for."""
    waiting = OutboxMessage.objects.filter(sent_at__isnull=True).order_by().values_list("task_name", flat=True)
    return sorted(registered_tasks() | set(waiting.distinct()))


@cache
def registered_tasks() -> frozenset[str]:
    """The tasks that this code has."""
    # Web processes and commands run no task, so nothing has imported them yet.
    current_app.autodiscover_tasks(force=True)
    return frozenset(name for name in current_app.tasks if not name.startswith(CELERYS_OWN))
