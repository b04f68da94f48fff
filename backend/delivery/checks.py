"""What Django's `check` refuses of the settings: with it no worker, no beat and no command starts.

The web server asks for no checks, and neither of these concerns it.
"""

import ssl
from typing import Any

from celery import current_app
from django.core.checks import CheckMessage, Error

# RabbitMQ's own, in seconds: a message that is unacknowledged for longer goes to another worker.
CONSUMER_TIMEOUT = 30 * 60


def check_time_limits(**_kwargs: Any) -> list[CheckMessage]:
    """A task must have ended before the broker takes its message away, and must be asked to end before it is killed."""
    soft, hard = current_app.conf.task_soft_time_limit, current_app.conf.task_time_limit
    if hard and (soft or 0) < hard < CONSUMER_TIMEOUT:
        return []
    hint = "Else the broker gives the message to another worker while this one still runs the task."
    text = (
        f"CELERY_TASK_TIME_LIMIT must be above CELERY_TASK_SOFT_TIME_LIMIT and below {CONSUMER_TIMEOUT} seconds,"
        f" not {hard} with {soft}."
    )
    return [Error(text, hint=hint, id="delivery.E001")]


def check_broker_tls(**_kwargs: Any) -> list[CheckMessage]:
    """Celery and kombu do not ask whose certificate it is unless they are told the host's name."""
    conf = current_app.conf
    if not (conf.broker_use_ssl or str(conf.broker_url).startswith("amqps:")):
        return []
    tls = conf.broker_use_ssl
    if isinstance(tls, dict) and tls.get("cert_reqs") == ssl.CERT_REQUIRED and "server_hostname" in tls:
        return []
    text = "CELERY_BROKER_USE_SSL must have cert_reqs=ssl.CERT_REQUIRED and a server_hostname (None: that of the URL)."
    return [Error(text, hint="Else whoever is in between can take the broker's place.", id="delivery.E002")]
