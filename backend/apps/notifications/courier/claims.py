"""Taking deliveries to be sent: by one run at a time, each for a while, and no faster than the rate of their lane.

A claim is a lease: the delivery is due again when it ends. A run that is killed leaves nothing behind that somebody
would have to clear away.
"""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from apps.notifications.channels.base import Channel
from apps.notifications.courier import rates
from apps.notifications.models import Delivery, Lane

LEASE = timedelta(seconds=settings.NOTIFICATION_LEASE)
# A delivery that was claimed so often and never marked kills its workers.
MOST_CLAIMS = 20
DEADLY = "given up: the worker that sent it ended each time"
# Read with each delivery, for its message.
RELATED = ["notification__recipient", "endpoint", "lane"]


def claim(channel: Channel, *, claim_id: uuid.UUID, limit: int, busy: set[int], failing: bool) -> list[Delivery]:
    """Up to `limit` deliveries that are due, of all lanes alike but those in `busy`. They are the run's for LEASE.

    Not `failing`: of no lane that has failed.
    """
    claimed: list[Delivery] = []
    lanes = _lanes_due(channel, busy, failing)
    for index, lane_id in enumerate(lanes):
        share = -(-(limit - len(claimed)) // (len(lanes) - index))
        if share > 0:
            claimed += claim_of_lane(lane_id, claim_id, share)
    return claimed


def _lanes_due(channel: Channel, busy: set[int], failing: bool) -> list[int]:
    """The lanes with something to send now, those first that have not failed."""
    now = timezone.now()
    due = Delivery.objects.filter(lane=OuterRef("pk"), state=Delivery.State.WAITING, due_at__lte=now)
    open_now = Q(paused_until__isnull=True) | Q(paused_until__lte=now)
    lanes = Lane.objects.filter(open_now, Exists(due), channel=channel.name).exclude(pk__in=busy)
    if not failing:
        lanes = lanes.filter(failures=0)
    return list(lanes.order_by("failures", "pk").values_list("pk", flat=True))


@transaction.atomic
def claim_of_lane(lane_id: int, claim_id: uuid.UUID, limit: int) -> list[Delivery]:
    """Up to `limit` deliveries of one lane that are due, as its rate and its rest allow."""
    # Another run that holds the lane at this moment claims from it.
    lane = Lane.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=lane_id).first()
    now = timezone.now()
    if lane is None or (lane.paused_until is not None and lane.paused_until > now):
        return []
    allowed = rates.slots(lane, now)
    wanted = limit if allowed is None else min(limit, allowed)
    deliveries = _due(lane, now, wanted)
    if deliveries:
        ids = [one.pk for one in deliveries]
        Delivery.objects.filter(pk__in=ids).update(due_at=now + LEASE, claim=claim_id, claims=F("claims") + 1)
        rates.use_slots(lane, now, len(ids))
        lane.save(update_fields=["next_slot_at"])
    return deliveries


def _due(lane: Lane, now: datetime, limit: int) -> list[Delivery]:
    waiting = Delivery.objects.filter(lane=lane, state=Delivery.State.WAITING, digest=None, due_at__lte=now)
    locked = waiting.select_related(*RELATED).select_for_update(skip_locked=True, no_key=True, of=("self",))
    found = list(locked.order_by("due_at", "pk")[:limit])
    deadly = [one.pk for one in found if one.claims >= MOST_CLAIMS]
    if deadly:
        Delivery.objects.filter(pk__in=deadly).update(state=Delivery.State.FAILED, reason=DEADLY, claim=None)
        # What they carry goes by itself: the sweep sees to it.
    return [one for one in found if one.claims < MOST_CLAIMS]


def give_back(deliveries: list[Delivery], claim_id: uuid.UUID) -> None:
    """Let go of what was claimed and not tried."""
    mine = Delivery.objects.filter(pk__in=[one.pk for one in deliveries], claim=claim_id, state=Delivery.State.WAITING)
    mine.update(due_at=timezone.now(), claim=None, claims=F("claims") - 1)
