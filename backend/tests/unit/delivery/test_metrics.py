"""What the exporter finds in the database, on either one; `test_sqlite.py` runs the same on SQLite."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from celery import states
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django_celery_results.models import TaskResult
from prometheus_client.metrics_core import Metric

from delivery import accounts
from delivery.broker import BrokerUnavailable
from delivery.broker_counts import MessageCounts
from delivery.metrics import growth, ledger, outbox, schedules
from delivery.metrics.dead_letters import DeadLetters
from delivery.metrics.families import single
from delivery.metrics.ledger import Ledger
from delivery.metrics.results import BUCKETS, Results
from delivery.metrics.throughput import Throughput
from delivery.metrics.watch import Source, Watch, Watched, look_at
from delivery.models import DeadLetter, Hold, OutboxMessage, ScheduledSlot
from delivery.outbox import enqueue
from tests.metrics import value, values
from tests.processes import wait_until
from tests.schedule_rows import every, were_seen

pytestmark = pytest.mark.django_db
NAME = "events.generate_event_ranking"
HOUR = timedelta(hours=1)


def ask(name: str = NAME, *, ago: timedelta = timedelta(), **fields: Any) -> OutboxMessage:
    """A task that was asked for so long ago."""
    message = OutboxMessage.objects.create(task_name=name, kwargs={"event_id": 1}, **fields)
    OutboxMessage.objects.filter(pk=message.pk).update(created_at=timezone.now() - ago)
    return message


def result(status: str, *, took: float | None = 1.0, ago: timedelta = timedelta(), name: str = NAME) -> TaskResult:
    """A run that ended so long ago."""
    row = TaskResult.objects.create(task_id=f"task {TaskResult.objects.count()}", status=status, task_name=name)
    done = timezone.now() - ago
    started = None if took is None else done - timedelta(seconds=took)
    TaskResult.objects.filter(pk=row.pk).update(date_done=done, date_started=started)
    return row


def test_lag_is_that_of_the_oldest_task_that_is_due_and_not_held() -> None:
    ask(ago=2 * HOUR, sent_at=timezone.now())
    ask(ago=HOUR)
    ask(ago=3 * HOUR, not_before=timezone.now() + HOUR)
    ask("rankings.refresh_standings", ago=HOUR)
    Hold.objects.create(queue="rankings", reason="a test", created_by="me")
    found = list(outbox.look())
    lag = values(found, "placar_outbox_lag_seconds")
    assert 3600 <= lag["events",] < 3700
    assert lag["rankings",] == lag["notifications",] == 0
    nothing = dict.fromkeys(((queue,) for queue in settings.QUEUES), 0)
    assert values(found, "placar_outbox_unsent") == {**nothing, ("events",): 2, ("rankings",): 1}
    assert values(found, "placar_outbox_due") == {**nothing, ("events",): 1}
    assert values(found, "placar_outbox_held") == {**nothing, ("rankings",): 1}


def test_a_task_for_later_is_late_from_then_on() -> None:
    ask(ago=2 * HOUR, not_before=timezone.now() - HOUR)
    assert 3600 <= value(outbox.look(), "placar_outbox_lag_seconds", "events") < 3700


def test_what_the_broker_refused_is_told() -> None:
    ask(failed_attempts=3)
    ask("nobody.knows", ago=HOUR)
    found = list(outbox.look())
    assert value(found, "placar_outbox_refused", "events") == 1
    # The default queue takes what has no route.
    assert value(found, "placar_outbox_lag_seconds", "events") >= 3600


def test_what_is_asked_for_and_sent_only_grows() -> None:
    ask(sent_at=timezone.now())
    waiting = ask()
    throughput = Throughput()
    assert flow(throughput) == (0, 0)
    OutboxMessage.objects.filter(pk=waiting.pk).update(sent_at=timezone.now())
    ask()
    assert flow(throughput) == (1, 1)
    # As a hold does, or an operator who sends it again.
    OutboxMessage.objects.filter(pk=waiting.pk).update(sent_at=None)
    assert flow(throughput) == (1, 1)
    OutboxMessage.objects.filter(sent_at=None).update(sent_at=timezone.now())
    assert flow(throughput) == (1, 2)


def test_what_is_asked_for_during_the_first_look_is_not_taken_for_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    count = growth.Growth.count

    def count_and_then_ask(grown: growth.Growth) -> Counter[str]:
        found = count(grown)
        ask()
        return found

    throughput = Throughput()
    with monkeypatch.context() as during:
        during.setattr(growth.Growth, "count", count_and_then_ask)
        assert flow(throughput) == (0, 0)
    assert flow(throughput) == (1, 0)
    OutboxMessage.objects.update(sent_at=timezone.now())
    assert flow(throughput) == (1, 1)


def flow(throughput: Throughput) -> tuple[float, float]:
    found = list(throughput.look())
    names = ("placar_outbox_tasks_total", "placar_outbox_sent_total")
    asked, sent = (value(found, name, "events") for name in names)
    return asked, sent


def test_a_row_that_is_removed_or_committed_late_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    grown = growth.Growth(OutboxMessage.objects.all, "task_name")
    assert grown.count() == {}
    first = ask()
    late = OutboxMessage(pk=first.pk + 1, task_name=NAME, kwargs={})
    last = OutboxMessage.objects.create(pk=first.pk + 2, task_name=NAME, kwargs={})
    assert grown.count() == {NAME: 2}
    late.save(force_insert=True)
    assert grown.count() == {NAME: 3}
    monkeypatch.setattr(growth, "OVERLAP_SECONDS", -1.0)
    assert grown.count() == {NAME: 3}
    assert grown.count() == {NAME: 3}
    OutboxMessage.objects.filter(pk__lte=last.pk).delete()
    assert grown.count() == {NAME: 3}


def test_runs_are_counted_from_the_start_of_the_exporter_by_task_and_outcome() -> None:
    result(states.SUCCESS, ago=timedelta(seconds=5))
    results = Results()
    assert set(values(results.look(), "placar_task_runs_total").values()) == {0}
    for status in (states.SUCCESS, states.SUCCESS, states.FAILURE, states.STARTED):
        result(status)
    retried = result(states.RETRY)
    result(states.SUCCESS, name="made.up_by_somebody")
    found = list(results.look())
    assert runs(found) == {"succeeded": 2, "failed": 1, "retried": 1}
    assert value(found, "placar_task_runs_total", "succeeded", "other") == 1
    # The next try of the same row.
    TaskResult.objects.filter(pk=retried.pk).update(status=states.FAILURE, date_done=timezone.now())
    assert runs(results.look()) == {"succeeded": 2, "failed": 2, "retried": 1}
    TaskResult.objects.all().delete()
    assert runs(results.look()) == {"succeeded": 2, "failed": 2, "retried": 1}


def runs(found: Iterable[Metric]) -> dict[str, float]:
    counts = values(found, "placar_task_runs_total")
    return {outcome: counts[outcome, NAME] for outcome in ("succeeded", "failed", "retried")}


def test_durations_are_a_histogram_that_prometheus_understands() -> None:
    results = Results()
    list(results.look())
    for seconds in (0.001, 0.02, 1400.0, 5000.0):
        result(states.SUCCESS, took=seconds)
    result(states.SUCCESS, took=None)
    found = list(results.look())
    buckets = values(found, "placar_task_duration_seconds_bucket")
    bounds = ("0.005", "0.02", "900.0", "1500.0", "+Inf")
    assert [buckets[bound, "succeeded", NAME] for bound in bounds] == [1, 2, 2, 3, 4]
    assert value(found, "placar_task_duration_seconds_count", "succeeded", NAME) == 4
    assert value(found, "placar_task_duration_seconds_sum", "succeeded", NAME) == pytest.approx(6400.021)
    assert tuple(sorted(BUCKETS)) == BUCKETS


def test_dead_letters_are_told_by_names_that_the_code_knows() -> None:
    letters = DeadLetters()
    list(letters.look())
    for number, (name, state) in enumerate([(NAME, "waiting"), (NAME, "discarded"), ("x" * 99, "waiting")]):
        DeadLetter.objects.create(
            digest=str(number), queue="events", task_name=name, state=state, body=b"", properties={}, headers={},
            cause="rejected", died_at=timezone.now() - HOUR, fingerprint="f",
        )  # fmt: skip
    found = list(letters.look())
    assert values(found, "placar_dead_letters_waiting") == {("events", NAME): 1, ("events", "other"): 1}
    assert value(found, "placar_dead_letters_total", NAME) == 2
    assert value(found, "placar_dead_letters_oldest_seconds", "events") >= 3600
    assert value(found, "placar_dead_letters_oldest_seconds", "rankings") == 0


def test_a_slot_that_no_beat_has_written_is_late() -> None:
    were_seen([every(60), every(86400), every(60, enabled=False)], timedelta(minutes=10))
    # Made or edited since beat looked last: it begins when beat sees it.
    every(60)
    found = list(schedules.look())
    assert value(found, "placar_schedules_late") == 1
    assert 500 <= value(found, "placar_schedules_late_seconds") < 700
    assert values(found, "placar_schedules_last_slot_timestamp_seconds") == {}
    slot = ScheduledSlot.objects.create(schedule=every(60), due_at=timezone.now(), outcome="skipped")
    assert value(schedules.look(), "placar_schedules_last_slot_timestamp_seconds") == slot.created_at.timestamp()


@pytest.fixture
def at_broker(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """What the broker has, for a test to say; `silent` where it does not answer."""
    found: dict[str, int] = {}

    def count() -> MessageCounts:
        if found.get("silent"):
            raise BrokerUnavailable("silent")
        return MessageCounts(by_queue=found, dead={}, delayed=0)

    monkeypatch.setattr(accounts, "count_messages", count)
    monkeypatch.setattr(ledger, "BETWEEN_LOOKS_SECONDS", 0)
    return found


def test_unaccounted_is_what_is_missing_at_two_looks_and_nothing_where_the_broker_is_silent(
    at_broker: dict[str, int],
) -> None:
    account = Ledger()
    ask(ago=2 * HOUR, sent_at=timezone.now() - HOUR)
    first, second = list(account.look()), list(account.look())
    assert (value(first, "placar_tasks_unaccounted"), value(second, "placar_tasks_unaccounted")) == (0, 1)
    assert 3600 <= value(second, "placar_queue_oldest_seconds", "events") < 3700
    assert value(second, "placar_tasks", "sent") == 1
    at_broker["silent"] = 1
    third = list(account.look())
    assert values(third, "placar_tasks_unaccounted") == {}
    assert value(third, "placar_tasks", "sent") == 1
    at_broker.update(silent=0, events=1)
    assert value(account.look(), "placar_tasks_unaccounted") == 0


def test_what_a_worker_has_started_does_not_wait_in_its_queue(at_broker: dict[str, int]) -> None:
    message = ask(sent_at=timezone.now() - HOUR)
    TaskResult.objects.create(task_id=str(message.task_id), status=states.STARTED)
    assert value(Ledger().look(), "placar_queue_oldest_seconds", "events") == 0


@pytest.mark.parametrize("error", [OperationalError("gone"), BrokerUnavailable("gone"), KeyError("not foreseen")])
def test_what_cannot_be_asked_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    answers: list[Callable[[], list[Metric]]] = [lambda: [single("placar_some", "Something.", 7)]]
    source = Source("some", lambda: answers[-1]())
    watched = Watched([source])
    assert values(watched.collect(), "placar_source_up") == {("some",): 0}
    look(source)
    assert value(watched.collect(), "placar_some") == 7
    assert value(watched.collect(), "placar_source_up", "some") == 1

    def fail() -> list[Metric]:
        raise error

    monkeypatch.setattr(connection, "close", lambda: None)
    answers.append(fail)
    look(source)
    assert values(watched.collect(), "placar_some") == {}
    assert value(watched.collect(), "placar_source_up", "some") == 0


def test_what_was_found_long_ago_is_left_out() -> None:
    source = Source("some", lambda: [single("placar_some", "Something.", 7)])
    watch = Watch([source], interval=0.01)
    thread = Thread(target=watch.run)
    thread.start()
    wait_until(lambda: source.fresh, "the first look")
    watch.stop()
    thread.join()
    wait_until(lambda: not source.fresh, "the end of its time")
    assert values(Watched([source]).collect(), "placar_source_up") == {("some",): 0}
    assert values(Watched([source]).collect(), "placar_some") == {}


def look(source: Source) -> None:
    """One look, which holds for a minute."""
    look_at(source)
    source.good_until = time.monotonic() + 60


def test_a_task_of_the_outbox_is_seen_once_it_is_committed() -> None:
    throughput = Throughput()
    list(throughput.look())
    with transaction.atomic():
        enqueue(NAME, {"event_id": 1})
    assert flow(throughput) == (1, 0)
