"""What changed between two revisions, ready to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.events.difference import Kind
from apps.events.difference_lines import DifferenceLine
from apps.events.models import Event
from apps.events.ranking_lines import Line
from apps.events.scoreboard.board_rows import NO_RESULT, Word, shown_rank, shown_result

WORDS = {
    Kind.NEW: _("new"),
    Kind.GONE: _("gone"),
    Kind.STATUS: _("status"),
    Kind.IMPROVED: _("up"),
    Kind.WORSENED: _("down"),
    Kind.SCORE: _("result"),
}
OTHERS_MOVED = _("others moved")


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One row as shown."""

    bib: str
    name: str
    url: str
    change: Word
    rank_before: Word
    rank_after: Word
    result_before: Word
    result_after: Word
    why: Word


def change_rows(event: Event, lines: Sequence[DifferenceLine]) -> list[ChangeRow]:
    """The lines as rows."""
    entries = reverse("scoreboard:entry", args=[event.slug, "0"]).removesuffix("0")
    return [_row(line, entries) for line in lines]


def _row(line: DifferenceLine, entries: str) -> ChangeRow:
    rank_before, result_before = _shown(line.before)
    rank_after, result_after = _shown(line.after)
    return ChangeRow(
        bib=line.bib,
        name=line.name,
        url=entries + quote(line.bib),
        change=WORDS[line.kind],
        rank_before=rank_before,
        rank_after=rank_after,
        result_before=result_before,
        result_after=result_after,
        why="; ".join(line.reasons) or (OTHERS_MOVED if line.by_others else ""),
    )


def _shown(line: Line | None) -> tuple[Word, Word]:
    """Rank and result; a dash for what there is none of."""
    if line is None:
        return NO_RESULT, NO_RESULT
    return shown_rank(line)[0] or NO_RESULT, shown_result(line)[0]
