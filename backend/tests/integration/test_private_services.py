"""The tool under the other tests: what it says of stop, kill and freeze must be true.

On a pair of services of its own, so that nothing here disturbs the tests that share the session's pair.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest
from kombu import Connection, Queue

from tests.processes import wait_until

TOOL = Path(__file__).resolve().parents[3] / "scripts" / "private_services.py"
QUEUE = Queue("kept", durable=True, queue_arguments={"x-queue-type": "quorum"})
# Tells its environment, leaves a process behind, and ends with its input: also when the test run is killed.
COMMAND = "env; echo; setsid sleep 1000 & read _"


class Pair:
    """A PostgreSQL and a RabbitMQ, up until `end`."""

    def __init__(self, *options: str) -> None:
        command = [sys.executable, str(TOOL), "run", *options, "--", "sh", "-c", COMMAND]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        lines = [line.strip() for line in iter(self.process.stdout.readline, "\n")]
        self.env = dict(line.split("=", 1) for line in lines if "=" in line)
        self.directory = self.env["PLACAR_SERVICES_DIR"]

    def control(self, service: str, *verbs: str, node: int | None = None) -> None:
        of_one = [] if node is None else ["--node", str(node)]
        for verb in verbs:
            subprocess.run([sys.executable, str(TOOL), service, verb, *of_one], env=self.env, check=True)

    def broker(self) -> Connection:
        return Connection(self.env["CELERY_BROKER_URL"], connect_timeout=2, transport_options={"confirm_publish": True})

    def database(self) -> psycopg.Connection:
        return psycopg.connect(self.env["DATABASE_URL"], autocommit=True)

    def end(self, number: signal.Signals) -> int:
        with self.process:
            self.process.send_signal(number)
            return self.process.wait()  # before its input is closed, which would end the command as well


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.end(signal.SIGTERM)


@pytest.mark.parametrize("verb", ["stop", "kill"])
def test_the_broker_comes_back_with_its_messages(pair: Pair, verb: str) -> None:
    with pair.broker() as connection:
        connection.Producer().publish(verb, routing_key=QUEUE.name, declare=[QUEUE])
    pair.control("broker", verb, verb)
    with pytest.raises(ConnectionRefusedError), pair.broker() as connection:
        connection.connect()
    pair.control("broker", "start", "start")
    with pair.broker() as connection:
        message = QUEUE(connection.default_channel).get()
        assert message is not None
        assert message.payload == verb
        message.ack()


@pytest.mark.parametrize("verb", ["thaw", "start"])
def test_a_frozen_broker_accepts_connections_and_says_nothing_until_it_is_thawed(pair: Pair, verb: str) -> None:
    pair.control("broker", "freeze", "freeze")
    with pytest.raises(TimeoutError), pair.broker() as connection:
        connection.connect()
    pair.control("broker", verb, verb)
    with pair.broker() as connection:
        connection.connect()


def test_in_memory_alarm_the_broker_takes_nothing_until_it_is_calm(pair: Pair) -> None:
    pair.control("broker", "alarm", "alarm")
    options = {"confirm_publish": True, "read_timeout": 2}
    blocked = Connection(pair.env["CELERY_BROKER_URL"], transport_options=options)
    with pytest.raises(TimeoutError):
        blocked.Producer().publish("late", routing_key=QUEUE.name)
    blocked.collect()  # it does not answer to a close either
    pair.control("broker", "calm", "calm")
    with pair.broker() as connection:
        connection.Producer().publish("taken", routing_key=QUEUE.name, declare=[QUEUE])


def test_a_cluster_goes_on_without_a_node_and_takes_it_back() -> None:
    cluster = Pair("--nodes", "3")
    try:
        with cluster.broker() as connection:
            connection.Producer().publish("kept", routing_key=QUEUE.name, declare=[QUEUE])
        for node in (1, 2, 3):
            cluster.control("broker", "kill", node=node)
            wait_until(partial(is_kept, cluster), f"the message without node {node}")
            cluster.control("broker", "start", node=node)
    finally:
        cluster.end(signal.SIGTERM)


def is_kept(cluster: Pair) -> bool:
    """Whether a queue gives its message, which it does not while it elects another leader."""
    connection = cluster.broker()
    try:
        connection.ensure_connection(max_retries=3, interval_start=0)
        message = QUEUE(connection.default_channel).get()
        return message is not None and message.payload == "kept"
    except connection.connection_errors:
        return False
    finally:
        connection.collect()  # the message goes back to its queue


@pytest.mark.parametrize("verb", ["stop", "kill", "abort"])
def test_the_database_comes_back_with_its_rows(pair: Pair, verb: str) -> None:
    with pair.database() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS value")
    pair.control("database", verb, verb)
    with pytest.raises(psycopg.OperationalError):
        pair.database()
    pair.control("database", "start", "start")
    with pair.database() as connection:
        assert connection.execute("SELECT value FROM kept").fetchall() == [(1,)]
        connection.execute("DROP TABLE kept")


def test_nothing_is_left_after_the_end() -> None:
    pair = Pair()
    assert processes_that_know(pair.directory)
    assert pair.end(signal.SIGTERM) == 128 + signal.SIGTERM
    assert processes_that_know(pair.directory) == []
    assert not Path(pair.directory).exists()


def processes_that_know(directory: str) -> list[str]:
    """Process ids whose environment names the directory: the services, the command and what that started."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and os.fsencode(directory) in (process / "environ").read_bytes():
                found.append(process.name)
        except (OSError, ProcessLookupError):
            continue  # another user's, or gone meanwhile
    return found
