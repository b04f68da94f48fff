"""`manage.py run`: everything on one machine without a server, and nothing lost when its processes are killed."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.processes import BACKEND, Processes, RunningProcess, wait_until

ENQUEUE = """
from django.db import transaction
from delivery.outbox import enqueue
with transaction.atomic():
    for event_id in {event_ids}:
        enqueue("events.generate_event_ranking", {{"event_id": event_id}})
"""


RESULTS = "django_celery_results_taskresult"


class Placar:
    """`manage.py run` on a SQLite file of its own, with the demo in it."""

    def __init__(self, directory: Path) -> None:
        self.database = directory / "placar.sqlite3"
        self._environment = {"DATABASE_URL": f"sqlite:///{self.database}", "LOG_LEVEL": "INFO"}
        self.processes = Processes(directory)

    def start(self, *, port: int = 0) -> RunningProcess:
        """Start it, on any free port unless told otherwise."""
        return self.processes.start_command("run", "--port", str(port), extra_environment=self._environment)

    def start_up(self) -> RunningProcess:
        """Start it and wait until it says that it is up."""
        run = self.start()
        run.wait_for_log("Ctrl-C ends it.")
        return run

    def ask_for(self, *event_ids: int | str) -> None:
        """Enqueue a ranking of each event, from another process, as the web does."""
        command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", ENQUEUE.format(event_ids=event_ids)]
        subprocess.run(command, cwd=BACKEND, env=os.environ | self._environment, check=True)

    def count(self, sql: str) -> int:
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=20) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {sql}").fetchone()[0])

    def is_all_done(self) -> bool:
        done = f"SELECT replace(task_id, '-', '') FROM {RESULTS} WHERE status = 'SUCCESS'"
        return self.count(f"delivery_outboxmessage WHERE sent_at IS NULL OR task_id NOT IN ({done})") == 0

    def has_results(self, number: int) -> bool:
        return self.count(RESULTS) >= number

    def wait_until_all_is_done(self) -> None:
        wait_until(self.is_all_done, "every task with its result")


@pytest.fixture
def new_placar(tmp_path: Path) -> Iterator[Placar]:
    placar = Placar(tmp_path)
    yield placar
    placar.processes.end_all()


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database as a first start makes it, its tasks not yet done."""
    database = tmp_path_factory.mktemp("seeded") / "placar.sqlite3"
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{database}"}
    for command in (("migrate", "-v", "0"), ("schedules", "load", "schedules.json"), ("seed_demo",)):
        subprocess.run([sys.executable, "manage.py", *command], cwd=BACKEND, env=environment, check=True)
    return database


@pytest.fixture
def placar(new_placar: Placar, seeded: Path) -> Placar:
    """As new_placar, without the seconds that the migrations take."""
    shutil.copy(seeded, new_placar.database)
    return new_placar


def address_of(run: RunningProcess) -> str:
    found = re.search(r"Placar is at (http://127\.0\.0\.1:\d+)\n", run.log)
    assert found, run.log
    return found[1]


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return str(answer.read().decode())


def children_of(run: RunningProcess) -> dict[str, int]:
    """The process ids of web and worker, as far as they run."""
    children = {}
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            status, command = (directory / "status").read_text(), (directory / "cmdline").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if f"\nPPid:\t{run.pid}\n" in status and "\nState:\tZ" not in status:
            name = next((name for name in ("gunicorn", "run_worker") if name in command), "other")
            children[name] = int(directory.name)
    return children


def kill_child(run: RunningProcess, name: str) -> None:
    """SIGKILL, and wait for the next one in its place."""
    killed = children_of(run)[name]
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: children_of(run).get(name, killed) != killed, "another one in its place")


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_it_serves_the_demo_with_rankings_that_its_worker_made(new_placar: Placar) -> None:
    run = new_placar.start_up()
    assert "Demo logins: " in run.log
    assert "<html" in read(address_of(run))
    new_placar.wait_until_all_is_done()
    assert new_placar.count("events_ranking") > 0
    # Beat reads its schedules from the database.
    wait_until(lambda: new_placar.count("django_celery_beat_periodictask") > 0, "beat's own schedule in the database")
    assert run.stop() == 0
    assert run.log.endswith("Placar has ended.\n")
    assert "Traceback" not in run.log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_told_to_stop_it_ends_its_children_and_itself(placar: Placar, number: signal.Signals) -> None:
    run = placar.start_up()
    children = children_of(run)
    assert {"gunicorn", "run_worker"} <= set(children)
    run.signal(number)
    run.signal(number)  # a second Ctrl-C is for those in a hurry
    assert run.wait() == 0
    assert not any(is_alive(pid) for pid in children.values())
    assert "Traceback" not in run.log


def test_told_to_stop_while_it_starts_it_ends(new_placar: Placar) -> None:
    run = new_placar.start()
    wait_until(new_placar.database.exists, "the migrations have begun")
    run.signal(signal.SIGINT)
    assert run.wait() == 0
    assert "Traceback" not in run.log


def test_killed_itself_it_leaves_no_process_behind(placar: Placar) -> None:
    run = placar.start_up()
    children = children_of(run)
    run.signal(signal.SIGKILL)
    run.wait()
    wait_until(lambda: not any(is_alive(pid) for pid in children.values()), "the children have ended")
    # The database is free again: another one starts, and has a worker.
    placar.ask_for(1)
    placar.start_up()
    placar.wait_until_all_is_done()


@pytest.mark.parametrize("name", ["gunicorn", "run_worker"])
def test_a_child_that_is_killed_is_started_again(placar: Placar, name: str) -> None:
    run = placar.start_up()
    kill_child(run, name)
    assert f"{'web' if name == 'gunicorn' else 'worker'} was killed by SIGKILL; it starts again" in run.log
    assert "<html" in read(address_of(run))
    placar.ask_for(1)
    placar.wait_until_all_is_done()


def test_what_was_in_flight_when_the_worker_was_killed_is_done_all_the_same(placar: Placar) -> None:
    random = Random(20260101)
    run = placar.start_up()
    placar.ask_for(*range(300))
    for _ in range(3):
        more = placar.count(RESULTS) + random.randint(20, 60)
        wait_until(partial(placar.has_results, more), "some more tasks done")
        kill_child(run, "run_worker")
    placar.wait_until_all_is_done()
    assert placar.count("delivery_outboxmessage") >= 300


def test_a_retry_that_waits_in_the_workers_memory_survives_it(placar: Placar) -> None:
    run = placar.start_up()
    placar.wait_until_all_is_done()
    placar.ask_for("no number")
    wait_until(lambda: run.log.count(" retry: Retry in 10s") == 1, "the first try has failed")
    kill_child(run, "run_worker")
    # Not after ten seconds by what the dead worker knew, but at once by what the outbox knows.
    wait_until(lambda: run.log.count(" retry: Retry in 10s") == 2, "the first try again, in another worker")


def test_a_port_in_use_is_named(new_placar: Placar) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = new_placar.start(port=port)
        assert run.wait() == 1
    assert run.log.splitlines() == [
        f"CommandError: port {port} cannot be used (Address already in use); take another: make run PORT={port + 1}"
    ]


def test_a_second_one_on_the_same_database_says_so_and_ends(placar: Placar) -> None:
    first = placar.start_up()
    second = placar.start()
    assert second.wait() == 1
    assert "CommandError: another embedded worker runs on this database" in second.log
    assert second.log.endswith("CommandError: Placar could not start; the reason is above\n")
    assert "<html" in read(address_of(first))


def test_the_worker_refuses_a_real_broker(new_placar: Placar) -> None:
    worker = new_placar.processes.start_command("run_worker", extra_environment={"CELERY_BROKER_URL": "amqp://"})
    assert worker.wait() != 0
    assert worker.log == "CommandError: CELERY_BROKER_URL names a broker; the embedded mode is for memory://\n"
