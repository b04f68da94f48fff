"""The database is lost while everything is under way, and restored from a backup as docs/runbook/restore.md says."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.models import Max

from apps.events.imports.run import OVER
from apps.events.models import Event, ImportBatch, Score
from apps.notifications.models import Delivery
from delivery.accounts import account_by_state
from delivery.models import DeadLetter, OutboxMessage
from delivery.outbox import enqueue
from delivery.topology import dead_queues, task_queues
from tests.broker import Broker
from tests.chaos.accounting import take_account
from tests.crowd import make_crowded_race
from tests.database import Database
from tests.drills.backups import FORMS
from tests.drills.conftest import Tell
from tests.drills.deployment import Deployment
from tests.drills.runbook import follow
from tests.drills.scoring import check_ranking, is_ranked, make_scored_event
from tests.factories import add_entry, add_score, make_event, publish_event
from tests.integration.events.imports.files import submit
from tests.mail_server import MailServer, mail_server
from tests.processes import Processes, wait_until

IMPORT_ROWS = 60_000
RECIPIENTS = 400
AFTER_SECONDS = 8.0  # of work between the backup and the loss
MAILING = {"EMAIL_RATE_PER_SECOND": "20", "EMAIL_TIMEOUT": "3", "NOTIFICATION_LEASE": "60"}
MISFIT = ("events.import_scores", {"batch": 1})  # its arguments fit no task: a dead letter at once
FAILING = ("notifications.announce_event_ranking", {"ranking_id": 999_999_999})  # waits for its next try in the broker


@pytest.fixture
def mails(tmp_path: Path) -> Iterator[MailServer]:
    (tmp_path / "accepted").touch()
    with mail_server(log=tmp_path / "accepted") as server:
        yield server


@pytest.mark.parametrize("form", FORMS)
def test_nothing_of_the_backup_is_lost(
    form: str, processes: Processes, broker: Broker, database: Database, mails: MailServer, tmp_path: Path, tell: Tell
) -> None:
    backup = FORMS[form](tmp_path, database, tell)
    backup.prepare()
    deployment = Deployment(processes, **MAILING | {"EMAIL_URL": f"smtp://127.0.0.1:{mails.port}"})
    deployment.start_all()
    event, source = make_scored_event(deployment.port, entries=50, per_second=40)
    source.start()
    crowded = publish_event(make_crowded_race(RECIPIENTS)).event
    ask(MISFIT, 3)
    wait_until(lambda: DeadLetter.objects.count() == 3, "three dead letters in the table")
    deployment.kill("dead letters")
    ask(MISFIT, 2)
    wait_until(lambda: broker.count("events.dead") == 2, "two more with the broker")
    ask(FAILING, 3)
    batch = submit(event_of_import := make_event(), import_file(IMPORT_ROWS))
    wait_until(lambda: 0 < rows_in(batch) < IMPORT_ROWS, "the import is under way")
    wait_until(lambda: len(mails.recipients) > 50, "e-mails are going out")
    # A dump is of the moment at which it begins.
    mailed = len(mails.recipients)
    backup.take()
    tell(f"the backup has {counts()}; {rows_in(batch)} of {IMPORT_ROWS} rows imported, {len(source.taken)} scores,")
    tell(f"  {mailed} of {RECIPIENTS} e-mails sent")

    ask(FAILING, 2)
    lost_event = publish_event(make_small_event())
    time.sleep(AFTER_SECONDS)
    highest = highest_ids()
    source.stop()
    backup.end()
    tell(f"before the loss there are {counts()}; {len(source.taken)} scores, {len(mails.recipients)} e-mails sent")
    database.control("lose")
    database.control("start")
    tell("the database is lost with its disk; an empty one is there")
    deployment.kill_all()
    queued = {queue.name: broker.count(queue.name) for queue in (*task_queues(), *dead_queues())}
    tell(f"all of Placar is stopped; the broker still has {queued} and what waits for a retry")

    backup.restore()
    tell(f"restored: {counts()}")
    follow("restore", "Letting the broker agree with the restored database", tell)
    deployment.start_all()
    tell("all of Placar runs again")
    new_event = publish_event(make_small_event())
    again = source.send_again()
    tell(
        f"the source has sent its {len(source.taken)} scores again: {again[200]} were there, {again[201]} recorded anew"
    )
    wait_until(lambda: ImportBatch.objects.get(pk=batch.pk).state in OVER, "the import is over")
    wait_until(lambda: is_ranked(event) and is_ranked(event_of_import), "all ranked")
    wait_until(lambda: set(mails.recipients) == everybody(crowded), "everybody has an e-mail")
    wait_until(lambda: not take_account().unaccounted, "all accounted for")
    tell(str(take_account()))

    failing = OutboxMessage.objects.filter(task_name=FAILING[0], kwargs=FAILING[1]).count()
    assert failing >= 3
    assert take_account().dead == {MISFIT[0]: 5, FAILING[0]: failing}
    assert DeadLetter.objects.count() == sum(take_account().dead.values())
    assert check_ranking(event, source) == 50
    assert Score.objects.filter(event=event).count() == len(source.taken)
    batch.refresh_from_db()
    assert (batch.received, batch.accepted) == (IMPORT_ROWS, IMPORT_ROWS)
    assert Score.objects.filter(event=event_of_import).count() == IMPORT_ROWS
    check_mails(mails, tmp_path / "accepted", mailed, tell)
    assert new_event.pk > highest["ranking"]
    assert new_event.event_id > highest["event"]
    assert lost_event.event_id <= highest["event"]
    tell("no id of the lost past is given out again: " + ", ".join(f"{k} above {v}" for k, v in highest.items()))
    shown = processes.run_command("ledger")
    assert (shown.returncode, shown.stderr) == (0, ""), shown.stdout
    codes = deployment.stop_all()
    assert set(codes.values()) == {0}, codes


def ask(task: tuple[str, dict[str, int]], times: int) -> None:
    name, kwargs = task
    for _ in range(times):
        with transaction.atomic():
            enqueue(name, kwargs)


def make_small_event() -> Event:
    event = make_event()
    add_entry(event, "1")
    add_score(event, "1", 60_000)
    return event


def import_file(rows: int) -> str:
    return "bib,name,score\n" + "".join(f"{bib},Runner {bib},{1000 + bib}\n" for bib in range(1, rows + 1))


def rows_in(batch: ImportBatch) -> int:
    return ImportBatch.objects.values_list("received", flat=True).get(pk=batch.pk)


def counts() -> str:
    """Tasks by state, and deliveries."""
    tasks = ", ".join(f"{each.count} {each.state}" for each in account_by_state() if each.count)
    return f"tasks {tasks}; dead letters {DeadLetter.objects.count()}"


def highest_ids() -> dict[str, int]:
    connection.close()
    return {
        "event": Event.objects.aggregate(last=Max("pk"))["last"],
        "ranking": Event.objects.aggregate(last=Max("rankings"))["last"],
        "task": OutboxMessage.objects.aggregate(last=Max("pk"))["last"],
    }


def everybody(event: Event) -> set[str]:
    addresses = Delivery.objects.filter(channel="email", notification__announcement__event=event)
    return set(addresses.values_list("notification__recipient__email", flat=True))


def check_mails(mails: MailServer, log: Path, before: int, tell: Tell) -> None:
    """Nobody got two that cannot be told to be one, and twice only what was sent after the backup."""
    lines = log.read_text().splitlines()
    doubles = Counter(lines)
    assert len(doubles) == len(set(mails.recipients)), "a second message of its own for the same news"
    twice = sum(times > 1 for times in doubles.values())
    first_part = set(lines[: before - 16])
    assert not [line for line, times in doubles.items() if times > 1 and line in first_part]
    tell(
        f"{len(doubles)} people got their e-mail; {twice} of them twice with the same Message-ID, sent after the backup"
    )
