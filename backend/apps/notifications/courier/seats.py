"""A channel has a few runs at once and no more: each has a number, and only one holds it.

A run is asked for by whoever makes something due. Without this each of them would go on while anything is due. LEASE is
longer than a run (checks E001 and E002 see to it), so one that was killed is the only one that does not let go itself.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from apps.notifications.courier.claims import LEASE
from apps.notifications.courier.follow_up import enqueue_run, follow_up
from apps.notifications.models import ChannelRun


@transaction.atomic
def take(channel: str, run_id: int) -> bool:
    """Hold the number for LEASE. If another run holds it, ask for one at the end of that, in case it has died.

    One that lives asks for the next run itself, and what waits to be asked for is one row, with the earlier moment.
    """
    seat = _locked(channel, run_id)
    if seat.until > timezone.now():
        enqueue_run(channel, run_id=run_id, not_before=seat.until)
        return False
    _hold(seat, timezone.now() + LEASE)
    return True


@transaction.atomic
def leave(channel: str, run_id: int) -> None:
    """Let go of it and ask for the run that follows, if anything is left.

    Looked at under the lock: whoever found the number taken had its work committed before, so it is seen here.
    """
    _hold(_locked(channel, run_id), timezone.now())
    follow_up(channel, run_id)


def _locked(channel: str, run_id: int) -> ChannelRun:
    ChannelRun.objects.bulk_create(
        [ChannelRun(channel=channel, run_id=run_id, until=timezone.now())], ignore_conflicts=True
    )
    return ChannelRun.objects.select_for_update(no_key=True).get(channel=channel, run_id=run_id)


def _hold(seat: ChannelRun, until: datetime) -> None:
    seat.until = until
    seat.save(update_fields=["until"])
