"""What operators do with dead letters: choose them, and discard. How they are replayed is in delivery.replays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone

from delivery.models import DeadLetter, OperatorAct
from delivery.names import known_queues, known_task_names

State = DeadLetter.State


class ActRefused(Exception):
    """What was asked for cannot be done with these letters; the text says why. Nothing was done."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Letters about which somebody decides, and how they were chosen, for the record."""

    letters: QuerySet[DeadLetter]
    selector: dict[str, Any]


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

    def choice(self) -> Choice:
        """To decide about."""
        given = {
            "ids": list(self.ids),
            "task": self.task_name,
            "queue": self.queue,
            "fingerprint": self.fingerprint,
            "older_than_s": self.older_than.total_seconds() if self.older_than is not None else None,
            "argument": dict([self.argument]) if self.argument else None,
        }
        return Choice(self.waiting(), {name: value for name, value in given.items() if value})


def check_selector(selector: Selector) -> None:
    """Raise ActRefused where it names what there is nowhere, or a letter that does not wait for a decision."""
    _check_name("task", selector.task_name, "task_name", known_task_names)
    _check_name("queue", selector.queue, "queue", known_queues)
    _check_name("kind", selector.fingerprint, "fingerprint", list)
    letters = DeadLetter.objects.defer("body").in_bulk(selector.ids)
    for letter_id in selector.ids:
        letter = letters.get(letter_id)
        if letter is None:
            raise ActRefused(f"there is no dead letter {letter_id}")
        if letter.state != State.WAITING:
            what = f"was replayed as {letter.replayed_as}" if letter.replayed_as else "was discarded"
            raise ActRefused(f"dead letter {letter_id} {what}")


def _check_name(what: str, name: str, field: str, known: Any) -> None:
    """`known`: gives those that may have a dead letter, beside those that have one."""
    if not name or DeadLetter.objects.filter(**{field: name}).exists():
        return
    died = DeadLetter.objects.order_by().values_list(field, flat=True).distinct()
    names = sorted({*known(), *died} - {""})
    if name not in names:
        raise ActRefused(f"{what} {name!r}: is unknown; there are {', '.join(names) or 'none'}")


@transaction.atomic
def discard_dead_letters(choice: Choice, *, who: str, reason: str) -> int:
    """Decide that the waiting letters are not tried again; they stay as the record.

    Returns how many. Raises ActRefused.
    """
    act = record_act(OperatorAct.Action.DISCARD, choice, who=who, reason=reason)
    act.letters.update(state=State.DISCARDED, settled_at=timezone.now())
    return act.count


def record_act(action: OperatorAct.Action, choice: Choice, *, who: str, reason: str) -> OperatorAct:
    """Note the act, and with each of the letters that still wait that it chose them; in the caller's transaction.

    Of two who choose the same at once the second waits, and chooses those that the first has not settled. Raises
    ActRefused.
    """
    if not reason.strip():
        raise ActRefused("reason: must say why")
    act = OperatorAct.objects.create(who=who, action=action, selector=choice.selector, count=0, reason=reason.strip())
    chosen = DeadLetter.objects.filter(pk__in=choice.letters.order_by().values("pk"), state=State.WAITING)
    act.count = chosen.update(act=act)
    if not act.count:
        raise ActRefused("no dead letter that waits meets this")
    act.save(update_fields=["count"])
    return act


def kinds(letters: QuerySet[DeadLetter]) -> Sequence[dict[str, Any]]:
    """The letters grouped by failure, the most frequent kind first."""
    fields = ("fingerprint", "task_name", "exception_type", "cause")
    grouped = letters.order_by().values(*fields)
    return list(
        grouped.annotate(count=Count("pk"), first=Min("died_at"), last=Max("died_at"), example=Max("pk")).order_by(
            "-count", "-last"
        )
    )
