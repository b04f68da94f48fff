"""A real mail server on loopback that keeps what it is given, and refuses what a test wants refused."""

import contextlib
import email
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, ClassVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.chaos.rig import free_port

# A line for each command.
logging.getLogger("mail.log").setLevel(logging.WARNING)
ACCEPTED = "250 2.0.0 queued"


@dataclass
class MailServer:
    """Answers "250" unless `answer_to` has something else for a recipient; "CLOSE" ends the connection."""

    answer_to: Callable[[str], str | None] = lambda _recipient: None  # to the recipient's address
    answer_to_content: Callable[[str], str | None] = lambda _recipient: None
    log: Path | None = None  # a line of recipient and Message-ID for each message that was accepted
    extensions: ClassVar[tuple[str, ...]] = ("PIPELINING",)  # that it offers besides aiosmtpd's own
    port: int = 0
    accepted: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)

    async def handle_EHLO(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], *(f"250-{name}" for name in self.extensions), responses[-1]]

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        self.sessions.add(id(session))
        answer = self.answer_to(address)
        if answer == "CLOSE" and server.transport is not None:
            server.transport.close()
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 2.1.5 ok"

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802 (as above)
        (recipient,) = envelope.rcpt_tos
        answer = self.answer_to_content(recipient)
        if answer is None:
            self._keep(recipient, envelope.content)
        return answer or ACCEPTED

    def _keep(self, recipient: str, content: bytes) -> None:
        self.recipients.append(recipient)
        if self.log is None:
            self.accepted.append(content)
            return
        # Before the answer, as a mail server does: what it has accepted it has.
        message_id = next(line for line in content.splitlines() if line.startswith(b"Message-ID: "))[12:].decode()
        with self.log.open("a") as log:
            log.write(f"{recipient} {message_id}\n")

    def messages(self) -> list[EmailMessage]:
        """What was accepted, parsed."""
        return [email.message_from_bytes(content, policy=default) for content in self.accepted]


@contextlib.contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    """Serves on a free port until the end of the block."""
    server = MailServer(**options)
    server.port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop(no_assert=True)
