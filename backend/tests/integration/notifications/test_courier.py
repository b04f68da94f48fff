"""A run of a channel: what is sent, when it is tried again, and when no more."""

import threading
import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from apps.notifications.channels.base import Outcome, Result
from apps.notifications.courier import run as courier
from apps.notifications.courier.claims import DEADLY, LEASE, MOST_CLAIMS, claim
from apps.notifications.models import Delivery, Lane, Notification, Preference
from apps.notifications.services import deliver_messages, sweep_deliveries
from delivery.models import OutboxMessage
from tests.factories import make_user
from tests.integration.notifications.paper import SENT, PaperChannel
from tests.integration.notifications.telling import tell

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State


def run() -> dict[str, int]:
    OutboxMessage.objects.all().delete()  # as if the relay had sent what asked for this run
    return deliver_messages("paper", run_id=0)


def make_due(**fields: Any) -> None:
    """As if the waiting time was over."""
    Delivery.objects.filter(state=State.WAITING).update(due_at=timezone.now(), **fields)
    Lane.objects.update(paused_until=None)


def states() -> dict[str, str]:
    return dict(Delivery.objects.order_by("pk").values_list("notification__recipient__username", "state"))


def runs_asked_for() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(task_name="notifications.deliver_messages", sent_at=None).order_by("pk"))


def test_each_is_sent_once(paper: PaperChannel) -> None:
    tell("ana", "bia", "caio")
    assert run() == {"sent": 3}
    assert sorted(paper.delivered) == ["ana", "bia", "caio"]
    assert run() == {}
    assert set(states().values()) == {"sent"}
    assert paper.senders_opened == 0
    attempts = [list(one.attempts.values_list("outcome", "answer")) for one in Delivery.objects.all()]
    assert attempts == [[("sent", "taken")]] * 3


def test_what_fails_is_tried_again_until_the_last_try(paper: PaperChannel, settings: Any) -> None:
    settings.NOTIFICATION_RETRY_DELAYS = [10, 20]
    tell("ana", "bia")
    paper.answer = lambda name: Result(Outcome.RETRY, "mailbox busy") if name == "ana" else SENT
    started = timezone.now()
    assert run() == {"sent": 1, "retry": 1}
    delivery = Delivery.objects.get(state=State.WAITING)
    assert timedelta(seconds=5) <= delivery.due_at - started <= timedelta(seconds=20)
    (follow_up,) = runs_asked_for()
    assert follow_up.not_before == delivery.due_at
    assert run() == {}, "nothing is due"
    for _again in range(2):
        make_due()
        assert run() == {"retry": 1}
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, delivery.attempt_count) == ("failed", "mailbox busy", 3)
    assert delivery.attempts.count() == 3
    make_due()
    assert run() == {}


def test_what_cannot_succeed_is_given_up_at_once(paper: PaperChannel) -> None:
    tell("ana")
    paper.answer = lambda _name: Result(Outcome.FINAL, "no such person", is_gone=True)
    assert run() == {"final": 1}
    assert states() == {"ana": "failed"}
    assert paper.given_up == ["ana"]


@pytest.mark.parametrize(
    ("result", "least"),
    [
        (Result(Outcome.SLOW_RETRY, "later"), timedelta(minutes=5)),
        (Result(Outcome.SLOW_RETRY, "in an hour", wait=timedelta(hours=1)), timedelta(hours=1)),
        (Result(Outcome.SLOW_RETRY, "in a year", wait=timedelta(days=365)), timedelta(days=1)),
    ],
)
def test_a_slow_retry_waits_as_long_as_is_asked(paper: PaperChannel, result: Result, least: timedelta) -> None:
    tell("ana")
    paper.answer = lambda _name: result
    started = timezone.now()
    run()
    waits = Delivery.objects.get().due_at - started
    assert least <= waits <= least + timedelta(minutes=1)


def test_a_fault_of_the_sender_is_a_try_that_failed(paper: PaperChannel) -> None:
    def stumble(_name: str) -> Result:
        raise ZeroDivisionError("ink")

    tell("ana", "bia")
    paper.answer = stumble
    assert run() == {"retry": 2}
    assert set(Delivery.objects.values_list("reason", flat=True)) == {"it could not be sent; the log says why"}


def test_one_that_cannot_be_made_does_not_stop_the_others(paper: PaperChannel) -> None:
    def stumble(name: str) -> str:
        if name == "bia":
            raise ZeroDivisionError("no paper")
        return "moved away" if name == "caio" else ""

    tell("ana", "bia", "caio")
    paper.unmade = stumble
    assert run() == {"sent": 1, "retry": 1, "skipped": 1}
    assert states() == {"ana": "sent", "bia": "waiting", "caio": "skipped"}
    assert Delivery.objects.get(state=State.SKIPPED).reason == "moved away"
    assert "it could not be made" in Delivery.objects.get(state=State.WAITING).reason


def test_what_does_not_hold_any_more_is_not_sent(paper: PaperChannel) -> None:
    from apps.events.services import change_event_state

    event = tell("ana")
    change_event_state(event.pk, action="unpublish", by=None)
    assert run() == {"skipped": 1}
    assert (paper.delivered, Delivery.objects.get().reason) == ([], "withdrawn")


def test_a_run_that_dies_leaves_its_claims_to_another_one_after_a_while(paper: PaperChannel) -> None:
    tell("ana", "bia")
    died = uuid.uuid4()
    assert len(claim(paper, claim_id=died, limit=1, busy=set(), failing=True)) == 1
    assert run() == {"sent": 1}
    (follow_up,) = runs_asked_for()
    assert follow_up.not_before is not None
    assert follow_up.not_before > timezone.now() + LEASE / 2, "the next run comes when the claim has ended"
    make_due()
    assert run() == {"sent": 1}
    assert sorted(paper.delivered) == ["ana", "bia"]


def test_what_was_sent_is_sent_whoever_has_claimed_it_meanwhile(paper: PaperChannel) -> None:
    tell("ana")

    def dawdle(_name: str) -> Result:
        # As if the other side had taken so long that the claim was over, and another run had taken it.
        Delivery.objects.update(claim=uuid.uuid4())
        connection.close()
        return SENT

    paper.answer = dawdle
    run()
    assert states() == {"ana": "sent"}


def test_a_try_that_failed_after_its_claim_changes_nothing(paper: PaperChannel) -> None:
    tell("ana")
    other = uuid.uuid4()

    def dawdle(_name: str) -> Result:
        Delivery.objects.update(claim=other)
        connection.close()
        return Result(Outcome.FINAL, "no")

    paper.answer = dawdle
    run()
    assert Delivery.objects.values_list("state", "claim").get() == ("waiting", other)


def test_one_that_kills_its_workers_is_given_up(paper: PaperChannel) -> None:
    tell("ana", "bia")
    Delivery.objects.filter(notification__recipient__username="ana").update(claims=MOST_CLAIMS)
    assert run() == {"sent": 1}
    assert Delivery.objects.get(state=State.FAILED).reason == DEADLY


def test_preferences_and_problems_are_on_record(paper: PaperChannel) -> None:
    for name in ("bia", "caio"):
        Preference.objects.create(user=make_user(name), channel="paper", kind="", is_on=False, changed_by="test")
    caio = Preference.objects.get(user__username="caio").user
    Preference.objects.create(user=caio, channel="paper", kind="results_published", is_on=True, changed_by="test")
    Preference.objects.create(user=caio, channel="inbox", kind="", is_on=False, changed_by="test")
    paper.problems["davi"] = "no letter box"
    tell("ana", "bia", "caio", "davi")
    reasons = Delivery.objects.filter(state=State.SKIPPED).values_list("notification__recipient__username", "reason")
    assert dict(reasons) == {"bia": "unwanted", "davi": "no letter box"}
    run()
    assert sorted(paper.delivered) == ["ana", "caio"]
    assert list(Notification.objects.filter(in_inbox=False).values_list("recipient__username", flat=True)) == ["caio"]


def test_an_account_out_of_use_gets_nothing_that_waits(paper: PaperChannel) -> None:
    tell("ana")
    User.objects.update(is_active=False)
    assert run() == {"skipped": 1}
    assert Delivery.objects.get().reason == "account not in use"


def test_a_message_of_many_tries_is_no_deadly_one(paper: PaperChannel, settings: Any) -> None:
    settings.NOTIFICATION_RETRY_DELAYS = [0.001] * 30
    tell("ana")
    paper.answer = lambda _name: Result(Outcome.RETRY, "busy\x00")
    for _time in range(MOST_CLAIMS + 5):
        make_due()
        assert run()["retry"] >= 1
        if Delivery.objects.get().state == State.FAILED:
            break
    delivery = Delivery.objects.get()
    assert delivery.reason == "busy "
    assert delivery.attempt_count > MOST_CLAIMS


def test_a_second_run_of_a_number_ends_at_once_and_none_is_lost(paper: PaperChannel) -> None:
    tell("ana")
    begun, over = threading.Event(), threading.Event()

    def wait(_name: str) -> Result:
        begun.set()
        over.wait(30)
        return SENT

    paper.answer = wait
    first = threading.Thread(target=run_and_leave)
    first.start()
    assert begun.wait(30)
    tell("bia")
    try:
        assert deliver_messages("paper", run_id=0) == {}
        assert deliver_messages("paper", run_id=0) == {}
        assert len(runs_asked_for()) <= 2, "what asks for a run joins what waits"
    finally:
        over.set()
        first.join()
    assert sorted(paper.delivered) == ["ana", "bia"] or runs_asked_for()


def run_and_leave() -> None:
    """In a thread of its own."""
    run()
    connection.close()


def test_who_has_no_account_in_use_is_told_nothing(paper: PaperChannel) -> None:
    make_user("ana", is_active=False)
    tell("ana", "bia")
    run()
    assert paper.delivered == ["bia"]


def test_the_sweep_finds_what_no_run_sends(paper: PaperChannel) -> None:
    tell("ana")
    OutboxMessage.objects.all().delete()
    assert sweep_deliveries() == {"stuck": 0, "released": 0}, "not yet"
    Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=6))
    Lane.objects.update(paused_until=timezone.now() + timedelta(minutes=1))
    assert sweep_deliveries() == {"stuck": 0, "released": 0}, "its lane rests"
    Lane.objects.update(paused_until=None)
    assert sweep_deliveries() == {"stuck": 1, "released": 0}
    assert len(runs_asked_for()) == 1


def test_what_is_on_its_way_at_the_end_of_a_run_is_noted(paper: PaperChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "RUN_SECONDS", 0.3)

    def dawdle(_name: str) -> Result:
        time.sleep(1)
        return SENT

    tell("ana")
    paper.answer = dawdle
    assert run() == {"sent": 1}
    assert states() == {"ana": "sent"}


def test_preferences_are_asked_once_more_when_it_is_sent(paper: PaperChannel) -> None:
    tell("ana", "bia")
    ana = Notification.objects.get(recipient__username="ana").recipient
    Preference.objects.create(user=ana, channel="paper", kind="results_published", is_on=False, changed_by="link")
    assert run() == {"skipped": 1, "sent": 1}
    assert paper.delivered == ["bia"]
    assert Delivery.objects.get(state=State.SKIPPED).reason == "unwanted"
