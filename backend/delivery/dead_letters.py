"""What operators do with dead letters: choose, replay, discard. Each act is recorded in its transaction."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone

from delivery.models import DeadLetter, OperatorAct, OutboxMessage
from delivery.outbox import enqueue

State = DeadLetter.State


class ActRefused(Exception):
    """What was asked for cannot be done with these letters; the text says why. Nothing was done."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Which letters are meant: those that meet all that is given."""

    ids: tuple[int, ...] = ()
    task_name: str = ""
    queue: str = ""
    fingerprint: str = ""
    older_than: timedelta | None = None
    argument: tuple[str, Any] | None = None  # of the task, with its JSON value

    def waiting(self) -> QuerySet[DeadLetter]:
        """The letters that nobody has decided about yet, the oldest first."""
        letters = DeadLetter.objects.filter(state=State.WAITING).order_by("id")
        if self.ids:
            letters = letters.filter(pk__in=self.ids)
        for field in ("task_name", "queue", "fingerprint"):
            if value := getattr(self, field):
                letters = letters.filter(**{field: value})
        if self.older_than is not None:
            letters = letters.filter(died_at__lt=timezone.now() - self.older_than)
        if self.argument is not None:
            letters = letters.filter(**{f"kwargs__{self.argument[0]}": self.argument[1]})
        return letters

    def document(self) -> dict[str, Any]:
        """As the record of an act keeps it."""
        given = {
            "ids": list(self.ids),
            "task": self.task_name,
            "queue": self.queue,
            "fingerprint": self.fingerprint,
            "older_than_s": self.older_than.total_seconds() if self.older_than is not None else None,
            "argument": dict([self.argument]) if self.argument else None,
        }
        return {name: value for name, value in given.items() if value}


def require_waiting(selector: Selector) -> None:
    """Raise ActRefused for the first of the ids, if any are given, that does not wait for a decision."""
    letters = DeadLetter.objects.defer("body").in_bulk(selector.ids)
    for letter_id in selector.ids:
        letter = letters.get(letter_id)
        if letter is None:
            raise ActRefused(f"there is no dead letter {letter_id}")
        if letter.state != State.WAITING:
            what = f"was replayed as {letter.replayed_as}" if letter.replayed_as else "was discarded"
            raise ActRefused(f"dead letter {letter_id} {what}")


@transaction.atomic
def replay_dead_letters(
    selector: Selector, *, who: str, reason: str, per_second: float | None = None, at_most: int | None = None
) -> list[uuid.UUID]:
    """Ask anew for the tasks of the waiting letters, the oldest first; returns the new tasks' ids.

    `per_second`: they are sent at this pace. Raises ActRefused.
    """
    letters = _lock(selector, at_most)
    if unreadable := [letter.pk for letter in letters if letter.kwargs is None or not letter.task_name]:
        raise ActRefused(f"dead letter {unreadable[0]}: is no task that can be asked for again; it can be discarded")
    now = timezone.now()
    task_ids = [_ask_anew(letter, _moment(now, number, per_second)) for number, letter in enumerate(letters)]
    _record(OperatorAct.Action.REPLAY, selector, len(letters), who=who, reason=reason)
    return task_ids


@transaction.atomic
def discard_dead_letters(selector: Selector, *, who: str, reason: str) -> int:
    """Decide that the waiting letters are not tried again; they stay as the record.

    Returns how many. Raises ActRefused.
    """
    letters = _lock(selector, None)
    DeadLetter.objects.filter(pk__in=[letter.pk for letter in letters]).update(
        state=State.DISCARDED, settled_at=timezone.now()
    )
    _record(OperatorAct.Action.DISCARD, selector, len(letters), who=who, reason=reason)
    return len(letters)


def _lock(selector: Selector, at_most: int | None) -> list[DeadLetter]:
    """So that two who replay at once do not replay the same."""
    letters = selector.waiting()
    if connection.features.has_select_for_update:
        letters = letters.select_for_update()
    return list(letters[:at_most])


def _moment(now: datetime, number: int, per_second: float | None) -> datetime | None:
    return now + timedelta(seconds=number / per_second) if per_second else None


def _ask_anew(letter: DeadLetter, not_before: datetime | None) -> uuid.UUID:
    try:
        task_id = enqueue(letter.task_name, letter.kwargs or {}, not_before=not_before)
    except ValueError as error:
        raise ActRefused(f"dead letter {letter.pk}: {error}") from error
    OutboxMessage.objects.filter(task_id=task_id).update(replays=_id_of(letter))
    letter.state, letter.settled_at, letter.replayed_as = State.REPLAYED, timezone.now(), task_id
    letter.save(update_fields=["state", "settled_at", "replayed_as"])
    return task_id


def _id_of(letter: DeadLetter) -> uuid.UUID | None:
    try:
        return uuid.UUID(letter.task_id)
    except ValueError:
        return None


def _record(action: OperatorAct.Action, selector: Selector, count: int, *, who: str, reason: str) -> None:
    if not reason.strip():
        raise ActRefused("reason: must say why")
    if not count:
        raise ActRefused("no dead letter that waits meets this")
    OperatorAct.objects.create(who=who, action=action, selector=selector.document(), count=count, reason=reason.strip())


def kinds(letters: QuerySet[DeadLetter]) -> Sequence[dict[str, Any]]:
    """The letters grouped by failure, the most frequent kind first."""
    fields = ("fingerprint", "task_name", "exception_type", "cause")
    grouped = letters.order_by().values(*fields)
    return list(
        grouped.annotate(count=Count("pk"), first=Min("died_at"), last=Max("died_at"), example=Max("pk")).order_by(
            "-count", "-last"
        )
    )
