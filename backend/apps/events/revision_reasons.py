"""Why a revision differs from the one before it, as far as corrections are the reason."""

from collections.abc import Collection
from typing import NamedTuple

from apps.events.models import Correction, Entry, Event, Ranking

MOST_REASONS = 100  # of one revision; an automatic correction of a whole event may have any number


class Told(NamedTuple):
    """The reasons that a revision tells, one a line, and the input version up to which all were told by it."""

    text: str
    upto: int


def tell_reasons(event: Event, before: Ranking | None, variant: Ranking.Variant, upto: int) -> Told:
    """The reasons of an event's corrections since those that the revision before has told, each once.

    None for the public's ranking of a frozen event: a correction of a score that is not shown yet would tell of it.
    They wait for the first revision after the thaw.
    """
    if before is None:
        return Told("", upto)
    after = before.input_version if before.reasons_upto is None else before.reasons_upto
    if variant == Ranking.Variant.PUBLIC and event.is_frozen:
        return Told("", after)
    reasons = Correction.objects.filter(event=event, input_version__gt=after, input_version__lte=upto).exclude(
        reason=""
    )
    told = list(dict.fromkeys(reasons.order_by("pk").values_list("reason", flat=True)))
    if len(told) > MOST_REASONS:
        told[MOST_REASONS:] = [f"and {len(told) - MOST_REASONS} more"]
    return Told("\n".join(told), upto)


def hidden_reasons(event: Event) -> frozenset[str]:
    """The reasons that were given only for entries which nobody is shown any more."""
    corrections = Correction.objects.filter(event=event)
    of_hidden = set(corrections.filter(entry__standing__in=Entry.NOT_SHOWN).values_list("reason", flat=True))
    said = (
        corrections.filter(reason__in=of_hidden, entry__standing__in=Entry.SHOWN) if of_hidden else corrections.none()
    )
    # What was said of others as well tells nothing of the hidden ones.
    return frozenset(of_hidden - set(said.values_list("reason", flat=True)))


def shown_reasons(ranking: Ranking, hidden: Collection[str]) -> list[str]:
    """What a revision tells, without the hidden reasons of its event."""
    return [line for line in ranking.reason.split("\n") if line and line not in hidden]


def reasons_by_entry(event: Event, first: Ranking, second: Ranking, entry_ids: Collection[int]) -> dict[int, list[str]]:
    """Why each of these entries was corrected between two revisions, whichever is the older, in the order of doing.

    Nothing while the public may not know all of it.
    """
    older, newer = sorted((first.input_version, second.input_version))
    if event.is_frozen and Ranking.Variant.PUBLIC in (first.variant, second.variant):
        return {}
    corrections = Correction.objects.filter(
        event=event, entry__in=entry_ids, input_version__gt=older, input_version__lte=newer
    ).exclude(reason="")
    reasons: dict[int, list[str]] = {}
    for entry_id, reason in corrections.order_by("pk").values_list("entry", "reason"):
        told = reasons.setdefault(entry_id, [])
        if reason not in told:
            told.append(reason)
    return reasons
