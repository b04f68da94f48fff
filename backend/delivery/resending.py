"""Sending again what was sent and got lost."""

from collections.abc import Iterable

from django.db import transaction

from delivery.in_flight import in_flight
from delivery.models import OperatorAct, OutboxMessage
from delivery.outbox import wake_relays


class ResendRefused(Exception):
    """What was asked for cannot be done; the text says why."""


@transaction.atomic
def resend_tasks(messages: Iterable[OutboxMessage], *, who: str, reason: str) -> int:
    """Let the relays send the messages again, under their own ids; returns how many.

    What is finished meanwhile is left out, and what finishes before its second message comes is not run again. Raises
    ResendRefused.
    """
    if not reason.strip():
        raise ResendRefused("reason: must say why")
    ids = [message.pk for message in messages]
    count = in_flight().filter(pk__in=ids).update(sent_at=None)
    if count:
        OperatorAct.objects.create(
            who=who, action=OperatorAct.Action.RESEND, selector={"ids": ids}, count=count, reason=reason.strip()
        )
        wake_relays()
    return count
