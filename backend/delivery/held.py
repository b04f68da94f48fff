"""Which tasks of the outbox are held, asked in SQL alone: relay, worker and ledger can never differ about a task."""

from collections.abc import Iterable, Sequence

from celery import states
from django.db import transaction
from django.db.models import BigIntegerField, Case, JSONField, Q, QuerySet, Value, When
from django.db.models.fields.json import KeyTransform, KeyTransformExact
from django.db.models.lookups import IsNull
from django_celery_results.models import TaskResult

from delivery.messages import NoRoute, queue_of
from delivery.models import Hold, OutboxMessage


def active_holds() -> list[Hold]:
    """All holds in force now, the oldest first."""
    return list(Hold.objects.active().order_by("id"))


def free(messages: QuerySet[OutboxMessage], holds: Sequence[Hold]) -> QuerySet[OutboxMessage]:
    """Those of the messages that none of the holds keeps."""
    return messages.filter(IsNull(_holder(messages, holds), True)) if holds else messages


def held(messages: QuerySet[OutboxMessage], holds: Sequence[Hold]) -> QuerySet[OutboxMessage]:
    """Those of the messages that one of the holds keeps."""
    return messages.filter(IsNull(_holder(messages, holds), False)) if holds else messages.none()


def holders_of(messages: QuerySet[OutboxMessage]) -> dict[int, Hold]:
    """By the id of each of the messages that is held, the oldest hold that keeps it."""
    holds = {hold.pk: hold for hold in active_holds()}
    if not holds:
        return {}
    holder = _holder(messages, list(holds.values()))
    found = messages.annotate(holder=holder).values_list("pk", "holder")
    return {pk: holds[hold] for pk, hold in found if hold is not None}


def give_back_if_held(task_id: str) -> Hold | None:
    """Let the task wait in the outbox again if it is held; returns the hold.

    Its result row goes: the worker has noted there that the task runs, which it will not. But not where another run
    has succeeded since: it would be forgotten, and the task run once more.
    """
    message = OutboxMessage.objects.filter(task_id=task_id)
    hold = next(iter(holders_of(message).values()), None)
    if hold is not None:
        with transaction.atomic():
            # Waits for a relay that has not yet committed that it sent the message: ours is the last word.
            message.update(sent_at=None)
            TaskResult.objects.filter(task_id=task_id).exclude(status=states.SUCCESS).delete()
    return hold


def _holder(messages: QuerySet[OutboxMessage], holds: Sequence[Hold]) -> Case:
    """In SQL: the id of the first of the holds that keeps a message, or NULL."""
    # The database does not know the routes. A name whose first message is committed after this question is sent
    # once; the worker gives it back.
    names = set(_names(messages)) if any(hold.queue for hold in holds) else set()
    cases = [When(_condition(hold, names), then=Value(hold.pk)) for hold in holds]
    # CASE takes the unknown for false: a message without the argument is not held by it.
    return Case(*cases, default=None, output_field=BigIntegerField())


def _names(messages: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage, str]:
    return messages.order_by().values_list("task_name", flat=True).distinct()


def _condition(hold: Hold, names: Iterable[str]) -> Q:
    if hold.queue:
        return Q(task_name__in=[name for name in names if _is_routed_to(hold.queue, name)])
    condition = Q(task_name=hold.task_name) if hold.task_name else Q()
    if hold.argument:
        # Not `kwargs__NAME`: an argument may be called like a lookup of Django's.
        value = Value(hold.value, output_field=JSONField())
        condition &= Q(KeyTransformExact(KeyTransform(hold.argument, "kwargs"), value))
    return condition


def _is_routed_to(queue: str, task_name: str) -> bool:
    try:
        return bool(queue_of(task_name).name == queue)
    except NoRoute:
        return False
