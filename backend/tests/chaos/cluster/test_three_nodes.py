"""A cluster of three nodes loses each queue's leader under load, and whatever else fails: all is accounted for."""

import os
from collections.abc import Callable

import pytest

from delivery.topology import dead_queues, task_queues
from tests.broker import Broker
from tests.chaos.cluster.leaders import NODES, has_all_members, leader_faults, quorum_queues
from tests.chaos.placar import run_placar
from tests.chaos.strikes import DELIVERY_KILLS, OTHER_FAULTS, PROCESS_KILLS
from tests.processes import Processes, wait_until

DECK = PROCESS_KILLS | DELIVERY_KILLS | OTHER_FAULTS


@pytest.mark.django_db(transaction=True)
def test_no_leader_is_needed_for_long(processes: Processes, broker: Broker, say: Callable[[str], None]) -> None:
    assert os.environ["CELERY_BROKER_URL"].count(";") == NODES - 1, "needs three nodes: run it by `make chaos`"
    wait_until(has_all_members, "every queue on every node")
    names = {queue["name"] for queue in quorum_queues()}
    assert {queue.name for queue in (*task_queues(), *dead_queues())} < names  # and the delays
    deck = DECK | leader_faults([queue.name for queue in task_queues()])
    struck = run_placar(processes, broker, deck, say)
    assert {each.name for each in struck} == set(deck)
