"""Messages that nobody of ours writes: each is a dead letter, no worker ends, and no loop begins."""

import json
import uuid
from typing import Any

from django.db import transaction

from delivery.ledger import task_state
from delivery.models import DeadLetter
from delivery.outbox import enqueue
from tests.broker import Broker
from tests.processes import Processes, wait_until

NAME = "events.generate_event_ranking"
BODY = [[], {"event_id": 1}, {}]


def headers(**changed: Any) -> dict[str, Any]:
    """Of a task message; None leaves one out."""
    whole = {"id": str(uuid.uuid4()), "task": NAME, "lang": "py", "argsrepr": "()", "kwargsrepr": "{}"} | changed
    return {name: value for name, value in whole.items() if value is not None}


# What it is -> body and headers.
MALFORMED: dict[str, tuple[Any, dict[str, Any]]] = {
    "a body that is no list": (5, headers()),
    "a body that is a list of two": ([[], {}], headers()),
    "no id": (BODY, headers(id=None)),
    "an id that is a list": (BODY, headers(id=[1])),
    "time limits that are a number": (BODY, headers(timelimit=5)),
    "time limits that are three": (BODY, headers(timelimit=[1, 2, 3])),
    "time limits that are texts": (BODY, headers(timelimit=["1", "2"])),
    "an expiry that is no time": (BODY, headers(expires="soon")),
    "a name that is a list": (BODY, headers(task=[NAME])),
    "a name that is unknown": (BODY, headers(task="events.no_such_task")),
    "an eta that is no time": (BODY, headers(eta="soon")),
    "no header at all": (BODY, {}),
}


def test_a_malformed_message_ends_no_worker_and_becomes_a_dead_letter(processes: Processes, broker: Broker) -> None:
    consumer = processes.start_command("consume_dead_letters")
    processes.start_relay()
    worker = processes.start_worker()
    for body, header in MALFORMED.values():
        broker.publish(json.dumps(body).encode(), header, content_type="application/json", content_encoding="utf-8")
    with transaction.atomic():
        after = enqueue(NAME, {"event_id": 1})
    wait_until(lambda: DeadLetter.objects.count() == len(MALFORMED) or worker.has_ended, "a dead letter of each")
    assert not worker.has_ended
    # In the place of a correlation id; nor do those that have none share one.
    assert "[None]" not in worker.log
    assert {letter.cause for letter in DeadLetter.objects.all()} == {"rejected"}
    wait_until(lambda: task_state(after).state == "succeeded", "what came behind them done")
    assert broker.count("events") == 0
    assert consumer.stop() == 0


def test_an_undecodable_body_is_rejected_and_not_acknowledged(processes: Processes, broker: Broker) -> None:
    worker = processes.start_worker()
    broker.publish(b"{broken", headers(), content_type="application/json", content_encoding="utf-8")
    broker.publish(b"\xff\xfe", headers(), content_type="application/x-unheard-of", content_encoding="binary")
    wait_until(lambda: broker.count("events.dead") == 2, "both given up")
    assert not worker.has_ended
