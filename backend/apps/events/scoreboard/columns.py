"""The columns of a board beside rank, bib, name and result: what the details of its rows are."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.events import pages
from apps.events.entry_results import PENDING
from apps.events.models import Ranking

# Shown at the result, or as the reason of a broken tie: nobody compares them line by line.
_ELSEWHERE = frozenset({PENDING, "achieved", "draw", "manual"})
_LABELS = {"penalty": _("Penalty"), "attempts": _("Attempts"), "last_accepted": _("Last accepted")}


@dataclass(frozen=True, slots=True)
class Column:
    """A detail as a column."""

    name: str  # as in apps.events.pages.detail_names
    label: str | Promise


def detail_columns(ranking: Ranking | None) -> Sequence[Column]:
    """The columns of a ranking, in the order of its details."""
    names = pages.detail_names(ranking) if ranking else []
    return [Column(name, _label(name)) for name in names if name not in _ELSEWHERE]


def _label(name: str) -> str | Promise:
    kind, _colon, which = name.partition(":")
    if kind == "best_single":
        return _("Best no. {number}").format(number=which)
    return _LABELS.get(name, which or name)
