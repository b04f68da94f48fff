"""The account of all tasks, and what is sent again, as far as no broker is needed."""

import uuid
from datetime import timedelta
from io import StringIO

import pytest
from celery import states
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_celery_results.models import TaskResult

from delivery import accounts
from delivery.accounts import account_by_state, find_unaccounted, find_unheard
from delivery.broker_counts import MessageCounts
from delivery.in_flight import in_flight
from delivery.models import OperatorAct, OutboxMessage
from delivery.resending import ResendRefused, resend_tasks

pytestmark = pytest.mark.django_db
NAME = "events.generate_event_ranking"


def add_task(status: str = "", *, sent: timedelta | None = timedelta(hours=1), name: str = NAME) -> OutboxMessage:
    """A task that was sent so long ago, None: not yet; with a result of this status, if any."""
    sent_at = None if sent is None else timezone.now() - sent
    message = OutboxMessage.objects.create(task_name=name, kwargs={"event_id": 1}, sent_at=sent_at)
    if status:
        result = TaskResult.objects.create(task_id=str(message.task_id), status=status)
        TaskResult.objects.filter(pk=result.pk).update(date_done=sent_at)
    return message


@pytest.fixture(autouse=True)
def counts(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """What the broker has, for a test to say: by queue, `delayed`, and `dead`, of events."""
    found: dict[str, int] = {}

    def count_messages() -> MessageCounts:
        return MessageCounts(by_queue=found, dead={"events": found.get("dead", 0)}, delayed=found.get("delayed", 0))

    monkeypatch.setattr(accounts, "count_messages", count_messages)
    monkeypatch.setattr(accounts, "BETWEEN_LOOKS_SECONDS", 0)
    return found


def test_every_task_is_counted_in_one_state() -> None:
    for status in (*[states.SUCCESS] * 3, states.FAILURE, states.REVOKED, states.STARTED, states.RETRY):
        add_task(status)
    add_task(sent=None)
    found = {account.state: account.count for account in account_by_state()}
    assert found == {"waiting": 1, "sent": 1, "running": 1, "succeeded": 3, "failed": 2}


def test_the_age_is_that_of_the_oldest() -> None:
    old = add_task(sent=None)
    OutboxMessage.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))
    add_task(sent=None)
    ages = {account.state: account.oldest for account in account_by_state()}
    assert ages["waiting"] is not None
    assert timezone.now() - ages["waiting"] > timedelta(days=1)
    assert (ages["sent"], ages["succeeded"]) == (None, None)


def test_in_flight_is_what_was_sent_and_has_no_final_result() -> None:
    for status in (states.SUCCESS, states.FAILURE, states.REVOKED):
        add_task(status)
    add_task(sent=None)
    expected = [add_task(), add_task(states.STARTED), add_task(states.RETRY)]
    assert list(in_flight().order_by("pk")) == expected


def test_a_task_with_a_message_is_accounted_for(counts: dict[str, int]) -> None:
    add_task()
    add_task(states.STARTED)
    counts["events"] = 2
    assert find_unaccounted() == []


def test_a_task_without_a_message_is_unaccounted_for(counts: dict[str, int]) -> None:
    lost, *_ = add_task(sent=timedelta(hours=2)), add_task(), add_task(states.STARTED)
    counts["events"] = 2
    assert find_unaccounted() == [lost]


def test_of_a_queue_those_are_named_that_nothing_was_heard_of_for_longest(counts: dict[str, int]) -> None:
    retried = add_task(states.RETRY, sent=timedelta(hours=3))
    TaskResult.objects.filter(task_id=str(retried.task_id)).update(date_done=timezone.now() - timedelta(minutes=5))
    older, newer = add_task(sent=timedelta(hours=2)), add_task(sent=timedelta(hours=1))
    assert find_unaccounted() == [older, newer, retried]
    counts["events"] = 2
    assert find_unaccounted() == [older]


def test_messages_of_another_queue_say_nothing(counts: dict[str, int]) -> None:
    lost = add_task()
    counts["rankings"] = 5
    assert find_unaccounted() == [lost]


def test_a_delayed_message_may_be_of_any_queue(counts: dict[str, int]) -> None:
    add_task(states.RETRY)
    add_task(name="rankings.refresh_standings")
    counts["delayed"] = 1
    assert find_unaccounted() == []


def test_what_was_heard_of_a_moment_ago_is_not_missing() -> None:
    add_task(sent=timedelta(seconds=5))
    running = add_task(states.STARTED)
    TaskResult.objects.filter(task_id=str(running.task_id)).update(date_done=timezone.now())
    assert find_unaccounted() == []


def test_a_task_that_is_missing_at_one_look_only_is_not_named(
    counts: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_task()
    monkeypatch.setattr("time.sleep", lambda _seconds: counts.update(events=1))
    assert find_unaccounted() == []


def test_what_messages_that_wait_hide_is_found_by_its_silence(counts: dict[str, int]) -> None:
    hours, minute = timedelta(hours=2), timedelta(minutes=1)
    retried, lost = add_task(states.RETRY, sent=hours), add_task()
    add_task(sent=minute)
    for status in (states.STARTED, states.SUCCESS):
        add_task(status, sent=hours)
    heard = add_task(states.RETRY, sent=hours)
    TaskResult.objects.filter(task_id=str(heard.task_id)).update(date_done=timezone.now() - minute)
    add_task(sent=None)
    counts["events"] = 5
    assert find_unaccounted() == []
    assert list(find_unheard(timedelta(minutes=10))) == [retried, lost]
    assert ledger("resend", "--reason", "lost", "--unheard-for", "10") == "sent again: 2\n"
    assert ledger("resend", "--reason", "lost", "--unheard-for", "10") == "nothing was unheard of for 0:10:00\n"
    assert not OutboxMessage.objects.filter(pk__in=[retried.pk, lost.pk], sent_at__isnull=False).exists()


def finish(*, asked_for: int, done: int, name: str = NAME) -> None:
    """A task that was asked for and finished so many minutes ago."""
    message = add_task(states.SUCCESS, sent=timedelta(minutes=done), name=name)
    asked_for_at = timezone.now() - timedelta(minutes=asked_for)
    OutboxMessage.objects.filter(pk=message.pk).update(created_at=asked_for_at)
    TaskResult.objects.filter(task_id=str(message.task_id)).update(task_name=name)


def test_what_younger_ones_have_overtaken_is_unaccounted_for_whatever_waits(counts: dict[str, int]) -> None:
    retried, lost = add_task(states.RETRY, sent=timedelta(hours=2)), add_task(sent=timedelta(minutes=60))
    runs, waits = add_task(states.STARTED), add_task(sent=timedelta(minutes=40))
    add_task(name="rankings.refresh_season_standings")
    counts |= {"events": 1000, "rankings": 1000}
    finish(asked_for=49, done=36, name="events.import_scores")
    assert find_unaccounted() == [retried, lost]
    counts["dead"] = 1
    assert find_unaccounted() == [lost]
    counts |= {"events": 0, "dead": 0}
    assert find_unaccounted() == [retried, lost, runs, waits]


@pytest.mark.parametrize(("asked_for", "done"), [(51, 36), (49, 34)])
def test_nothing_is_overtaken_by_what_is_hardly_younger_or_just_finished(
    counts: dict[str, int], asked_for: int, done: int
) -> None:
    add_task(sent=timedelta(minutes=60))
    counts["events"] = 1000
    finish(asked_for=asked_for, done=done)
    assert find_unaccounted() == []


def test_what_was_sent_again_and_had_been_done_overtakes_nothing(counts: dict[str, int]) -> None:
    add_task(sent=timedelta(minutes=60))
    counts["events"] = 1000
    finish(asked_for=90, done=40)
    assert find_unaccounted() == []


@pytest.mark.parametrize("minutes", ["0", "-1", "1.5", "ten", "²", "99999999999"])
def test_minutes_that_are_none_are_refused(minutes: str) -> None:
    with pytest.raises(CommandError, match="--unheard-for: must be a number of minutes from 1"):
        ledger("resend", "--reason", "lost", f"--unheard-for={minutes}")


def ledger(*arguments: str) -> str:
    out = StringIO()
    call_command("ledger", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_shows_states_and_what_is_missing() -> None:
    add_task(states.SUCCESS)
    lost = add_task()
    out = StringIO()
    with pytest.raises(CommandError, match="resend"):
        call_command("ledger", stdout=out)
    text = out.getvalue()
    assert "succeeded           1" in text
    assert "unaccounted         1" in text
    assert f"{lost.task_id} {NAME}" in text


def test_the_command_is_content_when_nothing_is_missing() -> None:
    add_task(states.SUCCESS)
    assert "unaccounted         0" in ledger()


def test_resending_lets_the_relay_send_it_again_and_is_recorded() -> None:
    lost, done = add_task(), add_task(states.SUCCESS)
    assert "sent again: 1" in ledger("resend", "--reason", "queue deleted by hand")
    lost.refresh_from_db()
    done.refresh_from_db()
    assert (lost.sent_at, done.sent_at is None) == (None, False)
    act = OperatorAct.objects.get()
    assert (act.action, act.count, act.reason) == ("resend", 1, "queue deleted by hand")
    assert act.selector == {"ids": [lost.pk]}
    assert "nothing is unaccounted for" in ledger("resend", "--reason", "again")


def test_resending_passes_over_what_has_finished_meanwhile() -> None:
    message = add_task()
    TaskResult.objects.create(task_id=str(message.task_id), status=states.SUCCESS)
    assert resend_tasks([message], who="me", reason="r") == 0
    assert not OperatorAct.objects.exists()


def test_resending_needs_a_reason() -> None:
    message = add_task()
    with pytest.raises(ResendRefused, match="reason"):
        resend_tasks([message], who="me", reason=" ")
    message.refresh_from_db()
    assert message.sent_at is not None


def test_ids_are_those_of_results_on_every_database() -> None:
    task_id = uuid.UUID("00000000-1111-4222-8333-444444444444")
    OutboxMessage.objects.create(task_id=task_id, task_name=NAME, kwargs={}, sent_at=timezone.now())
    TaskResult.objects.create(task_id=str(task_id), status=states.SUCCESS)
    assert not in_flight().exists()
