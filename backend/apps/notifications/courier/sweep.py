"""Finding what is stuck: due for so long that a run must have been lost, whatever lost it."""

from datetime import timedelta

from django.utils import timezone

from apps.notifications.channels import CHANNELS
from apps.notifications.courier.digests import release_left_behind
from apps.notifications.courier.follow_up import enqueue_run, next_due_at

# Longer than a run waits in its queue on a usual day: every look that finds something asks for one more run.
STUCK_AFTER = timedelta(minutes=5)


def sweep() -> dict[str, int]:
    """Ask for a run of each channel that has something overdue, within the caller's transaction.

    Returns how many channels were stuck, and how many deliveries waited for a digest that does not come any more.
    """
    released = release_left_behind()
    stuck = 0
    for name in CHANNELS:
        moment = next_due_at(name)
        if moment is not None and (released or moment < timezone.now() - STUCK_AFTER):
            stuck += 1
            enqueue_run(name)
    return {"stuck": stuck, "released": released}
