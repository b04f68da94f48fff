"""A node of a cluster that is lost is not noticed by users, and so it must be by an alert."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.alerts.faults import NO_BROKER, Fault, broker_after, names
from tests.alerts.stand import Stand, standing
from tests.alerts.watching import QUIET_SECONDS, stays_silent, watch_all
from tests.broker import Broker
from tests.chaos.cluster.leaders import NODES, has_all_members, leader_of
from tests.processes import Processes, wait_until


@contextmanager
def leader_after(verb: str, healing: str, stand: Stand) -> Iterator[None]:
    """Done to the node that leads the queue `events`."""
    with broker_after(verb, healing, stand, node=leader_of("events")):
        yield
    wait_until(has_all_members, "every queue on every node")


# Who had the node needs some seconds to go on with another one: too short for the rules as they are, but not for the
# scaled ones.
MEANWHILE = NO_BROKER | names("OutboxRefused")
FAULTS = {
    "leader killed": Fault(partial(leader_after, "kill", "start"), names("QueueReplicaMissing"), MEANWHILE),
    # The other nodes' management waits for it, and so does not answer until it is taken for dead.
    "leader frozen": Fault(
        partial(leader_after, "freeze", "thaw"),
        may=MEANWHILE | names("QueueReplicaMissing"),
        one_of=names("QueueReplicaMissing", "BrokerDown"),
    ),
}


@pytest.mark.django_db(transaction=True)
def test_a_node_that_is_away_is_told(
    processes: Processes, broker: Broker, tmp_path: Path, say: Callable[[str], None]
) -> None:
    assert os.environ["CELERY_BROKER_URL"].count(";") == NODES - 1, "needs three nodes: run it by `make alerts`"
    wait_until(has_all_members, "every queue on every node")
    with standing(processes, broker, tmp_path) as stand:
        wait_until(lambda: stand.prometheus.value("placar_queue_replicas") == NODES, "the first scrape")
        wait_until(lambda: not stand.prometheus.firing(), "silence after the start")
        stays_silent(stand, QUIET_SECONDS)
        watch_all(stand, FAULTS, say)
