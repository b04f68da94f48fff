"""Sending a delivery again because somebody wants it: what was given up, and also what was sent before."""

from collections import Counter
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from apps.errors import Missing, WrongState
from apps.notifications.channels import CHANNELS
from apps.notifications.courier.follow_up import enqueue_run, enqueue_runs
from apps.notifications.models import Delivery, Redelivery

State = Delivery.State
UNSENT = (State.FAILED, State.SKIPPED)
# Nothing is sent to an endpoint that is gone.
_ACTIVE = Q(endpoint=None) | Q(endpoint__deleted_at=None, endpoint__is_active=True)


def redeliver_unsent(delivery_ids: Sequence[int], *, by: User | None, reason: str) -> int:
    """`redeliver` for those of these that were given up or skipped, in a few statements. Returns how many there are."""
    locked = Delivery.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=delivery_ids)
    failed = list(locked.filter(_ACTIVE, state__in=UNSENT).order_by("pk").values_list("pk", "channel"))
    Redelivery.objects.bulk_create(
        (Redelivery(delivery_id=pk, by=by, reason=reason) for pk, _channel in failed), batch_size=1000
    )
    Delivery.objects.filter(pk__in=[pk for pk, _channel in failed]).update(
        state=State.WAITING, reason="", due_at=timezone.now(), claim=None, claims=0, attempt_count=0
    )
    for channel, count in Counter(channel for _pk, channel in failed).items():
        enqueue_runs(CHANNELS[channel], count)
    return len(failed)


def redeliver(delivery_id: int, *, by: User | None, reason: str) -> Delivery:
    """Make a delivery wait again, within the caller's transaction, and record who wants it.

    It keeps its uuid, so that a receiver knows it again. Raises Missing, and WrongState while it waits already or if
    its endpoint is gone. Whether it may be sent at all is looked at once more when it is made ready.
    """
    locked = Delivery.objects.select_for_update(no_key=True, of=("self",)).select_related("endpoint")
    delivery = locked.filter(pk=delivery_id).first()
    if delivery is None:
        raise Missing(f"there is no delivery {delivery_id}", place="delivery")
    if delivery.state == State.WAITING:
        raise WrongState("it waits to be sent already", place="state")
    if delivery.endpoint is not None and (delivery.endpoint.deleted_at or not delivery.endpoint.is_active):
        raise WrongState("its endpoint is not active", place="endpoint")
    Redelivery.objects.create(delivery=delivery, by=by, reason=reason)
    delivery.state, delivery.reason, delivery.due_at = State.WAITING, "", timezone.now()
    delivery.claim, delivery.claims, delivery.attempt_count = None, 0, 0
    delivery.save()
    enqueue_run(delivery.channel)
    return delivery
