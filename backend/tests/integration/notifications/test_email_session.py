"""A session with a mail server, command by command: what ends a message, and what a refusal leaves behind."""

import smtplib
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from apps.notifications.channels.email_content import Email
from apps.notifications.channels.email_smtp import send_bytes
from tests.mail_server import MailServer, mail_server


def make_email(recipient: str = "ana@example.org", text: str = "Text") -> Email:
    return Email(
        sender="Placar <placar@example.com>",
        recipient=recipient,
        subject="Results",
        text=text,
        html="<p>Text</p>",
        message_id="<7@example.com>",
        unsubscribe_url="https://placar.example.com/unsubscribe/x",
    )


class EagerServer(socketserver.StreamRequestHandler):
    """Says "go on" to DATA whether or not it has let anybody in, as RFC 2920 allows."""

    taken: list[str]

    def handle(self) -> None:
        self._say("220 eager")
        recipient = ""
        while command := self.rfile.readline().decode().strip():
            verb = command[:4].upper()
            if verb == "RCPT":
                recipient = "" if "nobody" in command else command[9:-1]
                self._say("250 ok" if recipient else "550 5.1.1 no such user")
            elif verb == "DATA":
                self._say("354 go on")
                self._take(recipient)
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250-eager\r\n250 PIPELINING" if verb == "EHLO" else "250 ok")

    def _take(self, recipient: str) -> None:
        while self.rfile.readline() != b".\r\n":
            pass
        if recipient:
            self.taken.append(recipient)
        self._say("250 taken" if recipient else "554 5.5.1 no valid recipients")

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


@contextmanager
def eager_server(taken: list[str]) -> Iterator[int]:
    handler = type("Handler", (EagerServer,), {"taken": taken})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_server_that_waits_for_a_message_to_nobody_is_not_kept_waiting() -> None:
    taken: list[str] = []
    with eager_server(taken) as port, smtplib.SMTP("127.0.0.1", port, timeout=10) as session:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send_bytes(session, make_email("nobody@example.org"))
        assert send_bytes(session, make_email("ana@example.org")) == "250 taken"
    assert taken == ["ana@example.org"]


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)])
def test_a_dot_alone_does_not_end_a_message(extensions: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MailServer, "extensions", extensions)
    text = "before\n.\n..\n.after"
    with mail_server() as server, smtplib.SMTP("127.0.0.1", server.port, timeout=10) as session:
        send_bytes(session, make_email(text=text))
        send_bytes(session, make_email(text="Next"))
    first, second = server.messages()
    body = first.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").strip() == text
    assert second["Subject"] == "Results"
