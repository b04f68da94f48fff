"""What staff set of a lane."""

from django.utils import timezone

from apps.errors import InvalidInput
from apps.notifications.courier.follow_up import enqueue_run
from apps.notifications.models import Lane

FASTEST = 100_000


def set_rate(lane_id: int, rate: float | None) -> Lane:
    """Give a lane a rate of its own, or none, and let it go on at once. Raises InvalidInput."""
    if rate is not None and not 0 < rate <= FASTEST:
        raise InvalidInput(f"a rate is above 0 and at most {FASTEST:,} a second", place="rate_per_second")
    lane = Lane.objects.select_for_update(no_key=True).get(pk=lane_id)
    lane.rate_per_second, lane.paused_until = rate, None
    lane.next_slot_at = min(lane.next_slot_at, timezone.now())
    lane.save(update_fields=["rate_per_second", "paused_until", "next_slot_at"])
    enqueue_run(lane.channel)
    return lane
