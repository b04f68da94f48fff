"""Messages for a relay, and what has become of them."""

import uuid
from typing import Any

from django.db import transaction

from delivery.models import OutboxMessage
from delivery.outbox import enqueue
from tests.broker import Broker
from tests.processes import wait_until

NAME = "events.generate_event_ranking"


def ask(event_id: int = 1, *, name: str = NAME, **options: Any) -> uuid.UUID:
    """A message in the outbox."""
    with transaction.atomic():
        return enqueue(name, {"event_id": event_id}, **options)


def ask_often(number: int) -> None:
    """Messages of the events 0, 1, 2 and so on."""
    OutboxMessage.objects.bulk_create(
        (OutboxMessage(task_name=NAME, kwargs={"event_id": event_id}) for event_id in range(number)), batch_size=5000
    )


def waiting() -> int:
    """How many messages are not sent."""
    return OutboxMessage.objects.filter(sent_at=None).count()


def fewer_than(before: int) -> bool:
    """Whether some of so many have been sent."""
    return waiting() < before


def wait_until_all_is_sent() -> None:
    """Return once none waits."""
    wait_until(lambda: waiting() == 0, "all messages marked as sent")


def event_ids(broker: Broker) -> list[int]:
    """The events of the messages in the broker, which are taken out."""
    return [message.payload[1]["event_id"] for message in broker.take_all("events")]
