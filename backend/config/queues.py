"""The names of the queues: one for each app that has tasks. This is the only place that writes them down.

Plain names without an import, so that scripts read them where no Django is. What cannot read them (Compose, Kubernetes)
is compared with them by tests/unit/deploy.
"""

QUEUES = (
    "events",
    "notifications",
    "rankings",
)
# Takes what belongs to no app: Celery's own housekeeping.
DEFAULT_QUEUE = "events"
