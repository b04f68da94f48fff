"""How metrics are written down."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

Values = Mapping[tuple[str, ...], float]


def gauge(name: str, text: str, labels: Sequence[str], values: Values) -> Metric:
    """A value for each combination of the labels' values."""
    return _filled(GaugeMetricFamily(name, text, labels=labels), values)


def counter(name: str, text: str, labels: Sequence[str], values: Values) -> Metric:
    """As a gauge; `_total` is added to the name."""
    return _filled(CounterMetricFamily(name, text, labels=labels), values)


def single(name: str, text: str, value: float) -> Metric:
    """A gauge without labels."""
    return GaugeMetricFamily(name, text, value=value)


def by(label: Iterable[str], values: Mapping[str, float]) -> Values:
    """Values by the one label, 0 for those that have none."""
    return {(name,): values.get(name, 0) for name in label}


def age(moment: datetime | None) -> float:
    """Seconds since then; 0 where there is none, or where the clocks differ."""
    return max(0.0, (timezone.now() - moment).total_seconds()) if moment else 0.0


def _filled(family: GaugeMetricFamily | CounterMetricFamily, values: Values) -> Metric:
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family
