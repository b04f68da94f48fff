"""Messages as relays of earlier releases wrote them are done by the workers of this one.

A file in `recorded/` holds what a relay of its day published: properties, headers and body as a queue had them. None of
them is ever changed. Once the form of messages changes (`message` in message_contracts.json), another one is added.
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_celery_results.models import TaskResult

from apps.events.models import Ranking
from delivery.models import OutboxMessage
from tests.broker import Broker
from tests.factories import add_entry, add_score, make_event
from tests.processes import Processes, wait_until

RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.json"))
# That the messages speak of.
EVENT_ID = 424242


def make_recorded_event() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('events_event', 'id'), %s, false)", [EVENT_ID])
    event = make_event(owner=None)
    assert event.pk == EVENT_ID
    add_entry(event, "7")
    add_score(event, "7", 1000)


def read(file: Path) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = json.loads(file.read_text())
    return messages


def test_messages_of_earlier_releases_are_done(processes: Processes, broker: Broker) -> None:
    make_recorded_event()
    messages = []
    for file in RECORDED:
        of_release = read(file)
        assert {message["queue"] for message in of_release} == {"events", "rankings", "notifications"}
        messages += of_release
    for message in messages:
        headers, body = message["headers"], message["body"].encode()
        # As it stands in a deployment: a worker runs nothing that the outbox never had.
        OutboxMessage.objects.create(
            task_id=headers["id"], task_name=headers["task"], kwargs=json.loads(body)[1], sent_at=timezone.now()
        )
        broker.publish(body, headers, to=message["queue"], **message["properties"])
    # No relay runs: what the messages lead to is not done, so there is nothing else than these.
    worker = processes.start_worker()
    ids = [message["headers"]["id"] for message in messages]
    results = TaskResult.objects.filter(task_id__in=ids)
    wait_until(lambda: results.exclude(status="STARTED").count() == len(ids), "all of them done")
    assert {result.task_id: result.status for result in results} == dict.fromkeys(ids, "SUCCESS")
    assert Ranking.objects.filter(event_id=EVENT_ID).exists()
    assert worker.stop() == 0
    assert [broker.count(f"{queue}.dead") for queue in settings.QUEUES] == [0] * len(settings.QUEUES)
