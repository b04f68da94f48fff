"""What Prometheus is told of events: the setting METRICS_OF_APPS names `look`."""

from collections.abc import Iterable

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from apps.events.models import ImportBatch

UNFINISHED = (ImportBatch.State.WAITING, ImportBatch.State.CHECKING, ImportBatch.State.RUNNING)


def look() -> Iterable[Metric]:
    """Imports that have not ended, and since when the oldest of them is there."""
    rows = ImportBatch.objects.filter(state__in=UNFINISHED).order_by().values("state")
    found = {row["state"]: row for row in rows.annotate(count=Count("pk"), oldest=Min("created_at"))}
    counts = GaugeMetricFamily("placar_imports", "Imports that have not ended.", labels=["state"])
    for state in UNFINISHED:
        counts.add_metric([state.value], found[state]["count"] if state in found else 0)
    yield counts
    oldest = min((row["oldest"] for row in found.values()), default=None)
    yield GaugeMetricFamily(
        "placar_imports_oldest_seconds",
        "How long ago the oldest of them was submitted; 0 if there is none.",
        value=max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0,
    )
