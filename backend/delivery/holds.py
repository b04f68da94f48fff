"""What operators do: hold work, and release it. Each act is recorded in the transaction that does it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from delivery.arguments import check_kwargs
from delivery.held import held
from delivery.models import Hold, OperatorAct, OutboxMessage
from delivery.names import known_queues, known_task_names
from delivery.outbox import wake_relays


class HoldRefused(Exception):
    """The hold makes no sense, or there is none to release; the text says why."""


@transaction.atomic
def hold_work(
    *,
    queue: str = "",
    task_name: str = "",
    argument: str = "",
    value: Any = None,
    until: datetime | None = None,
    reason: str,
    who: str,
) -> Hold:
    """Keep a queue, a task name, or tasks whose argument has this JSON value from running.

    Once this is committed no task of it starts, wherever its message is; what runs already goes on. Raises HoldRefused.
    """
    hold = Hold(
        queue=queue,
        task_name=task_name,
        argument=argument,
        value=value,
        until=until,
        reason=reason.strip(),
        created_by=who,
    )
    check_hold(hold)
    hold.save()
    _record(OperatorAct.Action.HOLD, hold, who=who, reason=reason)
    # A relay that sleeps has to learn when this hold ends.
    wake_relays()
    return hold


@transaction.atomic
def release_hold(hold_id: int, *, reason: str, who: str) -> Hold:
    """Let what is held go out, in the order in which it was asked for, unless another hold keeps it.

    Raises HoldRefused.
    """
    hold = Hold.objects.select_for_update().filter(pk=hold_id).first()
    if hold is None:
        raise HoldRefused(f"hold {hold_id}: there is none")
    if (over := why_over(hold)) is not None:
        raise HoldRefused(f"hold {hold_id}: {over}")
    _check_reason(reason)
    # While it still holds: what it releases is counted.
    _record(OperatorAct.Action.RELEASE, hold, who=who, reason=reason)
    hold.released_at, hold.released_by = timezone.now(), who
    hold.save(update_fields=["released_at", "released_by"])
    wake_relays()
    return hold


def check_hold(hold: Hold) -> None:
    """Raise HoldRefused, naming the place, unless the hold makes sense."""
    if bool(hold.queue) == bool(hold.task_name or hold.argument):
        raise HoldRefused("hold: needs either a queue, or a task name or an argument or both of these")
    if hold.queue and hold.queue not in (queues := known_queues()):
        raise HoldRefused(f"queue {hold.queue!r}: is unknown; there are {', '.join(queues)}")
    if hold.task_name and hold.task_name not in (names := known_task_names()):
        raise HoldRefused(f"task {hold.task_name!r}: is unknown; there are {', '.join(names)}")
    _check_argument(hold)
    if hold.until is not None and hold.until <= timezone.now():
        raise HoldRefused(f"until: {describe_time(hold.until)} is past")
    _check_reason(hold.reason)


def why_over(hold: Hold) -> str | None:
    """How the hold ended, or None while it is in force."""
    if hold.released_at is not None:
        return f"was released by {hold.released_by} at {describe_time(hold.released_at)}"
    if hold.until is not None and hold.until <= timezone.now():
        return f"ended by itself at {describe_time(hold.until)}"
    return None


def count_waiting(hold: Hold) -> int:
    """How many tasks wait in the outbox that the hold keeps. Those still with the broker come to it when they start."""
    return held(OutboxMessage.objects.filter(sent_at__isnull=True), [hold]).count()


def describe_time(moment: datetime) -> str:
    """In the zone of the settings, to the second."""
    return timezone.localtime(moment).isoformat(" ", "seconds")


def _check_argument(hold: Hold) -> None:
    if not hold.argument:
        if hold.value is not None:
            raise HoldRefused("value: needs the name of an argument")
        return
    if not hold.argument.isidentifier():
        raise HoldRefused(f"argument {hold.argument!r}: is no name of an argument")
    try:
        check_kwargs({hold.argument: hold.value})
    except ValueError as error:
        raise HoldRefused(str(error)) from error


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise HoldRefused("reason: must say why")


def _record(action: OperatorAct.Action, hold: Hold, *, who: str, reason: str) -> None:
    OperatorAct.objects.create(
        who=who,
        action=action,
        selector={"hold": hold.pk} | hold.selector(),
        count=count_waiting(hold),
        reason=reason.strip(),
    )
