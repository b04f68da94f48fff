"""The broker's disk is lost for good, with messages everywhere in it: all of them are done in the end, none twice."""

import time
from collections import Counter
from pathlib import Path

from django.db import transaction
from django.db.models import Count
from django_celery_results.models import TaskResult

from delivery.accounts import find_unaccounted
from delivery.models import DeadLetter, OutboxMessage
from delivery.outbox import enqueue
from tests.broker import Broker
from tests.chaos.accounting import take_account
from tests.drills.conftest import Tell
from tests.drills.deployment import Deployment
from tests.drills.runbook import follow
from tests.drills.scoring import check_ranking, is_ranked, make_scored_event
from tests.processes import Processes, wait_until

NOTED = "events.generate_event_ranking"  # in tests.flow a line in a file for each run, and nothing else
QUEUED, FAR_TOO_MANY = 3_000, 100_000
FIRST = 10_000_000  # of their events: none of a test has such an id
SLOW = -1
MISFIT = ("events.import_scores", {"batch": 1})
FAILING = ("notifications.announce_event_ranking", {"ranking_id": 999_999_999})


def test_whatever_the_broker_had_is_done_once(processes: Processes, broker: Broker, tmp_path: Path, tell: Tell) -> None:
    runs = tmp_path / "runs"
    runs.touch()
    deployment = Deployment(processes)
    for name in ("web", "relay", "beat", "dead letters"):
        deployment.start(name)
    deployment.kill("dead letters")
    worker = processes.start_worker("--concurrency", "2", app="tests.flow", RUNS=str(runs), SECONDS="20")
    ask(*MISFIT, times=4)
    ask(*FAILING, times=3)
    ask(NOTED, {"event_id": SLOW}, times=1)
    wait_until(lambda: broker.count("events.dead") == 4, "four dead messages that nobody takes")
    wait_until(lambda: TaskResult.objects.filter(status="RETRY").count() == 3, "three wait for their next try")
    wait_until(runs.read_text, "one runs")
    ask_many(QUEUED)
    wait_until(lambda: not OutboxMessage.objects.filter(sent_at=None).exists(), "all sent")
    done = TaskResult.objects.filter(status="SUCCESS").count()
    tell(f"the broker has 4 dead messages, 3 in a delay, 1 that runs, {broker.count('events')} queued; {done} done")
    event, source = make_scored_event(deployment.port, entries=20, per_second=20)
    source.start()
    broker.control("lose")
    tell("the broker is lost with its disk; scores go on coming in")
    time.sleep(5)
    broker.control("start")
    tell(f"an empty broker is up; {len(source.taken)} scores were taken meanwhile, answers {dict(source.answers)}")
    shown = follow("broker-lost", "Sending again what was lost", tell)
    assert "dead letters made anew: 4" in shown
    deployment.start("dead letters")
    source.stop()
    wait_until(lambda: not take_account().unaccounted, "all accounted for")
    tell(str(take_account()))
    assert take_account().dead == {MISFIT[0]: 4, FAILING[0]: 3}
    assert DeadLetter.objects.count() == 7
    # Each of the workers with this task notes its runs: one each, but for what was in hand when the broker was lost.
    ran = Counter(int(line.split()[0]) for line in runs.read_text().splitlines() if not line.endswith("done"))
    del ran[event.pk]  # once for each burst of scores
    again = {event_id: times for event_id, times in ran.items() if times > 1}
    tell(f"{len(ran)} tasks left their note; again after the loss: {again}")
    assert set(range(FIRST, FIRST + QUEUED)) | {SLOW} == set(ran)
    assert len(again) <= 2, again  # the worker's children
    worker.stop()
    for name in ("worker-1", "worker-2"):
        deployment.start(name)
    ask(NOTED, {"event_id": event.pk}, times=1)
    wait_until(lambda: is_ranked(event), "ranked")
    tell(f"the ranking of {check_ranking(event, source)} entries is that of all {len(source.taken)} scores")
    assert set(source.answers) == {201}
    assert find_unaccounted() == []


def test_how_long_the_ledger_looks_for_a_hundred_thousand(processes: Processes, broker: Broker, tell: Tell) -> None:
    ask_many(FAR_TOO_MANY)
    relay = processes.start_relay()
    began = time.monotonic()
    wait_until(lambda: not OutboxMessage.objects.filter(sent_at=None).exists(), "all sent", seconds=300)
    tell(f"{FAR_TOO_MANY} messages sent in {time.monotonic() - began:.1f} s")
    relay.stop()
    broker.control("lose")
    broker.control("start")
    processes.run_command("topology")
    tell("the broker is lost with its disk; an empty one is up")
    time.sleep(31)
    began = time.monotonic()
    found = len(find_unaccounted())
    tell(f"the ledger has found {found} in {time.monotonic() - began:.1f} s, six of them between its two looks")
    began = time.monotonic()
    resent = processes.run_command("ledger", "resend", "--reason", "the broker lost its disk")
    tell(f"`ledger resend`, found anew included: {resent.stdout.strip()}, {time.monotonic() - began:.1f} s")
    assert found == FAR_TOO_MANY
    assert f"sent again: {FAR_TOO_MANY}" in resent.stdout
    processes.start_relay()
    began = time.monotonic()
    wait_until(lambda: not OutboxMessage.objects.filter(sent_at=None).exists(), "all sent anew", seconds=300)
    tell(f"sent anew in {time.monotonic() - began:.1f} s")
    twice = OutboxMessage.objects.values("task_id").annotate(times=Count("pk")).filter(times__gt=1)
    assert not twice.exists()
    broker.purge()


def ask(name: str, kwargs: dict[str, int], *, times: int) -> None:
    for _ in range(times):
        with transaction.atomic():
            enqueue(name, kwargs)


def ask_many(number: int) -> None:
    """Each of another event, that does not exist."""
    ids = range(FIRST, FIRST + number)
    OutboxMessage.objects.bulk_create(
        (OutboxMessage(task_name=NOTED, kwargs={"event_id": event_id}) for event_id in ids), 5_000
    )
