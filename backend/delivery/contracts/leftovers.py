"""What of the retired is still about in this deployment: while there is any, the code that takes it must stay."""

from dataclasses import dataclass

from django.db.models import Model, Q, QuerySet
from django_celery_beat.models import PeriodicTask

from delivery.broker_counts import count_messages
from delivery.contracts.document import Contracts
from delivery.in_flight import in_flight
from delivery.models import DeadLetter, OutboxMessage


@dataclass(frozen=True, slots=True)
class Leftover:
    """How many messages of something that is retired there are, and where."""

    name: str
    place: str
    count: int

    def __str__(self) -> str:
        return f"{self.name}: {self.count} {self.place}"


def find_leftovers(contracts: Contracts) -> list[Leftover]:
    """By the tables and, for a queue, the broker, which raises BrokerUnavailable. Columns have none."""
    names = [name for name in contracts.retired if name.rpartition(".")[0] not in contracts.tables]
    found = [
        one for name in names for one in (_of_queue(name) if name.startswith("queue ") else _of_task(name, contracts))
    ]
    return [one for one in found if one.count]


def _of_queue(name: str) -> list[Leftover]:
    counts = count_messages()
    waiting = counts.by_queue.get(name.removeprefix("queue "), 0)
    # A delay does not say for which queue it keeps a message.
    return [Leftover(name, "in the queue", waiting), Leftover(name, "in delays, for any queue", counts.delayed)]


def _of_task(name: str, contracts: Contracts) -> list[Leftover]:
    task, _, argument = name.rpartition(".")
    is_task = name in contracts.tasks
    chosen = Q(task_name=name) if is_task else Q(task_name=task, kwargs__has_key=argument)
    dead = DeadLetter.objects.filter(state=DeadLetter.State.WAITING)
    places: dict[str, QuerySet[Model]] = {
        "unsent in the outbox": OutboxMessage.objects.filter(chosen, sent_at__isnull=True),
        # Whatever queue, delay or worker has them.
        "sent and not finished": in_flight().filter(chosen),
        "dead letters that wait for somebody to decide": dead.filter(chosen),
        "schedules": _schedules(name if is_task else task, None if is_task else argument),
    }
    return [Leftover(name, place, rows.count()) for place, rows in places.items()]


def _schedules(task: str, argument: str | None) -> "QuerySet[Model]":
    rows: QuerySet[Model] = PeriodicTask.objects.filter(task=task)
    return rows.filter(kwargs__contains=f'"{argument}"') if argument else rows
