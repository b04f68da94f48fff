"""How many tasks are asked for and sent, since the exporter started."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Count
from prometheus_client.metrics_core import Metric

from delivery.metrics.families import by, counter
from delivery.metrics.growth import Growth
from delivery.metrics.labels import queue_label, queues_and
from delivery.models import OutboxMessage


class Throughput:
    """What was sent is what was asked for and is not unsent: no index by the moment of sending is needed for that."""

    def __init__(self) -> None:
        self._growth = Growth(OutboxMessage.objects.all, "task_name")
        self._unsent_at_first: Counter[str] | None = None
        self._sent = Counter[str]()

    def look(self) -> Iterable[Metric]:
        # In this order: what is asked for in between is not taken for sent. So at the first look, which begins to count
        # what is asked for, what is unsent is known before that.
        if self._unsent_at_first is None:
            self._unsent_at_first = _by_queue(_unsent())
        asked = _by_queue(self._growth.count())
        unsent = _by_queue(_unsent())
        queues = queues_and({*asked, *self._sent})
        for queue in queues:
            sent = asked[queue] + self._unsent_at_first[queue] - unsent[queue]
            # What an operator sends again, or a hold gives back, is unsent once more; a counter never falls.
            self._sent[queue] = max(self._sent[queue], sent)
        yield counter("placar_outbox_tasks", "Tasks that were asked for.", ["queue"], by(queues, asked))
        yield counter(
            "placar_outbox_sent", "Tasks that the broker took from the relay.", ["queue"], by(queues, self._sent)
        )


def _unsent() -> Counter[str]:
    """By the task's name."""
    counted = (
        OutboxMessage.objects.filter(sent_at__isnull=True).order_by().values("task_name").annotate(count=Count("pk"))
    )
    return Counter(dict(counted.values_list("task_name", "count")))


def _by_queue(counts: Counter[str]) -> Counter[str]:
    found = Counter[str]()
    for name, count in counts.items():
        found[queue_label(name)] += count
    return found
