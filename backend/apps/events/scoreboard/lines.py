"""The lines of a scoreboard: rows of a ranking with names, as a template shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.events.models import Entry, Event
from apps.events.page_columns import Row
from apps.events.pages import RowDetails, row_details
from apps.events.rules import Metric, Rules
from apps.events.values import format_value

NO_RESULT = "–"  # noqa: RUF001 (an en dash is what typography wants here)
SCORE_LABELS = {
    Metric.DURATION: gettext_lazy("Time"),
    Metric.DISTANCE: gettext_lazy("Distance"),
    Metric.POINTS: gettext_lazy("Points"),
    Metric.COUNT: gettext_lazy("Count"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row as shown."""

    rank: str  # "16=" for a shared rank, "" for none
    medal: int  # 1 to 3 on the podium, else 0
    is_out_of_competition: bool
    bib: str
    name: str
    divisions: Sequence[str]
    result: str  # the score with its unit, or DNF, DNS, DSQ
    has_score: bool
    url: str


def make_lines(event: Event, rules: Rules, rows: Sequence[Row]) -> list[Line]:
    """The rows with their entries' names, in one query. Entries hidden since the ranking was computed are left out."""
    details = row_details(rows)
    return [_line(event, rules, row, details[row.entry_id]) for row in rows if row.entry_id in details]


def _line(event: Event, rules: Rules, row: Row, details: RowDetails) -> Line:
    return Line(
        rank=rank_text(row),
        medal=row.rank if row.rank and row.rank <= 3 else 0,
        is_out_of_competition=row.standing == Entry.Standing.OUT_OF_COMPETITION,
        bib=details.bib,
        name=details.name,
        divisions=list(details.divisions.values()),
        result=result_text(row, rules),
        has_score=row.score is not None,
        url=reverse("scoreboard:entry", args=[event.slug, details.bib]),
    )


def rank_text(row: Row) -> str:
    """The rank, with `=` if others share it; empty for a row without."""
    if row.rank is None:
        return ""
    return f"{row.rank}=" if row.tied else str(row.rank)


def result_text(row: Row, rules: Rules) -> str:
    """The score with its unit; for a row without a score why there is none."""
    if row.score is not None:
        return format_value(row.score, rules)
    return NO_RESULT if row.status == Entry.Status.FINISHED else _(row.status.label)
