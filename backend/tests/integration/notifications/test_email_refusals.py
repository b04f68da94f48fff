"""What becomes of e-mails that a mail server refuses."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.errors import WrongState
from apps.notifications.models import DeliveryAttempt, Lane, SuppressedAddress
from apps.notifications.services import lift_suppression, redeliver_message, suppress_address
from tests.factories import make_user
from tests.integration.notifications.mailing import delivery_of, mailing, make_all_due, run, runner, tell
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True, params=[True, False], ids=["pipelining", "one-by-one"])
def _pipelining(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the server takes several commands together."""
    if not request.param:
        monkeypatch.setattr(MailServer, "extensions", ())


@pytest.fixture
def ana() -> User:
    return runner("ana")


def answers() -> list[tuple[str, str]]:
    return list(DeliveryAttempt.objects.values_list("outcome", "answer"))


def test_an_unknown_recipient_is_suppressed(ana: User) -> None:
    with mailing(answer_to=lambda _recipient: "550 5.1.1 no such user") as server:
        tell(ana)
        run()
        assert answers() == [("final", "550 5.1.1 no such user")]
        assert (delivery_of(ana).state, delivery_of(ana).reason) == ("failed", "550 5.1.1 no such user")
        (suppressed,) = SuppressedAddress.objects.all()
        assert (suppressed.address, suppressed.reason) == ("ana@example.org", "550 5.1.1 no such user")
    with mailing() as server:
        second = tell(ana, name="Second race")
        later = ana.notifications.get(announcement=second).deliveries.get()
        assert later.state == "skipped"
        run()
    assert server.recipients == []
    assert (later.state, later.reason) == ("skipped", "suppressed address")


def test_a_refused_content_suppresses_nobody(ana: User) -> None:
    with mailing(answer_to_content=lambda _recipient: "554 5.7.1 looks like spam"):
        tell(ana)
        run()
    assert (delivery_of(ana).state, delivery_of(ana).reason) == ("failed", "554 5.7.1 looks like spam")
    assert not SuppressedAddress.objects.exists()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("452 4.3.1 out of storage", "retry"),
        ("451 4.7.1 greylisted", "slow_retry"),
        ("450 4.2.1 busy", "slow_retry"),
    ],
)
def test_what_may_work_later_is_tried_later(ana: User, answer: str, outcome: str) -> None:
    given = [answer]
    with mailing(answer_to=lambda _recipient: given.pop() if given else None) as server:
        tell(ana)
        run()
        assert answers() == [(outcome, answer)]
        assert delivery_of(ana).state == "waiting"
        assert Lane.objects.get(channel="email").failures == 0
        make_all_due()
        run()
    assert server.recipients == ["Ana@example.org"]


def test_one_refusal_does_not_harm_the_next_message_of_the_connection(ana: User) -> None:
    users = [ana, *(runner(f"r{number}") for number in range(30))]
    with mailing(answer_to=lambda recipient: "550 5.1.1 no" if recipient.startswith("Ana") else None) as server:
        tell(*users)
        counts = run()
    assert (counts["sent"], counts["final"]) == (30, 1)
    assert len(server.recipients) == 30


def test_a_connection_that_breaks_is_opened_again() -> None:
    given = ["CLOSE"] * 3
    users = [runner(f"r{number}") for number in range(20)]
    with mailing(answer_to=lambda _recipient: given.pop() if given else None) as server:
        tell(*users)
        assert run()["retry"] == 3
        make_all_due()
        run()
    assert len(set(server.recipients)) == len(server.recipients) == 20


def test_a_server_that_closes_makes_the_lane_rest(ana: User) -> None:
    with mailing(answer_to=lambda _recipient: "421 4.3.2 shutting down"):
        tell(ana)
        run()
    lane = Lane.objects.get(channel="email")
    assert lane.failures == 1
    assert lane.paused_until is not None


def test_who_is_suppressed_while_it_waits_gets_nothing(ana: User) -> None:
    with mailing() as server:
        tell(ana)
        suppress_address("ANA@example.org", reason="complained")
        run()
        assert server.recipients == []
        assert delivery_of(ana).reason == "suppressed address"
        lift_suppression(SuppressedAddress.objects.get().pk, by=make_user("boss"))
        redeliver_message(delivery_of(ana).pk, by=None)
        run()
    assert server.recipients == ["Ana@example.org"]


def test_a_suppression_is_lifted_once_and_by_somebody(ana: User) -> None:
    boss = make_user("boss")
    suppress_address("ana@example.org", reason="first")
    suppress_address("Ana@example.org", reason="second")
    (row,) = SuppressedAddress.objects.all()
    assert row.reason == "first"
    lifted = lift_suppression(row.pk, by=boss)
    assert lifted.lifted_by == boss
    assert lifted.lifted_at is not None
    with pytest.raises(WrongState, match="it was lifted before"):
        lift_suppression(row.pk, by=boss)
    suppress_address("ana@example.org", reason="again")
    assert SuppressedAddress.objects.count() == 2


def test_staff_lift_it_in_the_admin() -> None:
    boss = make_user("boss", is_staff=True)
    suppress_address("ana@example.org", reason="550 no such user")
    row = SuppressedAddress.objects.get()
    client = Client()
    client.force_login(boss)
    page = "/admin/notifications/suppressedaddress/"
    assert "550 no such user" in client.get(page, {"q": "ana"}).text
    answer = client.post(page, {"action": "lift", "_selected_action": [row.pk]}, follow=True)
    assert "nothing is held back any more" in answer.text
    row.refresh_from_db()
    assert row.lifted_by == boss
    assert (
        "it was lifted before" in client.post(page, {"action": "lift", "_selected_action": [row.pk]}, follow=True).text
    )
