"""Beat by what it writes: it leaves no other sign of life."""

from collections.abc import Iterable

from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from prometheus_client.metrics_core import Metric

from delivery.firing import find_overdue
from delivery.metrics.families import age, single
from delivery.models import ScheduledSlot


def look() -> Iterable[Metric]:
    """Schedules, those that are late, and when a slot was written last: left out if none ever was."""
    overdue = find_overdue(timezone.now())
    yield single(
        "placar_schedules_enabled", "Schedules that are on.", PeriodicTask.objects.filter(enabled=True).count()
    )
    yield single("placar_schedules_late", "Schedules with a slot that is due and not yet written.", len(overdue))
    yield single(
        "placar_schedules_late_seconds",
        "How long ago the slot was due that is due for longest and not yet written; 0 if there is none.",
        age(min(overdue, default=None)),
    )
    last = ScheduledSlot.objects.order_by("-id").values_list("created_at", flat=True).first()
    if last is not None:
        text = "When beat wrote a slot last, in seconds since 1970."
        yield single("placar_schedules_last_slot_timestamp_seconds", text, last.timestamp())
