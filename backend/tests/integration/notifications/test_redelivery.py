"""Sending again what was given up or skipped, and what was sent: by whom and why is on record."""

import pytest
from django.core.management import CommandError, call_command

from apps.notifications.channels.base import Outcome, Result
from apps.notifications.models import Delivery, Redelivery
from apps.notifications.services import deliver_messages, redeliver_message
from delivery.models import OutboxMessage
from tests.factories import make_user
from tests.integration.notifications.paper import SENT, PaperChannel
from tests.integration.notifications.telling import tell

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State


def run() -> dict[str, int]:
    OutboxMessage.objects.all().delete()  # as if the relay had sent what asked for this run
    return deliver_messages("paper", run_id=0)


def states() -> dict[str, str]:
    return dict(Delivery.objects.order_by("pk").values_list("notification__recipient__username", "state"))


def runs_asked_for() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(task_name="notifications.deliver_messages", sent_at=None).order_by("pk"))


def test_what_was_skipped_is_sent_again_once_that_is_mended(
    paper: PaperChannel, capsys: pytest.CaptureFixture[str]
) -> None:
    paper.problems["ana"] = "no letter box"
    tell("ana")
    call_command("redeliver", "--skipped")
    assert "1 by paper: no letter box" in capsys.readouterr().out
    call_command("redeliver", "--skipped", "--reason", "there is one now")
    assert run() == {"sent": 1}


def test_somebody_may_have_it_sent_again(paper: PaperChannel) -> None:
    tell("ana")
    paper.answer = lambda _name: Result(Outcome.FINAL, "no such person")
    run()
    delivery = Delivery.objects.get()
    staff = make_user("staff")
    redeliver_message(delivery.pk, by=staff, reason="they moved back")
    paper.answer = lambda _name: SENT
    assert run() == {"sent": 1}
    again = Delivery.objects.get()
    assert (again.state, again.uuid, again.attempt_count) == ("sent", delivery.uuid, 1)
    assert again.attempts.count() == 2
    assert list(Redelivery.objects.values_list("by__username", "reason")) == [("staff", "they moved back")]


def test_a_command_lists_and_sends_again_what_was_given_up(
    paper: PaperChannel, capsys: pytest.CaptureFixture[str]
) -> None:
    event = tell("ana", "bia")
    paper.answer = lambda name: Result(Outcome.FINAL, f"no {name}")
    run()
    call_command("redeliver", "--event", event.slug)
    assert capsys.readouterr().out.splitlines() == [
        "1 by paper: no ana",
        "1 by paper: no bia",
        "given up: 2; --reason sends them again",
    ]
    paper.answer = lambda _name: SENT
    call_command("redeliver", "--answer", "no ana", "--reason", "they moved back")
    assert capsys.readouterr().out == "1 wait to be sent again\n"
    assert len(runs_asked_for()) == 1
    assert run() == {"sent": 1}
    assert states() == {"ana": "sent", "bia": "failed"}
    assert Redelivery.objects.get().reason == "they moved back"
    with pytest.raises(CommandError, match="no event 'nope'"):
        call_command("redeliver", "--event", "nope")
    call_command("redeliver", "--kind", "status_changed")
    assert capsys.readouterr().out == "given up: 0\n"
