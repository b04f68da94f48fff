"""What an answer, or none, means for a delivery: docs/webhooks.md tells receivers the same."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from apps.notifications.channels.base import Outcome, Result
from apps.notifications.channels.retry_after import retry_after

LONGEST_EXCERPT = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered."""

    status: int
    retry_after: str = ""
    location: str = ""
    text: str = ""  # the beginning of its body


def judge(answer: Answer, now: datetime) -> Result:
    """What became of a try that was answered. The status alone decides; a body that never ends changes nothing."""
    status = answer.status
    told = _told(answer)
    if 200 <= status < 300:
        return Result(Outcome.SENT, told)
    if status == HTTPStatus.GONE:
        return Result(Outcome.FINAL, told, is_gone=True)
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        wait = retry_after(answer.retry_after, now)
        asks = wait is not None or status == HTTPStatus.TOO_MANY_REQUESTS
        return Result(Outcome.SLOW_RETRY if asks else Outcome.RETRY, told, wait, blames_lane=True)
    if status >= 500:
        return Result(Outcome.RETRY, told, blames_lane=True)
    if status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY):
        return Result(Outcome.RETRY, told)
    return Result(Outcome.FINAL, told)


def unanswered(reason: str) -> Result:
    """What became of a try that was not answered: the receiver itself is unwell."""
    return Result(Outcome.RETRY, printable(reason), blames_lane=True)


def printable(text: str) -> str:
    """The beginning of a text from outside as one line without what no database and no terminal takes."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:LONGEST_EXCERPT]


def _told(answer: Answer) -> str:
    """The answer in a line."""
    try:
        phrase = f"{answer.status} {HTTPStatus(answer.status).phrase}"
    except ValueError:
        phrase = str(answer.status)
    if 300 <= answer.status < 400:
        return f"{phrase}: redirects are not followed; it points to {printable(answer.location) or 'nothing'}"
    text = printable(answer.text)
    return f"{phrase}: {text}" if text else phrase
