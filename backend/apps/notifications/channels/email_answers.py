"""What the answers of mail servers and of providers' APIs mean. docs/email.md has the same as a table."""

import re
import smtplib

from anymail.exceptions import (
    AnymailAPIError,
    AnymailError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
)
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from apps.notifications.channels.base import Outcome, Result
from apps.notifications.channels.retry_after import retry_after

# The enhanced status code at the start of an answer, as in "550 5.1.1 no such user" (RFC 3463).
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
# Greylisting, and mailboxes that are busy: they ask to wait, and count the waiting in minutes.
_SLOW = {421, 450, 451}
# Of a recipient: there is none of that name, it moved away, its name is none.
_GONE = {550, 551, 553}
_GONE_ENHANCED = re.compile(r"5\.1\.(?!7$|8$)|5\.2\.1$|5\.4\.1$")  # 5.1.7 and 5.1.8 are about the sender
_TOO_LARGE = 552
_LOG_IN_FIRST = {530, 534, 535, 538}
_UNAUTHORISED = {401, 402, 403}
_BUSY = 429
_TIMED_OUT = 408


def connecting_failed(error: Exception) -> Result:
    """The server cannot be reached, or does not let us in: nothing is wrong with the message."""
    return Result(Outcome.RETRY, _text(error), blames_lane=True)


def sending_failed(error: Exception) -> Result:
    """What an exception of Django's SMTP backend, of anymail or of the network means. Any other one is raised again."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return of_recipient(code, _decoded(answer))
    if isinstance(error, smtplib.SMTPDataError):
        return of_content(error.smtp_code, _decoded(error.smtp_error))
    if isinstance(error, smtplib.SMTPResponseException):
        return of_session(error.smtp_code, _decoded(error.smtp_error))
    if isinstance(error, smtplib.SMTPServerDisconnected):
        # smtplib makes this of a timeout, too.
        return Result(Outcome.RETRY, _text(error), blames_lane=isinstance(error.__context__, TimeoutError))
    if isinstance(error, AnymailError):
        return _of_provider(error)
    # smtplib.SMTPException is an OSError, too: what is left of it says what the server cannot do.
    if isinstance(error, OSError | ImproperlyConfigured):
        return connecting_failed(error)
    raise error


def of_recipient(code: int, answer: str) -> Result:
    """The server's answer to the recipient's address."""
    if code < 500 or code in _LOG_IN_FIRST:
        return of_session(code, answer)
    enhanced = _enhanced(answer)
    is_gone = bool(_GONE_ENHANCED.match(enhanced)) if enhanced else code in _GONE
    return Result(Outcome.FINAL, f"{code} {answer}", is_gone=is_gone)


def of_content(code: int, answer: str) -> Result:
    """The server's answer to the message itself; some servers look at the recipient only now."""
    if code < 500 or code in _LOG_IN_FIRST:
        return of_session(code, answer)
    return Result(Outcome.FINAL, f"{code} {answer}", is_gone=bool(_GONE_ENHANCED.match(_enhanced(answer))))


def of_session(code: int, answer: str) -> Result:
    """The server's answer to who we are. The sender is the same in all messages: a refusal concerns all of them."""
    if code == _TOO_LARGE:
        return Result(Outcome.FINAL, f"{code} {answer}")
    if code < 500:
        return _temporary(code, answer)
    return Result(Outcome.RETRY, f"{code} {answer}", blames_lane=True)


def _temporary(code: int, answer: str) -> Result:
    is_slow = code in _SLOW or _enhanced(answer).startswith("4.7.")
    # 421 closes the service to whoever asks next, too.
    return Result(Outcome.SLOW_RETRY if is_slow else Outcome.RETRY, f"{code} {answer}", blames_lane=code == 421)


def _of_provider(error: AnymailError) -> Result:
    if isinstance(error, AnymailRecipientsRefused):
        return Result(Outcome.FINAL, _text(error), is_gone=True)
    # The recipient's address was looked at before: the invalid one is the sender's.
    if isinstance(error, AnymailInvalidAddress):
        return connecting_failed(error)
    if isinstance(error, AnymailAPIError):
        return _of_api(error.status_code, error)
    return Result(Outcome.FINAL, _text(error))


def _of_api(status: int | None, error: AnymailError) -> Result:
    answer = _text(error)
    if status == _BUSY:
        headers = error.response.headers if error.response is not None else {}
        wait = retry_after(headers.get("Retry-After", ""), timezone.now())
        return Result(Outcome.SLOW_RETRY, answer, wait=wait, blames_lane=True)
    if status is None or status >= 500 or status in _UNAUTHORISED:
        return Result(Outcome.RETRY, answer, blames_lane=True)
    return Result(Outcome.RETRY if status == _TIMED_OUT else Outcome.FINAL, answer)


def _enhanced(answer: str) -> str:
    found = _ENHANCED.match(answer)
    return found[1] if found else ""


def _decoded(answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())


def _text(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
