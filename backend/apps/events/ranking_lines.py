"""What a scoreboard shows: the lines of a ranking, with their entries as they are now.

A revision never changes, but an entry can be hidden or renamed after it. So names and standings are read together with
the lines, and an entry that is not shown any more appears nowhere: not in a line and not in a count.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.crypto import salted_hmac

from apps.errors import Missing
from apps.events import pages
from apps.events.entry_results import PENDING
from apps.events.line_details import BrokenTie, DetailView, read_broken_tie, read_details
from apps.events.models import Entry, Event, Ranking
from apps.events.page_columns import Row
from apps.events.row_details import RowDetails, row_details
from apps.events.rules import Rules, Ties, parse_rules
from apps.events.states import OFFICIAL
from apps.events.values import format_value


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a scoreboard."""

    rank: int | None
    shown_rank: str  # "3=" for a shared rank, empty for the unranked
    position: int  # 1 is the top line
    bib: str
    name: str
    divisions: Mapping[str, str]
    score: int | None  # smallest unit
    score_text: str
    status: Entry.Status
    standing: Entry.Standing
    tie_broken_by: BrokenTie | None
    details: Mapping[str, DetailView]  # those that it has, by the names of apps.events.pages.detail_names

    @property
    def pending(self) -> int:
        """How many of its scores are not judged, or not shown, yet."""
        detail = self.details.get(PENDING)
        return (detail.value or 0) if detail else 0


@dataclass(frozen=True, slots=True)
class Counts:
    """How many lines a board has, and how many of them have a rank."""

    total: int
    ranked: int
    pending: int  # scores of all its lines that are not judged, or not shown, yet


def find_ranking(event: Event, revision: int | None = None, variant: str = Ranking.Variant.PUBLIC) -> Ranking | None:
    """The revision of that number, or the current ranking of a variant; None while there is none. Raises Missing.

    The current live one is the public one while both say the same; revisions are numbered for each variant.
    """
    if revision is None:
        return event.current_ranking if variant == Ranking.Variant.LIVE else event.public_ranking
    same = Ranking.objects.filter(event=event, variant=variant)
    ranking = same.filter(revision=revision).first()
    if ranking is None and revision > 0 and same.filter(revision__gt=revision).exists():
        raise pages.removed(revision)
    if ranking is None:
        raise Missing(f"there is no revision {revision}", place="revision")
    return ranking


def check_board(ranking: Ranking, board: str) -> None:
    """Raise Missing unless the ranking has that board."""
    if board not in pages.board_keys(ranking):
        raise Missing(f"revision {ranking.revision} has no division {board!r}", place="division")


def read_lines(ranking: Ranking, rows: Sequence[Row]) -> list[Line]:
    """The rows as lines, without those whose entry is not shown any more. One query."""
    return [line for line in read_lines_or_none(ranking, rows) if line is not None]


def read_lines_or_none(ranking: Ranking, rows: Sequence[Row]) -> list[Line | None]:
    """A line for each row, or None where the entry is not shown any more. One query."""
    rules = parse_rules(ranking.rules)
    details = row_details(rows)
    names = pages.detail_names(ranking)
    return [_line(row, details[row.entry_id], rules, names) if row.entry_id in details else None for row in rows]


def _line(row: Row, entry: RowDetails, rules: Rules, names: Sequence[str]) -> Line:
    details = read_details(row, names, rules)
    return Line(
        rank=row.rank,
        shown_rank=_shown_rank(row, rules),
        position=row.position,
        bib=entry.bib,
        name=entry.name,
        divisions=entry.divisions,
        score=row.score,
        score_text="" if row.score is None else format_value(row.score, rules),
        status=row.status,
        standing=row.standing,
        tie_broken_by=read_broken_tie(row, details, rules),
        details=details,
    )


def _shown_rank(row: Row, rules: Rules) -> str:
    if row.rank is None:
        return ""
    # Ordinal ranks are never shared, equal results or not.
    return f"{row.rank}=" if row.tied and rules.ties is not Ties.ORDINAL else str(row.rank)


def entries_gone(event: Event, ranking: Ranking) -> list[int]:
    """The ids of entries that a ranking may contain although they are not shown any more."""
    is_current = ranking.pk in (event.public_ranking_id, event.current_ranking_id)
    if is_current and event.ranked_version == event.input_version:
        return []  # nothing has changed since
    not_shown = Entry.objects.filter(event=event, standing__in=Entry.NOT_SHOWN)
    return list(not_shown.values_list("pk", flat=True))


def count_lines(ranking: Ranking, board: str, gone: Collection[int]) -> Counts:
    """The counts of a board without the entries that are gone."""
    rows = pages.rows_of(ranking, board, gone) if gone else []
    return Counts(
        total=pages.row_count(ranking, board) - len(rows),
        ranked=pages.ranked_count(ranking, board) - sum(row.rank is not None for row in rows),
        pending=pages.pending_count(ranking, board) - sum(pages.pending_of(ranking, row) for row in rows),
    )


def is_official(event: Event, ranking: Ranking | None) -> bool:
    """Whether this is the event's published result and not a provisional or an earlier one."""
    return event.state in OFFICIAL and ranking is not None and ranking.pk == event.public_ranking_id


def entity_tag(event: Event, variant: str = Ranking.Variant.PUBLIC) -> str:
    """The HTTP entity tag of everything shown of an event: changes whenever any of it may have changed.

    Made of the event's own row, so that an unchanged scoreboard costs one query: `updated_at` moves with all that shows
    before the next ranking. The public one knows nothing of the live ranking, and tells nobody the number of a row,
    which counts rankings that are not public.
    """
    ranking_id = event.current_ranking_id if variant == Ranking.Variant.LIVE else event.public_ranking_id
    shown = f"{variant} {ranking_id} {event.updated_at.isoformat()}"
    return f'W/"{salted_hmac(__name__, shown, algorithm="sha256").hexdigest()[:32]}"'
