"""What became of every task ever committed, from the outbox, the results and the dead letters."""

from dataclasses import dataclass
from typing import Any

from tests.chaos.effects import rows

# A task that has a dead letter and has failed is dead; one that has neither succeeded nor is dead is unaccounted for.
QUESTION = """
SELECT outbox.task_name, outbox.task_id::text, outbox.sent_at IS NULL, result.status, letter.task_id IS NOT NULL
FROM delivery_outboxmessage outbox
LEFT JOIN django_celery_results_taskresult result ON result.task_id = outbox.task_id::text
LEFT JOIN (SELECT DISTINCT task_id FROM delivery_deadletter) letter ON letter.task_id = outbox.task_id::text
WHERE result.status IS DISTINCT FROM 'SUCCESS'
"""


@dataclass(frozen=True, slots=True)
class Account:
    """Numbers of tasks; of the unaccounted ones, what is known."""

    committed: int
    done: int
    dead: dict[str, int]  # by the task's name
    unaccounted: list[tuple[Any, ...]]

    def __str__(self) -> str:
        dead = sum(self.dead.values())
        return f"committed {self.committed} = done {self.done} + dead {dead}; unaccounted {len(self.unaccounted)}"


def take_account() -> Account:
    """As it is now."""
    ((committed,),) = rows("SELECT count(*) FROM delivery_outboxmessage")
    dead: dict[str, int] = {}
    unaccounted = []
    not_done = rows(QUESTION)
    for row in not_done:
        name, _, _, status, has_letter = row
        if status == "FAILURE" and has_letter:
            dead[name] = dead.get(name, 0) + 1
        else:
            unaccounted.append(row)
    return Account(committed, committed - len(not_done), dead, unaccounted)
