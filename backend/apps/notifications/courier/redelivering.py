"""Sending a delivery again because somebody wants it: what was given up, and also what was sent before."""

from django.contrib.auth.models import User
from django.utils import timezone

from apps.errors import Missing, WrongState
from apps.notifications.courier.follow_up import enqueue_run
from apps.notifications.models import Delivery, Redelivery

State = Delivery.State


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
