"""What a deployment is planned by: bytes on disk, memory and connections of each role, and work of one process.

    python -m benchmarks.capacity        inside of scripts/private_services.py run --durable

No aims: the figures are for docs/capacity.md. Rates are of processes that share the machine with the database, the
broker and their client, and say more by their ratios than by themselves.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.setup import start_django, throwaway_database

start_django()

from django.contrib.auth.models import User  # noqa: E402 (after the set-up)
from django.db import connection  # noqa: E402
from django_celery_results.models import TaskResult  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

from apps.events.models import Entry, Event, RankingPage, Score  # noqa: E402
from apps.events.services import generate_event_ranking  # noqa: E402
from benchmarks.figures import Figure, print_summary  # noqa: E402
from benchmarks.http_load import Target, scores_per_second  # noqa: E402
from benchmarks.large_event import make_large_event  # noqa: E402
from benchmarks.roles import roles  # noqa: E402
from delivery.management_api import ManagementApi  # noqa: E402
from delivery.models import OutboxMessage  # noqa: E402
from tests.broker import Broker  # noqa: E402
from tests.chaos.rig import free_port  # noqa: E402
from tests.processes import Processes, RunningProcess, wait_until  # noqa: E402
from tests.web_server import gunicorn  # noqa: E402

TASKS, MESSAGES, ENTRIES = 4_000, 50_000, 30_000
SECONDS = 6.0
CHEAP = "rankings.refresh_season_standings"  # of an event that is in no season: next to nothing to do
MILLION = 1_000_000


def main() -> list[Figure]:
    """All of it."""
    with throwaway_database(), roles() as (processes, broker):
        return [
            *_events(),
            *_messages(processes, broker),
            *_tasks(processes),
            *_roles(processes),
            *_scores(processes),
        ]


def _events() -> Iterator[Figure]:
    event = make_large_event(ENTRIES)
    for model in (Entry, Score):
        yield Figure(f"a million rows of {model._meta.db_table}, on disk", _size(model) / ENTRIES / 1000, unit="GB")
    before = _size(RankingPage)
    began = time.perf_counter()
    generate_event_ranking(event.pk)
    yield Figure(
        f"a ranking of {ENTRIES}, reading and storing included", 1000 * (time.perf_counter() - began), unit="ms"
    )
    pages = RankingPage.objects.values_list("board", flat=True)
    yield Figure(f"pages of a ranking of {ENTRIES}", len(pages))
    yield Figure("boards of it", len(set(pages)))
    yield Figure("a revision of it, on disk", (_size(RankingPage) - before) / MILLION, unit="MB")


def _messages(processes: Processes, broker: Broker) -> Iterator[Figure]:
    """As many as the relay sends while no worker runs."""
    _ask(MESSAGES)
    memory, disk = _broker_memory(), _broker_disk()
    relay, began = processes.start_relay(), time.perf_counter()
    wait_until(lambda: not OutboxMessage.objects.filter(sent_at=None).exists(), "all sent", seconds=300)
    yield Figure("rows a second that a relay sends", MESSAGES / (time.perf_counter() - began))
    time.sleep(6)  # the broker's own figures are as late as that
    yield Figure(
        "a million queued messages, of the broker's memory", (_broker_memory() - memory) / MESSAGES / 1000, unit="GB"
    )
    yield Figure("the same, on its disk", (_broker_disk() - disk) / MESSAGES / 1000, unit="GB")
    relay.stop()
    broker.purge()
    OutboxMessage.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM FULL {OutboxMessage._meta.db_table}")


def _tasks(processes: Processes) -> Iterator[Figure]:
    """Through relay and one worker process, from the outbox to the result."""
    empty = {model: _size(model) for model in (OutboxMessage, TaskResult)}
    relay, worker = processes.start_relay(), processes.start_worker("--concurrency", "1")
    began, log_before = time.perf_counter(), _log_position()
    _ask(TASKS)
    wait_until(lambda: TaskResult.objects.filter(status="SUCCESS").count() == TASKS, "all done", seconds=600)
    yield Figure("cheap tasks a second of one worker process", TASKS / (time.perf_counter() - began))
    yield Figure("write-ahead log of a million tasks", (_log_position() - log_before) / TASKS / 1000, unit="GB")
    for model, before in empty.items():
        yield Figure(
            f"a million rows of {model._meta.db_table}, on disk", (_size(model) - before) / TASKS / 1000, unit="GB"
        )
    relay.stop()
    worker.stop()


def _roles(processes: Processes) -> Iterator[Figure]:
    """Each beside a relay, once it has worked: its own share of memory, and its connections to the database."""
    relay = processes.start_relay()
    _ask(200)
    time.sleep(5)
    before = _connections()
    yield Figure("memory: relay", _memory(relay) / MILLION, unit="MB")
    yield Figure("connections to the database: relay", before)
    starts: dict[str, Callable[[], RunningProcess]] = {
        "web, one process of eight threads": lambda: _web(processes)[0],
        "dead-letter consumer": processes.start_dead_letter_consumer,
        "beat": lambda: _beat(processes),
        "worker with two processes": lambda: processes.start_worker("--concurrency", "2"),
    }
    for name, start in starts.items():
        process = start()
        _ask(200)
        time.sleep(5)
        yield Figure(f"memory: {name}", _memory(process) / MILLION, unit="MB")
        yield Figure(f"connections to the database: {name}", _connections() - before)
        process.stop()
    relay.stop()


def _scores(processes: Processes) -> Iterator[Figure]:
    event = Event.objects.get()
    token = Token.objects.create(user=User.objects.create(username="staff", is_staff=True)).key
    server, port = _web(processes)
    target = Target(port, event.slug, token, list(event.entries.values_list("bib", flat=True)[:3000]))
    scores_per_second(target, clients=4, seconds=2)  # unmeasured: connections are made
    yield Figure("scores a second of one web process", scores_per_second(target, clients=8, seconds=SECONDS))
    yield Figure("connections to the database: the same under load", _connections())
    yield Figure("memory: the same under load", _memory(server) / MILLION, unit="MB")
    server.stop()


def _ask(number: int) -> None:
    OutboxMessage.objects.bulk_create(
        (OutboxMessage(task_name=CHEAP, kwargs={"event_id": MILLION + n}) for n in range(number)), 5_000
    )


def _web(processes: Processes) -> tuple[RunningProcess, int]:
    port = free_port()
    command = gunicorn("config.wsgi", port, "--workers=1", "--threads=8")
    server = processes.start(*command, extra_environment={"LIMIT_WRITES": ""})
    server.wait_for_log("Booting worker")
    return server, port


def _beat(processes: Processes) -> RunningProcess:
    beat = processes.start(sys.executable, "-m", "celery", "-A", "config", "beat", "-l", "info", "--pidfile=")
    beat.wait_for_log("beat: Starting...")
    return beat


def _size(model: type) -> int:
    """Bytes with indexes, of the rows that are there and those that were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s)", [model._meta.db_table])  # type: ignore[attr-defined]
        return int(cursor.fetchone()[0])


def _log_position() -> int:
    """Bytes of write-ahead log that were ever written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")
        return int(cursor.fetchone()[0])


def _connections() -> int:
    """Of others than this process."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def _memory(process: RunningProcess) -> int:
    """Bytes of it and its children; what they share counts once."""
    return sum(_proportional(pid) for pid in _family(process.pid))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from _family(int(child))


def _proportional(pid: int) -> int:
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _broker_memory() -> int:
    # Of what the queues keep in memory; the node's own figure moves with its garbage.
    return sum(int(queue.get("memory", 0)) for queue in ManagementApi().get("queues"))


def _broker_disk() -> int:
    directory = Path(os.environ["PLACAR_SERVICES_DIR"])
    sizes = subprocess.run(
        ["du", "-sb", *directory.glob("broker-*/mnesia")], capture_output=True, text=True, check=True
    )
    return sum(int(line.split()[0]) for line in sizes.stdout.splitlines())


if __name__ == "__main__":
    print_summary(main())
