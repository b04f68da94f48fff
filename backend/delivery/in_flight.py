"""Tasks that were sent and have no final result."""

from datetime import datetime
from typing import Any

from celery import states
from django.db.models import CharField, Exists, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django_celery_results.models import TaskResult

from delivery.models import OutboxMessage

_PARTS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))


class TaskIdText(Func):
    """A task's id as results have it: text with hyphens, which SQLite does not keep in its own form of a UUID."""

    output_field = CharField()
    template = "CAST(%(expressions)s AS varchar)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        text = " || '-' || ".join(f"substr(%(expressions)s, {start}, {length})" for start, length in _PARTS)
        sql, parameters = self.as_sql(compiler, connection, template=text, **context)
        return sql, list(parameters) * len(_PARTS)


def in_flight() -> QuerySet[OutboxMessage]:
    """Sent, and neither succeeded nor given up: with the broker or a worker, or lost."""
    return sent_without(Q(status__in=states.READY_STATES))


def sent_without(result: Q) -> QuerySet[OutboxMessage]:
    """Sent, and no result of theirs is like this."""
    found = TaskResult.objects.filter(result, task_id=TaskIdText(OuterRef("task_id")))
    return OutboxMessage.objects.filter(~Exists(found), sent_at__isnull=False)


def unheard_of(since: datetime) -> QuerySet[OutboxMessage]:
    """Sent before, and no worker has said a word of them from then on. What is known to run is in a worker's hands."""
    heard = Q(status__in=[*states.READY_STATES, states.STARTED]) | Q(date_done__gte=since)
    return sent_without(heard).filter(sent_at__lt=since)


def with_heard_at(messages: QuerySet[OutboxMessage]) -> QuerySet[Any]:
    """With `heard_at`: when it was sent, or a worker last said something of it."""
    result = TaskResult.objects.filter(task_id=TaskIdText(OuterRef("task_id"))).values("date_done")
    return messages.annotate(heard_at=Greatest("sent_at", Coalesce(Subquery(result), "sent_at")))
