"""All that is looked at, and which of it in one thread: what may hang, or takes long, holds up no other."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.module_loading import import_string

from delivery.metrics import broker, outbox, schedules
from delivery.metrics.dead_letters import DeadLetters
from delivery.metrics.ledger import Ledger
from delivery.metrics.results import Results
from delivery.metrics.throughput import Throughput
from delivery.metrics.watch import Source, Watch


def make_watches() -> Sequence[Watch]:
    """A watch for the database, one for the ledger, and one for the broker."""
    of_apps = [Source(path.split(".")[1], import_string(path)) for path in settings.METRICS_OF_APPS]
    of_database = [
        Source("outbox", outbox.look),
        Source("throughput", Throughput().look),
        Source("results", Results().look),
        Source("dead_letters", DeadLetters().look),
        Source("schedules", schedules.look),
        *of_apps,
    ]
    groups = (of_database, [Source("ledger", Ledger().look)], [Source("broker", broker.look)])
    return [Watch(group, settings.METRICS_INTERVAL_SECONDS) for group in groups]
