"""Metrics as tests read them."""

from collections.abc import Iterable

from prometheus_client.metrics_core import Metric


def values(metrics: Iterable[Metric], name: str) -> dict[tuple[str, ...], float]:
    """The samples of that name by the values of their labels, in the order of the labels' names."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for metric in metrics
        for sample in metric.samples
        if sample.name == name
    }


def value(metrics: Iterable[Metric], name: str, *labels: str) -> float:
    """One of them."""
    return values(metrics, name)[labels]
