"""Which outbox rows are due, and what becomes of them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import connection
from django.db.models import F, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from delivery.held import active_holds, free
from delivery.messages import Row
from delivery.models import OutboxMessage

FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=1)


def seconds_until_due() -> float | None:
    """How long until the next waiting row is due, or a hold ends; 0 or less: now; None: nothing will be by itself.

    A held row is not due, however long it waits: it would be looked for again and again.
    """
    holds = active_holds()
    waiting = free(OutboxMessage.objects.filter(sent_at__isnull=True), holds)
    due = waiting.aggregate(due=Min(Coalesce("not_before", "created_at")))["due"]
    moments = [due, *(hold.until for hold in holds)]
    next_moment = min((moment for moment in moments if moment is not None), default=None)
    return None if next_moment is None else (next_moment - timezone.now()).total_seconds()


def claim(batch_size: int) -> list[Row]:
    """The due rows in the order of their writing, locked until the transaction ends.

    Rows that an operator holds, that another relay has claimed, or that a request is about to coalesce with, are
    passed over.
    """
    due = OutboxMessage.objects.filter(
        Q(not_before__isnull=True) | Q(not_before__lte=timezone.now()), sent_at__isnull=True
    ).order_by("id")
    due = free(due, active_holds())
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    return [Row(*values) for values in due.values_list(*Row.__slots__)[:batch_size]]


def mark_sent(rows: Sequence[Row]) -> None:
    """The broker has confirmed the rows."""
    if not rows:
        return
    # The ids stand in the SQL as they are: the ORM takes longer over a thousand parameters than the database over all.
    ids = ", ".join(str(row.id) for row in rows)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {OutboxMessage._meta.db_table} SET sent_at = %s WHERE id IN ({ids})", [now])  # noqa: S608


def mark_refused(rows: Sequence[Row], reasons: Mapping[int, str]) -> None:
    """The broker has refused the rows: they stay unsent and are tried again later and later, behind nobody's back."""
    now = timezone.now()
    for row in rows:
        pause = min(FIRST_RETRY * 2 ** min(row.failed_attempts, 10), LONGEST_RETRY)
        OutboxMessage.objects.filter(pk=row.id).update(
            failed_attempts=F("failed_attempts") + 1, last_error=reasons[row.id], not_before=now + pause
        )
