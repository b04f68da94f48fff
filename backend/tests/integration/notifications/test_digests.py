"""A person who would get too much in an hour gets the rest of it together."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.events.services import change_event_state
from apps.notifications.channels.base import Outcome, Result
from apps.notifications.models import Announcement, Delivery, Notification
from apps.notifications.services import deliver_messages, sweep_deliveries
from delivery.models import OutboxMessage
from tests.integration.notifications.paper import SENT, PaperChannel
from tests.integration.notifications.telling import tell

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def limit(paper: PaperChannel) -> None:
    paper.most_per_hour = 2


def run() -> dict[str, int]:
    OutboxMessage.objects.all().delete()
    return deliver_messages("paper", run_id=0)


def an_hour_later() -> None:
    Delivery.objects.filter(state="waiting").update(due_at=timezone.now())
    Delivery.objects.filter(state="sent").update(sent_at=timezone.now() - HOUR - timedelta(minutes=1))
    Announcement.objects.update(created_at=timezone.now() - HOUR)


def test_what_is_too_much_comes_together(paper: PaperChannel) -> None:
    for _time in range(2):
        tell("ana", "bia")
        run()
    events = [tell("ana"), tell("ana", "caio"), tell("ana", "caio")]
    run()
    assert sorted(paper.delivered) == ["ana", "ana", "bia", "bia", "caio", "caio"]
    (carrier,) = Delivery.objects.filter(is_digest=True)
    assert carrier.due_at > timezone.now() + HOUR / 2
    assert carrier.digested.count() == 2
    an_hour_later()
    assert run() == {"sent": 1}
    assert paper.delivered.count("ana") == 3
    assert paper.texts[-1].startswith("3 messages")
    assert all(f"Results of {event.name}" in paper.texts[-1] for event in events)
    assert not Delivery.objects.exclude(state="sent").exists()
    assert Notification.objects.filter(recipient__username="ana", in_inbox=True).count() == 5, "the inbox has each"


def test_the_run_for_a_digest_is_asked_for(paper: PaperChannel) -> None:
    for _time in range(2):
        tell("ana")
        run()
    OutboxMessage.objects.all().delete()
    tell("ana")
    (asked_for,) = OutboxMessage.objects.filter(task_name="notifications.deliver_messages")
    assert asked_for.not_before is not None
    assert asked_for.not_before > timezone.now() + HOUR / 2


def test_what_waits_to_be_sent_counts(paper: PaperChannel) -> None:
    for _time in range(3):
        tell("ana")
    assert run() == {"sent": 2}
    assert Delivery.objects.get(state="waiting").is_digest


def test_a_digest_of_one_is_the_message_itself(paper: PaperChannel) -> None:
    events = [tell("ana") for _time in range(4)]
    run()
    change_event_state(events[3].pk, action="unpublish", by=None)
    an_hour_later()
    assert run() == {"sent": 1, "skipped": 1}
    assert paper.texts[-1].startswith(f"Results of {events[2].name}")
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == ["sent", "sent", "sent", "skipped"]


def test_a_carrier_that_does_not_hold_any_more_lets_the_others_go(paper: PaperChannel) -> None:
    events = [tell("ana") for _time in range(4)]
    run()
    for event in events[2:]:
        change_event_state(event.pk, action="unpublish", by=None)
    an_hour_later()
    run()
    run()
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == ["sent"] * 2 + ["skipped"] * 2


def test_a_digest_that_is_given_up_lets_the_others_go_by_themselves(paper: PaperChannel) -> None:
    for _time in range(4):
        tell("ana")
    run()
    an_hour_later()
    answers = [Result(Outcome.FINAL, "too long"), SENT]
    paper.answer = lambda _name: answers.pop(0)
    assert run() == {"final": 1, "sent": 1}
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == ["sent", "sent", "failed", "sent"]


def test_what_came_too_late_for_a_digest_goes_by_itself(paper: PaperChannel) -> None:
    for _time in range(4):
        tell("ana")
    run()
    # As if it had joined while the carrier was on its way, and the run had not seen it.
    Delivery.objects.filter(is_digest=True).update(state="sent", sent_at=timezone.now())
    assert sweep_deliveries() == {"stuck": 1, "released": 1}
    assert run() == {"sent": 1}


def test_after_an_hour_the_count_begins_anew(paper: PaperChannel) -> None:
    for _time in range(2):
        tell("ana")
        run()
    Delivery.objects.update(sent_at=timezone.now() - HOUR - timedelta(minutes=1))
    tell("ana")
    assert run() == {"sent": 1}


def test_nothing_joins_a_carrier_that_is_on_its_way(paper: PaperChannel) -> None:
    for _time in range(3):
        tell("ana")
    run()
    Delivery.objects.filter(is_digest=True).update(claim=uuid.uuid4())
    tell("ana")
    assert list(Delivery.objects.filter(state="waiting").values_list("is_digest", "digest")) == [(True, None)] * 2
