"""The broker in memory alarm takes no messages; what it has is worked off, which is how it gets out of the alarm."""

import pytest
from django_celery_results.models import TaskResult

from delivery.models import OutboxMessage
from tests.broker import Broker
from tests.processes import Processes, wait_until

TASKS = 1500


@pytest.mark.parametrize("moment", ["before", "during"])
def test_workers_go_on_while_the_broker_takes_nothing(processes: Processes, broker: Broker, moment: str) -> None:
    OutboxMessage.objects.bulk_create(
        OutboxMessage(task_name="rankings.refresh_season_standings", kwargs={"event_id": number})
        for number in range(TASKS)
    )
    if moment == "before":
        processes.start_worker()
    processes.start_relay()
    wait_until(lambda: not OutboxMessage.objects.filter(sent_at=None).exists(), "all messages sent")
    broker.control("alarm")
    if moment == "during":
        processes.start_worker()
    assert done() < TASKS
    wait_until(lambda: done() == TASKS, "all tasks done")
    broker.control("calm")


def done() -> int:
    return TaskResult.objects.filter(status="SUCCESS").count()
