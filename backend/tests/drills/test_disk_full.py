"""A disk is full, the broker's or the database's: what waits is done once there is room."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import Error, connection

from delivery.models import DeadLetter, OutboxMessage
from tests.broker import Broker
from tests.chaos.accounting import take_account
from tests.database import Database
from tests.drills.conftest import Tell
from tests.drills.deployment import Deployment
from tests.drills.nodes import rabbitmqctl
from tests.drills.scoring import check_ranking, is_ranked, make_scored_event
from tests.processes import Processes, wait_until

CHEAP = "rankings.refresh_season_standings"  # of an event that is in no season
FAILING = ("notifications.announce_event_ranking", {"ranking_id": 999_999_999})
QUEUED = 300
# More than any disk has: the alarm is raised. And what the private services have by themselves.
ALARM, CALM = "90000GB", "50MB"
ROOM, MORE_ROOM = 40, 800  # megabytes


def test_disk_of_the_broker(processes: Processes, broker: Broker, tell: Tell) -> None:
    deployment = Deployment(processes)
    for name in ("web", "relay", "dead letters", "beat"):
        deployment.start(name)
    event, source = make_scored_event(deployment.port, entries=20, per_second=20)
    OutboxMessage.objects.bulk_create(
        [OutboxMessage(task_name=CHEAP, kwargs={"event_id": 10**7 + number}) for number in range(QUEUED)]
        + [OutboxMessage(task_name=FAILING[0], kwargs=FAILING[1])]
    )
    wait_until(lambda: not OutboxMessage.objects.filter(sent_at=None).exists(), "all sent")
    rabbitmqctl("set_disk_free_limit", ALARM)
    tell("the broker's disk is in alarm")
    try:
        source.start()
        deployment.start("worker-1")
        wait_until(lambda: take_account().done >= QUEUED, "what was in the queues is done during the alarm")
        tell(f"the worker has done the {QUEUED} tasks that were in the queues")
        time.sleep(20)
        waiting = OutboxMessage.objects.filter(sent_at=None).count()
        tell(f"20 s later: {len(source.taken)} scores, answers {dict(source.answers)}, {source.slowest}")
        tell(f"  {waiting} tasks wait in the outbox")
        assert waiting
        assert set(source.answers) == {201}
    finally:
        rabbitmqctl("set_disk_free_limit", CALM)
    tell("there is room again")
    source.stop()
    wait_until(lambda: is_ranked(event), "ranked")
    wait_until(lambda: not take_account().unaccounted, "all accounted for")
    tell(
        f"{take_account()}; the ranking of {check_ranking(event, source)} entries is that of {len(source.taken)} scores"
    )
    assert take_account().dead == {FAILING[0]: 1}
    codes = deployment.stop_all()
    assert set(codes.values()) == {0}, codes


@pytest.mark.skipif(os.getuid() != 0, reason="needs a small file system, which only root may mount")
def test_disk_of_the_database(processes: Processes, broker: Broker, database: Database, tell: Tell) -> None:
    with small_disk(database, tell) as grow:
        deployment = Deployment(processes)
        deployment.start_all()
        event, source = make_scored_event(deployment.port, entries=20, per_second=20)
        source.start()
        wait_until(lambda: len(source.taken) > 40, "scores come in")
        fill(tell)
        before = len(source.taken)
        wait_until(lambda: source.answers.keys() - {201}, "a request is refused")
        time.sleep(15)
        tell(f"full: {len(source.taken) - before} more scores, answers {dict(source.answers)}")
        assert set(source.answers) <= {201, 503}
        assert not deployment.ended()
        grow()
        database.control("start")
        tell("there is room again, and the server runs")
        wait_until(lambda: len(source.taken) > before + 40, "scores come in again")
        source.stop()
        wait_until(lambda: is_ranked(event), "ranked")
        wait_until(lambda: not take_account().unaccounted, "all accounted for")
        tell(f"{take_account()}; the ranking of {check_ranking(event, source)} is that of {len(source.taken)} scores")
        assert not DeadLetter.objects.exists()
        assert not deployment.ended()
        processes.end_all()


def fill(tell: Tell) -> None:
    """Write until nothing more can be written."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE filler AS SELECT repeat('x', 1000) AS text FROM generate_series(1, 5000)")
            while True:
                cursor.execute("INSERT INTO filler SELECT text FROM filler LIMIT 5000")
    except Error as error:
        tell(f"the database says: {str(error).strip().splitlines()[0]}")
        connection.close()


@contextmanager
def small_disk(database: Database, tell: Tell) -> Iterator[Callable[[], None]]:
    """The server's files on a file system of their own that has little room; gives what makes it larger."""
    data = Path(os.environ["PLACAR_SERVICES_DIR"]) / "database" / "data"
    kept = data.with_name("kept")
    database.control("stop")
    data.rename(kept)
    data.mkdir(mode=0o700)
    used = int(subprocess.run(["du", "-sm", str(kept)], capture_output=True, text=True, check=True).stdout.split()[0])
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={used + ROOM}m,mode=700", "tmpfs", str(data)], check=True)
    subprocess.run(["cp", "-a", f"{kept}/.", f"{data}/"], check=True)
    shutil.copystat(kept, data)
    stat = kept.stat()
    os.chown(data, stat.st_uid, stat.st_gid)
    database.control("start")
    tell(f"PostgreSQL has {used} MB on a disk with room for {ROOM} MB more")

    def grow() -> None:
        subprocess.run(["mount", "-o", f"remount,size={used + MORE_ROOM}m", str(data)], check=True)

    try:
        yield grow
    finally:
        grow()
        connection.close()
        database.control("kill")
        subprocess.run(["umount", "--lazy", str(data)], check=True)
        data.rmdir()
        kept.rename(data)
        database.control("start")
