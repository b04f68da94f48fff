"""Filters for what people read: words for places, statuses, scores and moments in the language that is active.

Each gives plain text on one line; what the organiser or a participant wrote in it has gone through `line`.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.template import Library
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

register = Library()

# Control characters, and those that turn the direction of all the text that follows. The marks that a name in a
# right-to-left script may contain turn nothing else, and stay.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
# Scoreboards have the same words and no translations: with a context these do not turn up there.
_STATUSES = {
    "finished": pgettext_lazy("message", "finished"),
    "DNF": pgettext_lazy("message", "did not finish"),
    "DNS": pgettext_lazy("message", "did not start"),
    "DSQ": pgettext_lazy("message", "disqualified"),
}


@register.filter
def line(value: Any) -> str:
    """Text that somebody wrote, as one line: it begins no other one, and ends no header."""
    return " ".join(_UNSAFE.sub(" ", str(value)).split())


@register.filter
def status_word(status: Any) -> str:
    """A status, or the label of one, as a word."""
    label = str(getattr(status, "label", status))
    return str(_STATUSES[label]) if label in _STATUSES else line(label)


@register.filter
def score_text(score: Any) -> str:
    """A score with the decimal separator of the language."""
    separator = formats.get_format("DECIMAL_SEPARATOR")
    return line(score if separator == "." else _POINT.sub(separator, str(score)))


@register.filter
def entry_name(entry: Any) -> str:
    """Whose entry it is, with its bib."""
    name, bib = (entry["name"], entry["bib"]) if isinstance(entry, dict) else (entry.name, entry.bib)
    return _("%(name)s (no. %(bib)s)") % {"name": line(name), "bib": line(bib)}


@register.filter
def division_names(divisions: Mapping[str, str]) -> str:
    """The divisions of an entry, as in "sex:F, age:F40"."""
    return ", ".join(line(f"{dimension}:{division}") for dimension, division in divisions.items())


@register.filter
def board(place: Any) -> str:
    """The name of the board that a place is on; divisions are called what the organiser calls them."""
    return pgettext("message", "Overall") if place.is_overall else line(place.division)


@register.filter
def rank_text(place: Any) -> str:
    """As in "3 of 120"; of who has no rank, why not."""
    if place.rank is None:
        return _rankless(place)
    values = {"rank": number(place.rank), "ranked": number(place.ranked)}
    text = _("%(rank)s of %(ranked)s, shared") if is_shared(place) else _("%(rank)s of %(ranked)s")
    return text % values


@register.filter
def rank_change(move: Any) -> str:
    """From where to where, as in "3 → 2 of 120"."""
    before, after = move.before, move.after
    if after is None:
        return _("%(before)s → no longer listed") % {"before": rank_text(before)}
    if before is None:
        return _("new: %(after)s") % {"after": rank_text(after)}
    return changed_rank(before, after)


@register.filter
def standing_and_total(standing: Any) -> str:
    """Rank and total of a line of standings, each with the one before if it was another."""
    rank = rank_text(standing)
    if standing.rank_before not in (None, standing.rank):
        rank = f"{number(standing.rank_before)} → {rank}"
    total = with_former(standing.total, standing.total_before)
    return _("%(rank)s, total %(total)s") % {"rank": rank, "total": total}


@register.filter
def score_change(move: Any) -> str:
    """The score that holds now, and the one before if it was another."""
    return with_former(move.after.score, move.before.score if move.before else "")


@register.filter
def moment(value: datetime | str | None) -> str:
    """Date and time in the zone of the deployment."""
    when = parse_datetime(value) if isinstance(value, str) else value
    if when is None:
        return ""
    # Translators: how date and time are written, in the letters of Django's filter `date`.
    return formats.date_format(timezone.localtime(when), pgettext("date and time", "j F Y, H:i"))


@register.filter
def number(value: int) -> str:
    """A whole number with the separators of the language."""
    return str(value) if -1000 < value < 1000 else formats.number_format(value, force_grouping=True)


def with_former(now: str, before: Any) -> str:
    """A score or total, and in brackets the one before if there was another."""
    if before in (None, "", now):
        return score_text(now)
    return _("%(now)s (before: %(before)s)") % {"now": score_text(now), "before": score_text(str(before))}


def changed_rank(before: Any, after: Any) -> str:
    """Two places on the same board. How many there are is told once, unless that has changed, too."""
    plain = before.rank is not None and before.ranked == after.ranked and not is_shared(before)
    return f"{number(before.rank) if plain else rank_text(before)} → {rank_text(after)}"


def is_shared(place: Any) -> bool:
    """Whether others have the same rank."""
    return bool(place.shown_rank.endswith("="))


def _rankless(place: Any) -> str:
    word = status_word(getattr(place, "status", ""))
    return _("no rank") if word in ("", status_word("finished")) else word
