"""The faults: each function does one, undoes it after a random time, and returns what it did it to."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

from delivery.broker import open_connection
from tests.broker import TOOL, channel_of
from tests.chaos.rig import HEARTBEAT, Rig
from tests.chaos.roles import WORKERS

LONGEST_DOWNTIME = 1.5
# The broker gives up a peer, and a peer the broker, after twice the heartbeat's interval.
SILENCE = (2.5 * HEARTBEAT, 3.5 * HEARTBEAT)
COPIES = 20
KILLED_CHILDREN = 4

Strike = Callable[[Rig], str]


def kill_children(rig: Rig) -> str:
    """Several, one after the other: not each of them has a task."""
    for _ in range(KILLED_CHILDREN):
        rig.roles.kill_child(rig.random.choice(WORKERS), rig.random)
        _pause(rig)
    return f"{KILLED_CHILDREN} of them"


def kill_role(role: str, rig: Rig) -> str:
    rig.roles.kill(role)
    _pause(rig)
    rig.roles.start(role)
    return ""


def kill_worker(rig: Rig) -> str:
    worker = rig.random.choice(WORKERS)
    kill_role(worker, rig)
    return worker


def stop_worker(rig: Rig) -> str:
    worker, seconds = rig.random.choice(WORKERS), rig.random.uniform(*SILENCE)
    rig.roles.signal(worker, signal.SIGSTOP)
    time.sleep(seconds)
    rig.roles.signal(worker, signal.SIGCONT)
    return f"{worker}, {seconds:.0f} s"


def restart_broker(verb: str, rig: Rig) -> str:
    rig.broker.control(verb)
    _pause(rig)
    rig.broker.control("start")
    return ""


def freeze_broker(rig: Rig) -> str:
    seconds = rig.random.uniform(*SILENCE)
    rig.broker.control("freeze")
    time.sleep(seconds)
    rig.broker.control("thaw")
    return f"{seconds:.0f} s"


def raise_memory_alarm(rig: Rig) -> str:
    seconds = rig.random.uniform(*SILENCE)
    rig.broker.control("alarm")
    time.sleep(seconds)
    rig.broker.control("calm")
    return f"{seconds:.0f} s"


def restart_database(rig: Rig) -> str:
    _database("abort")
    _pause(rig)
    _database("start")
    return ""


def double_messages(rig: Rig) -> str:
    """As a publisher does that did not hear the confirm."""
    copies = 0
    deadline = time.monotonic() + 30
    with open_connection() as connection:
        channel = channel_of(connection)
        channel.confirm_select()
        while copies < COPIES and time.monotonic() < deadline:
            queue = rig.random.choice(rig.queues)
            if message := channel.basic_get(queue):
                channel.basic_publish_confirm(message, exchange="", routing_key=queue, mandatory=True)
                channel.basic_reject(message.delivery_tag, requeue=True)
                copies += 1
    return f"{copies} messages"


def reset_connections(rig: Rig) -> str:
    rig.proxy.do("reset")
    return ""


def delay_connections(rig: Rig) -> str:
    longest = rig.random.uniform(0.2, 1.0)
    rig.proxy.do(f"delay {longest}")
    time.sleep(rig.random.uniform(3, 6))
    rig.proxy.do("delay 0")
    return f"up to {longest:.1f} s a packet"


def _pause(rig: Rig) -> None:
    time.sleep(rig.random.uniform(0, LONGEST_DOWNTIME))


def _database(verb: str) -> None:
    subprocess.run([sys.executable, TOOL, "database", verb], check=True)


PROCESS_KILLS: dict[str, Strike] = {
    "kill children": kill_children,
    "kill worker": kill_worker,
    "kill web": partial(kill_role, "web"),
    "stop worker": stop_worker,
}
# What the plain configuration has nothing of.
DELIVERY_KILLS: dict[str, Strike] = {
    "kill relay": partial(kill_role, "relay"),
    "kill dead-letter consumer": partial(kill_role, "dead letters"),
    "kill beat": partial(kill_role, "beat"),
}
BROKER_FAULTS: dict[str, Strike] = {
    "broker restart": partial(restart_broker, "stop"),
    "broker kill -9": partial(restart_broker, "kill"),
    "broker frozen": freeze_broker,
    "broker memory alarm": raise_memory_alarm,
}
OTHER_FAULTS: dict[str, Strike] = {
    "database immediate restart": restart_database,
    "messages doubled": double_messages,
    "connections reset": reset_connections,
    "connections delayed": delay_connections,
}
