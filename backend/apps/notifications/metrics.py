"""What Prometheus is told of notifications: the setting METRICS_OF_APPS names `look`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from apps.notifications.channels import CHANNELS
from apps.notifications.models import Delivery, Lane


def look() -> Iterable[Metric]:
    """Deliveries that wait or were given up, and lanes that rest, by channel. Two partial indexes lead to them."""
    now = timezone.now()
    # A webhook's receiver is a lane of its own, so there may be thousands: they are told by their channel alone.
    lanes = {lane.pk: lane for lane in Lane.objects.all()}
    resting = {pk for pk, lane in lanes.items() if lane.paused_until and lane.paused_until > now}
    waiting, overdue = Counter[str](), dict[str, float]()
    for row in _waiting():
        channel = lanes[row["lane"]].channel if row["lane"] in lanes else ""
        waiting[channel] += row["count"]
        if row["lane"] not in resting:
            overdue[channel] = max(overdue.get(channel, 0.0), _seconds(row["oldest"], now))
    failed = Delivery.objects.filter(state=Delivery.State.FAILED).order_by().values("channel")
    counts = {row["channel"]: row["count"] for row in failed.annotate(count=Count("pk"))}
    yield _family("placar_deliveries_waiting", "Messages to people that are to be sent.", waiting)
    yield _family("placar_deliveries_failed", "Messages to people that were given up and not sent again.", counts)
    yield _family(
        "placar_deliveries_overdue_seconds",
        "For how long the oldest message is due that no worker has in hand and no rest keeps; 0 if there is none.",
        overdue,
    )
    yield _family(
        "placar_lanes_resting",
        "Providers and receivers to which nothing is sent for now: they asked for it, or could not be reached.",
        Counter(lanes[pk].channel for pk in resting),
    )
    failing = [lane for lane in lanes.values() if lane.failing_since]
    since: dict[str, float] = {}
    for lane in failing:
        since[lane.channel] = max(since.get(lane.channel, 0.0), _seconds(lane.failing_since, now))
    yield _family("placar_lanes_failing_seconds", "For how long the one that fails longest has; 0 if none does.", since)


def _waiting() -> Iterable[Any]:
    rows = Delivery.objects.filter(state=Delivery.State.WAITING).order_by().values("lane")
    return rows.annotate(count=Count("pk"), oldest=Min("due_at"))


def _seconds(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0


def _family(name: str, text: str, values: Mapping[str, float]) -> Metric:
    """A value for each channel, 0 where there is none."""
    family = GaugeMetricFamily(name, text, labels=["channel"])
    for channel in CHANNELS:
        family.add_metric([channel], values.get(channel, 0))
    return family
