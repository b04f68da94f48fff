"""All three nodes of the broker are upgraded one after the other as docs/runbook/upgrades.md says: nobody notices."""

import os
from functools import partial

from delivery.accounts import find_unaccounted
from delivery.models import DeadLetter
from delivery.topology import task_queues
from tests.broker import Broker
from tests.chaos.accounting import take_account
from tests.chaos.cluster.leaders import NODES, has_all_members, leader_of
from tests.drills.conftest import Tell
from tests.drills.deployment import Deployment
from tests.drills.nodes import USER, environment_of
from tests.drills.runbook import follow
from tests.drills.scoring import check_ranking, is_ranked, make_scored_event
from tests.processes import Processes, wait_until

HEADING = "Nodes of RabbitMQ, one after the other"


def test_rolling_nodes_refuse_nobody(processes: Processes, broker: Broker, tell: Tell) -> None:
    assert os.environ["CELERY_BROKER_URL"].count(";") == NODES - 1, "needs three nodes: run it by `make drills`"
    wait_until(has_all_members, "every queue on every node")
    deployment = Deployment(processes)
    deployment.start_all()
    event, source = make_scored_event(deployment.port, entries=30, per_second=30)
    source.start()
    wait_until(lambda: len(source.taken) > 30, "scores come in")
    on = {number: partial(on_node, number, tell) for number in range(1, NODES + 1)}
    on[1](block=0)
    for number, follow_there in on.items():
        led = [queue.name for queue in task_queues() if leader_of(queue.name) == number]
        tell(f"node {number} leads {led}; {len(source.taken)} scores, answers {dict(source.answers)}")
        follow_there(block=1)
        broker.control("stop", node=number)
        tell(f"node {number} is stopped")
        before = take_account().done
        wait_until(lambda: take_account().done > before, "tasks are done without it")  # noqa: B023
        broker.control("start", node=number)
        follow_there(block=2)
        wait_until(has_all_members, "every queue on every node")
        tell(f"node {number} is back")
    on[1](block=0)
    tell(f"leaders: { {queue.name: leader_of(queue.name) for queue in task_queues()} }")
    source.stop()
    wait_until(lambda: is_ranked(event), "ranked")
    wait_until(lambda: not take_account().unaccounted, "all accounted for")
    lines = check_ranking(event, source)
    tell(f"the ranking of {lines} entries is that of all {len(source.taken)} scores; {take_account()}")
    tell(f"answers {dict(source.answers)}, {source.slowest}")
    assert set(source.answers) == {201}
    assert not DeadLetter.objects.exists()
    assert find_unaccounted() == []
    check = processes.run_command("topology", "check")
    assert check.returncode == 0, check.stdout
    codes = deployment.stop_all()
    assert set(codes.values()) == {0}, codes


def on_node(number: int, tell: Tell, *, block: int) -> str:
    """Follow a block of the procedure on that node."""
    return follow("upgrades", HEADING, tell, block=block, user=USER, variables=environment_of(number))
