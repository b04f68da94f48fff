"""What waits for somebody to decide, as plain facts: for those who tell people of it. Nothing is changed here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, QuerySet

from delivery.models import DeadLetter

LONGEST_ERROR = 500  # characters; an exception may quote a whole document
# Kinds of failures, the largest first; a message that names more is read by nobody.
MOST_GROUPS = 20


@dataclass(frozen=True, slots=True)
class WaitingLetter:
    """A dead letter about which nobody has decided."""

    letter_id: int
    task_name: str
    kwargs: dict[str, Any]
    error: str  # as "Type: message"
    died_at: datetime


@dataclass(frozen=True, slots=True)
class LetterGroup:
    """The waiting letters of one kind of failure."""

    task_name: str  # empty where the message cannot be read
    count: int
    error: str  # of the newest
    oldest: datetime  # when it died


# A task, and the name of an argument: the letters of the task that have the argument.
Named = tuple[str, str]


def waiting_letters(named: Named, *, after: int, taken_before: datetime) -> list[WaitingLetter]:
    """The letters of a task that wait, with ids above `after`, the oldest first.

    `taken_before`: without those taken in later. Ids are given before they are committed: who remembers how far he has
    read must not look at what is so new that one with a lower id may yet come.
    """
    waiting = _named(_waiting(), named).filter(pk__gt=after, taken_at__lt=taken_before).order_by("id")
    return [
        WaitingLetter(one.pk, one.task_name, one.kwargs or {}, _error(one), one.died_at)
        for one in waiting.defer("body", "headers", "properties", "traceback")
    ]


def newest_waiting(*, without: Named, taken_before: datetime) -> int:
    """The highest id of the letters that wait, without those of a task; 0 if there are none. See waiting_letters."""
    waiting = _without(_waiting(), without).filter(taken_at__lt=taken_before)
    return int(waiting.aggregate(newest=Max("pk"))["newest"] or 0)


def waiting_count(*, without: Named) -> int:
    """How many letters wait, without those of a task."""
    return _without(_waiting(), without).count()


def waiting_groups(*, without: Named) -> list[LetterGroup]:
    """What waits, by the kinds of failures and without the letters of a task, the MOST_GROUPS largest first."""
    kinds = _without(_waiting(), without).order_by().values("task_name", "fingerprint")
    counted = kinds.annotate(count=Count("pk"), oldest=Min("died_at"), newest=Max("pk")).order_by("-count", "newest")
    rows = list(counted[:MOST_GROUPS])
    newest = DeadLetter.objects.only("cause", "exception_type", "exception_message").in_bulk(
        [row["newest"] for row in rows]
    )
    return [
        LetterGroup(row["task_name"], row["count"], _error(newest[row["newest"]]), row["oldest"])
        for row in rows
        if row["newest"] in newest  # retention may have removed it a moment ago
    ]


def _waiting() -> QuerySet[DeadLetter]:
    return DeadLetter.objects.filter(state=DeadLetter.State.WAITING)


def _named(letters: QuerySet[DeadLetter], named: Named) -> QuerySet[DeadLetter]:
    task_name, argument = named
    return letters.filter(task_name=task_name, kwargs__has_key=argument)


def _without(letters: QuerySet[DeadLetter], named: Named) -> QuerySet[DeadLetter]:
    return letters.exclude(pk__in=_named(letters, named).order_by().values("pk"))


def _error(letter: DeadLetter) -> str:
    text = ": ".join(filter(None, [letter.exception_type or letter.cause, letter.exception_message]))
    return text[:LONGEST_ERROR]
