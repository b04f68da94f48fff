"""Who leads the queues of a cluster, and the faults that strike there."""

import re
import time
from functools import partial
from typing import Any

from delivery.broker import BrokerUnavailable
from delivery.management_api import ManagementApi
from tests.chaos.rig import Rig
from tests.chaos.strikes import SILENCE, Strike
from tests.processes import wait_until

NODES = 3
DOWNTIME = (2.0, 6.0)


def leader_faults(queues: list[str]) -> dict[str, Strike]:
    """The leader of each queue killed and brought back, and that of the first one frozen."""
    kills: dict[str, Strike] = {f"leader of {queue} killed": partial(_kill_leader, queue) for queue in queues}
    return kills | {f"leader of {queues[0]} frozen": partial(_freeze_leader, queues[0])}


def _kill_leader(queue: str, rig: Rig) -> str:
    node = leader_of(queue)
    rig.broker.control("kill", node=node)
    time.sleep(rig.random.uniform(*DOWNTIME))
    rig.broker.control("start", node=node)
    # Each queue outlives one node of three: the next one falls when this one has caught up.
    wait_until(has_all_members, "every queue on every node")
    return f"node {node}"


def _freeze_leader(queue: str, rig: Rig) -> str:
    node, seconds = leader_of(queue), rig.random.uniform(*SILENCE)
    rig.broker.control("freeze", node=node)
    time.sleep(seconds)
    rig.broker.control("thaw", node=node)
    wait_until(has_all_members, "every queue on every node")
    return f"node {node}, {seconds:.0f} s"


def leader_of(queue: str) -> int:
    """The number of the node."""
    found: list[str] = []

    def is_known() -> bool:
        # After an election it is told some seconds late.
        found.extend(each["leader"] for each in quorum_queues() if each["name"] == queue and each.get("leader"))
        return bool(found)

    wait_until(is_known, f"a leader of {queue}")
    match = re.fullmatch(r"placar-(\d)@localhost", found[0])
    assert match is not None, found
    return int(match[1])


def has_all_members() -> bool:
    """Whether every quorum queue is alive on every node."""
    try:
        return all(len(queue.get("online", ())) == NODES for queue in quorum_queues())
    except BrokerUnavailable:
        return False


def quorum_queues() -> list[dict[str, Any]]:
    return [queue for queue in ManagementApi().get("queues") if queue.get("type") == "quorum"]
