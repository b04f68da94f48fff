"""What may ever change of a queue: policies of the broker, which take effect on queues that exist."""

import re
from typing import Any

from celery import current_app

from delivery.topology import dead_exchange, dead_queues, task_queues

# A message is given to a worker once more than this; what ends its whole worker each time is then a dead letter. As
# many as RabbitMQ 4 allows by itself: a worker that is killed spends one delivery also of innocent tasks, and a long
# import must outlast a bad day. What kills only its child is counted by Celery, and given up after three retries.
DELIVERY_LIMIT = 20
# RabbitMQ 4 drops a message after 20 returns unless told otherwise, and a dead letter has nowhere else to go.
DEAD_DELIVERY_LIMIT = 1_000_000

Policy = dict[str, Any]


def wanted_policies() -> dict[str, Policy]:
    """Name -> policy as the management API has it, but for its virtual host."""
    prefix = current_app.conf.task_default_exchange
    policies = {f"{prefix}.{queue.name}": _task_queue(queue.name) for queue in task_queues()}
    dead = "|".join(re.escape(queue.name) for queue in dead_queues())
    return policies | {f"{prefix}.dead": _policy(f"^({dead})$", {"delivery-limit": DEAD_DELIVERY_LIMIT})}


def _task_queue(name: str) -> Policy:
    definition = {
        "delivery-limit": DELIVERY_LIMIT,
        "dead-letter-exchange": dead_exchange().name,
        # Not the message's own key, which a delayed retry has changed.
        "dead-letter-routing-key": name,
        # A dead letter leaves its queue only when its next one has it. It needs that overflow, at a length never set.
        "dead-letter-strategy": "at-least-once",
        "overflow": "reject-publish",
    }
    return _policy(f"^{re.escape(name)}$", definition)


def _policy(pattern: str, definition: dict[str, Any]) -> Policy:
    return {"pattern": pattern, "definition": definition, "priority": 10, "apply-to": "queues"}
