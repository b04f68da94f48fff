"""Sending e-mails over one connection, in a thread."""

import smtplib
import time
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends import smtp

from apps.notifications.channels.base import Outcome, Outgoing, Result
from apps.notifications.channels.email_answers import connecting_failed, sending_failed
from apps.notifications.channels.email_content import Email
from apps.notifications.channels.email_smtp import send_bytes

# Servers end a connection that is idle, and some one that has carried much. It is better not to find out by a message.
IDLE_SECONDS = 5.0
MESSAGES_OF_A_CONNECTION = 200


class EmailSender:
    """One connection of Django's e-mail backend: opened when it is needed, and again when it is broken."""

    def __init__(self) -> None:
        self._backend: Any = None
        self._sent = 0
        self._used_at = 0.0

    def send(self, message: Outgoing) -> Result:
        """Try once. Connecting may take EMAIL_TIMEOUT in all, sending four times as long."""
        started = time.monotonic()
        try:
            self._connect()
        except Exception as error:
            self._forget()
            return connecting_failed(error)
        if time.monotonic() - started > settings.EMAIL_TIMEOUT:
            # The claim on the message might end before it is sent.
            return connecting_failed(TimeoutError("connecting took too long"))
        try:
            result = self._hand_over(message.content)
        except Exception as error:
            self._recover(error)
            return sending_failed(error)
        self._sent += 1
        self._used_at = time.monotonic()
        return result

    def close(self) -> None:
        """End the connection."""
        self._forget()

    def _connect(self) -> None:
        is_stale = time.monotonic() - self._used_at > IDLE_SECONDS or self._sent >= MESSAGES_OF_A_CONNECTION
        if self._backend is not None and is_stale:
            self._forget()
        if self._backend is None:
            self._backend = get_connection()
            self._backend.open()
            self._sent, self._used_at = 0, time.monotonic()

    def _hand_over(self, email: Email) -> Result:
        # Only Django's own: a backend that is derived from it may do more, as to sign.
        if type(self._backend) is smtp.EmailBackend and self._backend.connection is not None:
            return Result(Outcome.SENT, send_bytes(self._backend.connection, email))
        message = email.as_django()
        if not self._backend.send_messages([message]):
            return Result(Outcome.RETRY, "the backend sent nothing")
        status = getattr(message, "anymail_status", None)
        if status is None:
            return Result(Outcome.SENT, "sent")
        # Refused recipients are an exception; this is a fault of the provider.
        outcome = Outcome.RETRY if status.status == {"failed"} else Outcome.SENT
        return Result(outcome, f"{', '.join(sorted(status.status or ()))} {status.message_id or ''}".strip())

    def _recover(self, error: Exception) -> None:
        """After a refusal the connection is still good, if its server has not ended it."""
        connection = getattr(self._backend, "connection", None)
        is_answer = isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
        if not is_answer or getattr(connection, "sock", None) is None:
            self._forget()

    def _forget(self) -> None:
        backend, self._backend = self._backend, None
        if backend is not None:
            # One that is broken fails to say so to the server, too.
            with suppress(Exception):
                backend.close()
