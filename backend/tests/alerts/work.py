"""The work that flows meanwhile: each request asks for a task of each queue, and each task takes a while."""

import time

from django.db import transaction

from delivery.outbox import enqueue
from tests.chaos.workload import DOOMED, LINKS

# Long enough that a child that is killed mostly has a task.
TASK_SECONDS = 0.4


def begin(number: int) -> bool:
    """What a request does."""
    with transaction.atomic():
        for name, argument in LINKS:
            enqueue(name, {argument: number})
    return True


def ask_for_doomed(count: int) -> None:
    """Tasks that can only end as dead letters."""
    with transaction.atomic():
        for number in range(count):
            enqueue(DOOMED[0], {DOOMED[1]: number})


def take_a_while(_number: int) -> None:
    """What each task does."""
    time.sleep(TASK_SECONDS)


def do_nothing(_number: int) -> None:
    """What the schedule asks for."""


def die(_number: int) -> None:
    """At every try."""
    raise RuntimeError("doomed")
