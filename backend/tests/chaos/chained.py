"""The workload as Placar does its work: effect and next task in one transaction, safe to run again."""

import time

from celery import current_task
from django.db import transaction

from delivery.outbox import enqueue
from tests.chaos.effects import is_first, lengthen, note_run
from tests.chaos.workload import SLOW_SECONDS, chain_of, doomed_by, is_refused, is_slow, next_of, number_of, task_of


def begin(chain: int) -> bool:
    """What the request does; returns whether it was taken. The same request again changes nothing."""
    with transaction.atomic():
        if is_first(f"request {chain}"):
            enqueue(*task_of(number_of(chain, 1)))
        if is_refused(chain):
            transaction.set_rollback(True)
    return not is_refused(chain)


@transaction.atomic
def go_on(number: int) -> None:
    """What each link does. The result is committed with it, since it is one transaction."""
    note_run(str(number))
    if not is_first(str(number)):
        return
    lengthen(chain_of(number))
    if is_slow(number):
        time.sleep(SLOW_SECONDS)
    following = next_of(number)
    if following is not None:
        enqueue(*task_of(following))
    if doomed := doomed_by(number):
        enqueue(*doomed)


def go_on_and_tell(number: int) -> None:
    """The same, as a service whose result is written afterwards, in a transaction of its own."""
    go_on(number)


def tick(_number: int) -> None:
    """What the schedule asks for: each slot has a task of its own."""
    with transaction.atomic():
        note_run(f"tick {current_task.request.id}")
        is_first(f"tick {current_task.request.id}")


def die(_number: int) -> None:
    """At every try."""
    raise RuntimeError("doomed")
