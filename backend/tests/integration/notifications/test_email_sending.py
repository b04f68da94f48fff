"""E-mails as a mail server gets them, and what is kept of each try."""

import re
import socket

import pytest
from django.contrib.auth.models import User
from django.test import override_settings

from apps.notifications.channels import email_sender
from apps.notifications.channels.email import CHANNEL
from apps.notifications.fan_out import announce
from apps.notifications.models import Delivery, DeliveryAttempt, Lane, RecipientSettings
from apps.notifications.services import redeliver_message
from tests.factories import make_user
from tests.integration.notifications.mailing import delivery_of, mailing, make_all_due, run, runner, tell
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)
NO_EMAIL = "django.core.mail.backends.dummy.EmailBackend"


@pytest.fixture(autouse=True, params=[True, False], ids=["pipelining", "one-by-one"])
def _pipelining(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the server takes several commands together."""
    if not request.param:
        monkeypatch.setattr(MailServer, "extensions", ())


@pytest.fixture
def ana() -> User:
    return runner("ana")


def test_everybody_gets_one_with_text_and_html(ana: User) -> None:
    bia = runner("bia")
    with mailing() as server:
        tell(ana, bia)
        assert run()["sent"] == 2
    assert sorted(server.recipients) == ["Ana@example.org", "Bia@example.org"]
    message = next(one for one in server.messages() if one["To"] == "Ana@example.org")
    assert message["Subject"] == "Results of Harbour 10K"
    assert message["From"] == "Placar <placar@example.com>"
    assert message["Date"].datetime is not None
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<{delivery_of(ana).uuid}@example.com>"
    assert message.get_content_type() == "multipart/alternative"
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert "Ana" in text.get_content()
    assert "21:00" in text.get_content()
    assert "21:00" in html.get_content()
    assert "<html" in html.get_content()


def test_mail_programs_can_unsubscribe(ana: User) -> None:
    with mailing() as server:
        tell(ana)
        run()
    (message,) = server.messages()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(r"<(http://localhost:8000/unsubscribe/\S+)>", message["List-Unsubscribe"])
    assert link is not None
    for part in message.iter_parts():
        assert link[1] in part.get_content()


def test_names_in_any_letters_arrive(ana: User) -> None:
    RecipientSettings.objects.create(user=ana, language="pt-br")
    name = "Corrida de São João, " + "muito longa " * 12 + "日本"
    with mailing() as server:
        tell(ana, name=name)
        run()
    (message,) = server.messages()
    assert name in message["Subject"]
    assert all(len(line) <= 998 for line in server.accepted[0].splitlines())
    assert server.accepted[0].isascii()


def test_nothing_in_a_name_becomes_a_header(ana: User) -> None:
    with mailing() as server:
        tell(ana, name="Race\r\nBcc: eve@example.org\r\n\r\nHello")
        run()
    (message,) = server.messages()
    assert message["Bcc"] is None
    assert server.recipients == ["Ana@example.org"]


def test_an_address_with_a_line_break_gets_nothing(ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(email="ana@example.org\r\nRCPT TO:<eve@example.org>")
    with mailing() as server:
        tell(ana)
        run()
    assert server.recipients == []
    assert delivery_of(ana).reason == "not an e-mail address"


def test_one_connection_carries_many() -> None:
    with mailing() as server:
        tell(*(runner(f"r{number}") for number in range(40)))
        run()
    assert len(server.recipients) == 40
    assert len(server.sessions) <= 8


def test_the_answer_is_kept(ana: User) -> None:
    with mailing():
        tell(ana)
        run()
    attempt = DeliveryAttempt.objects.get()
    assert (attempt.outcome, attempt.answer) == ("sent", "250 2.0.0 queued")
    delivery = delivery_of(ana)
    assert delivery.state == Delivery.State.SENT
    assert delivery.sent_at is not None


def test_each_try_has_the_same_message_id(ana: User) -> None:
    with mailing() as server:
        tell(ana)
        run()
        redeliver_message(delivery_of(ana).pk, by=None)
        run()
    first, second = server.messages()
    assert first["Message-ID"] == second["Message-ID"]


def test_without_an_address_there_is_a_row_that_says_so() -> None:
    nobody = make_user("nobody")
    with mailing() as server:
        tell(nobody)
        run()
    assert (delivery_of(nobody).state, delivery_of(nobody).reason) == ("skipped", "no address")
    assert server.recipients == []


def test_without_email_there_are_rows_that_say_so(ana: User) -> None:
    with override_settings(EMAIL_BACKEND=NO_EMAIL):
        tell(ana)
        assert run() == {}
    assert (delivery_of(ana).state, delivery_of(ana).reason) == ("skipped", "no e-mail in this deployment")
    # What waits when e-mail is taken away is not sent into nowhere.
    redeliver_message(delivery_of(ana).pk, by=None)
    with override_settings(EMAIL_BACKEND=NO_EMAIL):
        run()
    assert (delivery_of(ana).state, delivery_of(ana).reason) == ("skipped", "no e-mail in this deployment")


def test_any_backend_of_django_sends(ana: User, mailoutbox: list[object]) -> None:
    tell(ana)
    assert run()["sent"] == 1
    (message,) = mailoutbox
    assert message.to == ["Ana@example.org"]  # type: ignore[attr-defined]
    assert message.extra_headers["Message-ID"].startswith(f"<{delivery_of(ana).uuid}@")  # type: ignore[attr-defined]


def test_a_server_that_is_away_makes_the_lane_rest(ana: User) -> None:
    with mailing() as server:
        tell(ana)
        with override_settings(EMAIL_PORT=1):
            assert run()["retry"] == 1
        lane = Lane.objects.get(channel="email")
        assert lane.failures == 1
        assert lane.paused_until is not None
        assert "ConnectionRefusedError" in delivery_of(ana).reason
        make_all_due()
        run()
    assert server.recipients == ["Ana@example.org"]


def test_a_server_that_never_answers_makes_the_lane_rest(ana: User) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        mailing(),
        override_settings(EMAIL_PORT=silent.getsockname()[1], EMAIL_TIMEOUT=0.3),
    ):
        tell(ana)
        assert run() == {"retry": 1}
    assert Lane.objects.get(channel="email").failures == 1
    assert "timed out" in delivery_of(ana).reason


def test_a_connection_that_has_carried_much_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email_sender, "MESSAGES_OF_A_CONNECTION", 5)
    monkeypatch.setattr(CHANNEL, "senders", 1, raising=False)
    with mailing() as server:
        tell(*(runner(f"r{number}") for number in range(20)))
        assert run() == {"sent": 20}
    assert len(server.sessions) == 4


def test_an_announcement_that_is_repeated_sends_nothing(ana: User) -> None:
    with mailing() as server:
        announcement = tell(ana)
        run()
        announce(announcement)
        run()
    assert server.recipients == ["Ana@example.org"]
