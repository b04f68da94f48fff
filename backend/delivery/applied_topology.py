"""Which topologies were applied to the broker, known without asking it.

A web process needs no broker, so it cannot ask for what is there. `manage.py topology apply` notes in the database that
the broker has what this version wants. A fingerprint stays known when a newer version notes its own: its processes run
beside the newer ones during a deploy.
"""

import json
from functools import cache
from hashlib import sha256

from delivery.broker import is_in_memory
from delivery.models import AppliedTopology
from delivery.policies import wanted_policies
from delivery.topology import dead_queues, task_queues


@cache
def fingerprint() -> str:
    """The same for the same queues, exchanges and policies; settings cannot change while a process runs."""
    queues = [
        [queue.name, queue.exchange.name, queue.exchange.type, queue.routing_key, queue.queue_arguments]
        for queue in (*task_queues(), *dead_queues())
    ]
    return sha256(json.dumps([queues, wanted_policies()], sort_keys=True).encode()).hexdigest()


def note_applied() -> None:
    """The broker has the topology of this version now."""
    AppliedTopology.objects.update_or_create(fingerprint=fingerprint())


def is_applied() -> bool:
    """Whether it ever was noted; of a broker in memory there is nothing to know."""
    return is_in_memory() or AppliedTopology.objects.filter(fingerprint=fingerprint()).exists()
