"""Signs of life: a busy process gives them, one that stands still does not, and who waits for a broker says so."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from celery import current_app
from django.db import connection, transaction

from delivery.heartbeat import DIRECTORY, Heartbeat, read_sign
from delivery.models import OutboxMessage, Replay, ScheduleState
from delivery.outbox import enqueue
from tests.processes import BACKEND, Processes, RunningProcess, database_url, wait_until
from tests.receivers import closed_port
from tests.signs import check, is_alive, keep_signs, let_pass

# The event whose task takes long (tests.flow)
SLOW = -1


@pytest.fixture(autouse=True)
def signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the processes of a test, and the check, find the files."""
    return keep_signs(tmp_path, monkeypatch)


def start_busy_worker(processes: Processes, runs: Path, *, seconds: float) -> RunningProcess:
    """A worker in the middle of a task that takes so long."""
    worker = processes.start_worker(app="tests.flow", RUNS=str(runs), SECONDS=str(seconds))
    current_app.send_task("events.generate_event_ranking", kwargs={"event_id": SLOW})
    wait_until(lambda: runs.exists() and "first" in runs.read_text(), "the task is under way")
    return worker


def start_beat(processes: Processes) -> RunningProcess:
    return processes.start(sys.executable, "-m", "celery", "-A", "config", "beat", "-l", "info", "--pidfile=")


def test_who_is_busy_gives_signs_of_life_and_who_stands_still_does_not(
    processes: Processes, signs: Path, tmp_path: Path
) -> None:
    names = ("relay", "dead-letters", "replays", "beat", "worker")
    assert check(*names).stdout.count("no sign of life yet") == len(names)

    running = [processes.start_command(name) for name in ("relay", "consume_dead_letters")]
    running.append(start_beat(processes))
    running.append(start_busy_worker(processes, tmp_path / "runs", seconds=600))
    wait_until(lambda: is_alive(*names), "all of them give signs of life")
    let_pass(signs, *names)
    wait_until(lambda: is_alive(*names), "they go on giving them, the worker in the middle of its task")

    for process in running:
        process.signal(signal.SIGSTOP)
    let_pass(signs, *names)
    assert check(*names).stdout.count("working, silent for") == len(names)
    for name in names:
        assert not is_alive(name)

    for process in running[1:]:
        process.signal(signal.SIGCONT)
    wait_until(lambda: is_alive(*names[1:]), "those that go on are well again")
    assert check("--end-stuck", *names).returncode == 1
    assert running[0].wait() == -signal.SIGKILL
    assert not any(process.has_ended for process in running[1:])


def test_who_waits_for_the_broker_is_alive_and_says_so(processes: Processes, signs: Path) -> None:
    """From the start; `make chaos` takes it away later and brings it back."""
    names = ("relay", "dead-letters", "worker")
    away = {"CELERY_BROKER_URL": f"amqp://guest:guest@127.0.0.1:{closed_port()}//"}
    with transaction.atomic():
        enqueue("events.generate_event_ranking", {"event_id": 1})
    processes.start_command("relay", extra_environment=away)
    processes.start_command("consume_dead_letters", extra_environment=away)
    processes.start(sys.executable, "-m", "celery", "-A", "config", "worker", extra_environment=away)
    wait_until(lambda: check(*names).stdout.count("waiting for the broker") == len(names), "all of them say so")
    let_pass(signs, *names)
    wait_until(lambda: is_alive(*names), "they go on giving signs of life")
    assert is_alive("replays")


def test_who_waits_for_a_lock_of_the_database_is_alive_and_says_so(processes: Processes, signs: Path) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")
    names = ("relay", "replays", "beat")
    with psycopg.connect(database_url()) as holder:
        tables = ", ".join(model._meta.db_table for model in (OutboxMessage, Replay, ScheduleState))
        holder.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
        processes.start_relay()
        processes.start_dead_letter_consumer()
        start_beat(processes)
        wait_until(lambda: check(*names).stdout.count("waiting for the database") == len(names), "all of them say so")
        assert is_alive(*names)
    wait_until(lambda: check(*names).stdout.count(": working") == len(names), "they work again")


def test_a_worker_that_ends_is_given_the_time_that_its_task_needs(
    processes: Processes, signs: Path, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    worker = start_busy_worker(processes, runs, seconds=7)
    worker.signal(signal.SIGTERM)
    wait_until(lambda: read_sign("worker").state == "ending after the tasks in hand", "the worker says that it ends")
    while not worker.has_ended:
        assert is_alive("worker")
        assert read_sign("worker").age == -float("inf")
        time.sleep(0.5)
    assert worker.wait() == 0
    assert f"{SLOW} done" in runs.read_text()


def test_a_process_does_not_live_by_the_sign_of_the_one_before(signs: Path) -> None:
    Heartbeat("relay").beat_for_the_last_time("ending")
    assert is_alive("relay")
    Heartbeat("relay")
    assert check("relay").stdout == "relay: no sign of life yet\n"


def test_without_a_place_for_them_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DIRECTORY)
    assert "KeyError" in check("worker").stderr


def test_the_check_imports_no_library() -> None:
    code = "import sys, delivery.heartbeat; print(sorted({'django', 'celery', 'kombu'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=BACKEND, text=True).strip() == "[]"
