"""The faults of `make chaos`, each left in place until its alert fires: what heals by itself needs nobody."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random

from amqp.exceptions import AMQPError
from django.db import connection

from delivery.accounts import find_unaccounted, find_unheard
from delivery.broker import BrokerUnavailable, open_connection
from delivery.resending import resend_tasks
from delivery.topology import task_queues
from tests.alerts.stand import DEAD_LETTERS, Stand
from tests.alerts.work import ask_for_doomed
from tests.broker import TOOL, channel_of
from tests.chaos.roles import WORKERS

Lasting = Callable[[Stand], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done, which alerts must fire, which others may, and of which one must."""

    lasting: Lasting
    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    one_of: frozenset[str] = frozenset()

    @property
    def is_ridden_out(self) -> bool:
        """Nothing may fire."""
        return not (self.must or self.one_of)

    def has_fired(self, alerts: Iterable[str]) -> bool:
        """Whether all that must have fired are among the alerts."""
        return self.must <= set(alerts) and (not self.one_of or bool(self.one_of.intersection(alerts)))


@contextmanager
def killed(roles: tuple[str, ...], stand: Stand) -> Iterator[None]:
    for role in roles:
        stand.roles.kill(role)
    yield
    for role in roles:
        stand.roles.start(role)


@contextmanager
def stopped(roles: tuple[str, ...], stand: Stand) -> Iterator[None]:
    for role in roles:
        stand.roles.signal(role, signal.SIGSTOP)
    yield
    for role in roles:
        stand.roles.signal(role, signal.SIGCONT)


@contextmanager
def again_and_again(act: Callable[[Stand], None], pause: float, stand: Stand) -> Iterator[None]:
    """In a thread, until healed."""
    enough = threading.Event()

    def run() -> None:
        while not enough.wait(pause):
            act(stand)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield
    enough.set()
    thread.join()


@contextmanager
def delayed(seconds: float, stand: Stand) -> Iterator[None]:
    stand.proxy.do(f"delay {seconds}")
    yield
    stand.proxy.do("delay 0")


@contextmanager
def broker_after(verb: str, healing: str, stand: Stand, *, node: int | None = None) -> Iterator[None]:
    stand.broker.control(verb, node=node)
    yield
    stand.broker.control(healing, node=node)


@contextmanager
def database_ended(_stand: Stand) -> Iterator[None]:
    subprocess.run([sys.executable, TOOL, "database", "abort"], check=True)
    yield
    subprocess.run([sys.executable, TOOL, "database", "start"], check=True)
    connection.close()  # of this process: it ended as well, and is made anew when it is needed


@contextmanager
def doomed_tasks(_stand: Stand) -> Iterator[None]:
    ask_for_doomed(30)
    yield


@contextmanager
def queues_purged(stand: Stand) -> Iterator[None]:
    """While nobody consumes, so that there is something to purge."""
    with killed(WORKERS, stand):
        time.sleep(5)
        stand.broker.purge()
    yield
    # Messages that wait hide as many that are missing, in a queue that is never empty for long: those are silent.
    deadline = time.monotonic() + 45
    while time.monotonic() < deadline:
        resend_tasks(find_unaccounted(), who="tests", reason="purged")
        time.sleep(1)
    resend_tasks(find_unheard(timedelta(seconds=30)), who="tests", reason="purged")


def kill_children(stand: Stand) -> None:
    for worker in WORKERS:
        with suppress(IndexError):  # it has none for a moment
            stand.roles.kill_child(worker, Random())


def double_messages(stand: Stand) -> None:
    with suppress(BrokerUnavailable, AMQPError, OSError), open_connection() as connection:
        channel = channel_of(connection)
        channel.confirm_select()
        for queue in task_queues():
            if message := channel.basic_get(queue.name):
                channel.basic_publish_confirm(message, exchange="", routing_key=queue.name, mandatory=True)
                channel.basic_reject(message.delivery_tag, requeue=True)


def reset_connections(stand: Stand) -> None:
    with suppress(OSError):
        stand.proxy.do("reset")


def names(*alerts: str) -> frozenset[str]:
    return frozenset(f"Placar{alert}" for alert in alerts)


BEHIND = names("OutboxLag", "RelayNotSending", "QueueBehind", "QueueNotConsumed", "BeatLate", "AccountUnknown")
NO_BROKER = BEHIND | names("TasksRetried", "BrokerDown", "DeadLetters", "DeadLettersGrow", "TasksFail")

FAULTS: dict[str, Fault] = {
    "kill -9 of the relay": Fault(partial(killed, ("relay",)), names("OutboxLag", "RelayNotSending")),
    "kill -9 of the workers": Fault(partial(killed, WORKERS), names("QueueNotConsumed"), BEHIND),
    "kill -9 of the dead-letter consumer": Fault(partial(killed, (DEAD_LETTERS,)), names("QueueNotConsumed")),
    "kill -9 of beat": Fault(partial(killed, ("beat",)), names("BeatLate")),
    "kill -9 of web": Fault(partial(killed, ("web",)), names("WebDown")),
    "kill -9 of the exporter": Fault(partial(killed, ("metrics",)), names("ExporterDown"), names("AccountUnknown")),
    # How many tasks they have at that moment depends on how soon they are replaced, and so does what is seen.
    "kill -9 of children, again and again": Fault(
        partial(again_and_again, kill_children, 1.0),
        may=BEHIND | names("TasksRetried"),
        one_of=names("TasksRetried", "QueueBehind"),
    ),
    "workers stopped": Fault(partial(stopped, WORKERS), names("QueueNotConsumed"), BEHIND | names("TasksRetried")),
    # The relay gets through in between. Each reset gives back what workers hold, and after twenty times it is dead.
    "connections reset, again and again": Fault(
        partial(again_and_again, reset_connections, 0.1), names("QueueNotConsumed"), NO_BROKER
    ),
    "connections delayed": Fault(partial(delayed, 20.0), names("OutboxLag"), NO_BROKER),
    "database ended": Fault(
        database_ended, names("DatabaseDown", "NotReady"), BEHIND | names("TasksRetried", "TasksFail", "DeadLetters")
    ),
    "broker stopped": Fault(partial(broker_after, "stop", "start"), names("BrokerDown", "OutboxLag"), NO_BROKER),
    "broker killed": Fault(partial(broker_after, "kill", "start"), names("BrokerDown", "OutboxLag"), NO_BROKER),
    "broker frozen": Fault(partial(broker_after, "freeze", "thaw"), names("BrokerDown", "OutboxLag"), NO_BROKER),
    "broker in memory alarm": Fault(
        partial(broker_after, "alarm", "calm"), names("BrokerAlarm", "OutboxLag"), NO_BROKER
    ),
    "queues purged by hand": Fault(queues_purged, names("TasksUnaccounted"), BEHIND),
    "tasks that fail": Fault(doomed_tasks, names("TasksFail", "DeadLetters", "DeadLettersGrow"), names("TasksRetried")),
}
# What nobody need do anything about: the work goes on, and no alert fires.
RIDDEN_OUT: dict[str, Fault] = {
    "kill -9 of one worker of two": Fault(partial(killed, WORKERS[:1])),
    "messages doubled": Fault(partial(again_and_again, double_messages, 0.2)),
}
