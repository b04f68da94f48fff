"""Lanes: each keeps its rate, rests when it fails, and holds nobody else up."""

import threading
import time
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.notifications.channels.base import Outcome, Result
from apps.notifications.courier import run as courier
from apps.notifications.courier.claims import claim, claim_of_lane
from apps.notifications.models import Delivery, DeliveryAttempt, Lane
from apps.notifications.services import deliver_messages
from delivery.models import OutboxMessage
from tests.integration.notifications.paper import SENT, PaperChannel, lane
from tests.integration.notifications.telling import tell
from tests.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

UNWELL = Result(Outcome.RETRY, "closed", blames_lane=True)


def run(run_id: int = 0) -> dict[str, int]:
    return deliver_messages("paper", run_id=run_id)


def run_and_leave(run_id: int = 0) -> None:
    """In a thread of its own."""
    run(run_id)
    connection.close()


def several(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


def test_a_lane_that_fails_rests_with_all_that_it_has(paper: PaperChannel) -> None:
    paper.senders_per_lane = 1
    names = several("bad", 5)
    paper.lanes = dict.fromkeys(names, lane("bad"))
    paper.answer = lambda name: UNWELL if name in names else SENT
    tell(*names, "good")
    assert run() == {"retry": 1, "sent": 1}, "one try tells that the lane is unwell"
    bad = lane("bad")
    assert (bad.failures, bad.paused_until is not None) == (1, True)
    untouched = Delivery.objects.filter(lane=bad, attempt_count=0)
    assert set(untouched.values_list("claims", "claim")) == {(0, None)}
    assert run() == {}, "it rests"


def test_lanes_that_work_are_served_first(paper: PaperChannel) -> None:
    names = several("bad", 3)
    for name in names:
        paper.lanes[name] = lane(name, failures=1)
    tell(*names, "good")
    claimed = claim(paper, claim_id=uuid.uuid4(), limit=1, busy=set(), failing=True)
    assert [one.notification.recipient.username for one in claimed] == ["good"]


def test_a_lane_that_was_paused_a_moment_ago_is_left_alone(paper: PaperChannel) -> None:
    tell("ana")
    Lane.objects.update(paused_until=timezone.now() + timedelta(minutes=1))
    assert claim_of_lane(lane().pk, uuid.uuid4(), 1) == []


def test_a_lane_rests_longer_each_time_until_it_works(paper: PaperChannel) -> None:
    paper.answer = lambda _name: UNWELL
    tell("ana", "bia")
    pauses = []
    for _time in range(4):
        Delivery.objects.update(due_at=timezone.now())
        Lane.objects.update(paused_until=None)
        run()
        paused_until = lane().paused_until
        assert paused_until is not None
        pauses.append(paused_until - timezone.now())
    assert pauses[3] > pauses[0] * 2
    assert lane().failing_since is not None
    paper.answer = lambda _name: SENT
    Delivery.objects.update(due_at=timezone.now())
    Lane.objects.update(paused_until=None)
    run()
    assert (lane().failures, lane().failing_since) == (0, None)


def test_a_lane_that_is_asked_to_wait_waits(paper: PaperChannel) -> None:
    paper.answer = lambda _name: Result(Outcome.SLOW_RETRY, "429", wait=timedelta(hours=2), blames_lane=True)
    tell("ana")
    run()
    paused_until = lane().paused_until
    assert paused_until is not None
    assert paused_until > timezone.now() + timedelta(minutes=110)


def test_a_lane_that_hangs_holds_no_other_up(paper: PaperChannel) -> None:
    """The run has four senders: the hanging lanes could take them all, many times over."""
    over = threading.Event()
    hanging, healthy = several("hanging", 12), several("healthy", 30)
    for number, name in enumerate(hanging):
        paper.lanes[name] = lane(f"hanging{number % 3}")
    for number, name in enumerate(healthy):
        paper.lanes[name] = lane(f"healthy{number % 2}")

    def answer(name: str) -> Result:
        if name in hanging:
            over.wait()
            return UNWELL
        return SENT

    paper.answer = answer
    Lane.objects.filter(provider__startswith="hanging").update(failures=3)
    tell(*hanging, *healthy)
    thread = threading.Thread(target=run_and_leave)
    thread.start()
    try:
        wait_until(lambda: len(paper.delivered) == len(healthy), "the healthy ones have everything")
        assert not DeliveryAttempt.objects.exclude(outcome="sent").exists()
    finally:
        over.set()
        thread.join()


def test_lanes_that_have_failed_take_half_of_the_senders_at_most(paper: PaperChannel) -> None:
    names = several("bad", 20)
    for number, name in enumerate(names):
        paper.lanes[name] = lane(f"bad{number % 10}")
    Lane.objects.update(failures=1)

    def answer(_name: str) -> Result:
        time.sleep(0.02)
        return SENT

    paper.answer = answer
    tell(*names)
    run()
    assert len(paper.delivered) == 20
    assert paper.busiest == 2


def test_all_runs_together_keep_the_rate_of_a_lane(paper: PaperChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "RUN_SECONDS", 3.0)
    paper.rate_per_second = 20
    Lane.objects.update_or_create(channel="paper", provider="post", defaults={"next_slot_at": timezone.now()})
    tell(*several("runner", 200))
    started = time.monotonic()
    runs = [threading.Thread(target=run_and_leave, args=[number]) for number in range(3)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    took = time.monotonic() - started
    # A burst of a second's worth, and then the rate.
    assert 40 <= len(paper.delivered) <= 20 * took + 21
    assert len(set(paper.delivered)) == len(paper.delivered)


def test_the_rate_of_a_lane_goes_before_that_of_its_channel(
    paper: PaperChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "RUN_SECONDS", 0.2)
    paper.rate_per_second = 1000
    lane(rate_per_second=3)
    tell(*several("runner", 20))
    run()
    assert len(paper.delivered) == 3


def test_two_runs_at_once_share_the_work(paper: PaperChannel) -> None:
    tell(*several("runner", 300))
    runs = [threading.Thread(target=run_and_leave, args=[number]) for number in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert len(paper.delivered) == len(set(paper.delivered)) == 300


def test_a_run_that_is_about_to_end_begins_nothing_that_may_hang(
    paper: PaperChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would have to wait for it, and nothing else would be sent meanwhile."""
    paper.lanes = {"bad": lane("bad", failures=1)}
    tell("bad", "good")
    monkeypatch.setattr(courier.Run, "_is_ending", lambda _run: True)
    assert run() == {"sent": 1}
    assert paper.delivered == ["good"]
    asked_for = OutboxMessage.objects.filter(task_name="notifications.deliver_messages").latest("pk")
    assert asked_for.not_before is None, "the next run begins at once, with what was left"
    assert Delivery.objects.get(lane=lane("bad")).claims == 0
