"""The difference between two revisions as people read it: bibs, names, ranks, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.errors import Missing
from apps.events import pages
from apps.events.difference import Change, Kind, Lines, compare
from apps.events.models import Entry, Event, Ranking
from apps.events.page_columns import Row
from apps.events.ranking_lines import Line, find_ranking, read_lines_or_none
from apps.events.revision_reasons import reasons_by_entry


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two revisions on one board, without the entries that nobody is shown now."""

    event: Event
    before: Ranking
    after: Ranking
    division: str
    changes: Sequence[Change]

    def counts(self) -> dict[str, int]:
        """How many entries changed in which way; `by_others` are those of them that moved because of others."""
        kinds = Counter(change.kind for change in self.changes)
        return {**{kind.value: kinds[kind] for kind in Kind}, "by_others": sum(one.by_others for one in self.changes)}


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """What changed for one entry."""

    bib: str
    name: str
    divisions: Mapping[str, str]
    kind: Kind
    by_others: bool
    before: Line | None
    after: Line | None
    reasons: Sequence[str]  # of the corrections of this entry between the two revisions


def find_revision(event: Event, revision: int, variant: str = Ranking.Variant.PUBLIC) -> Ranking:
    """The revision of that number. Raises Missing."""
    ranking = find_ranking(event, revision, variant)
    if ranking is None:
        raise Missing(f"there is no revision {revision}", place="revision")
    return ranking


def read_difference(event: Event, before: Ranking, after: Ranking, division: str) -> Difference:
    """Compare one board of two revisions. Raises Missing for a division that neither has."""
    if all(division not in pages.board_keys(ranking) for ranking in (before, after)):
        raise Missing(f"neither revision has a division {division!r}", place="division")
    changes = compare(_lines(before, division), _lines(after, division))
    not_shown = Entry.objects.filter(event=event, standing__in=Entry.NOT_SHOWN)
    hidden = set(not_shown.values_list("pk", flat=True)) if changes else set()
    shown = [change for change in changes if change.entry_id not in hidden]
    return Difference(event, before, after, division, shown)


def _lines(ranking: Ranking, division: str) -> Lines:
    return Lines(pages.iter_rows(ranking, division), pages.detail_names(ranking))


def difference_lines(difference: Difference, start: int, stop: int) -> list[DifferenceLine]:
    """Some of the changes, in their order, as lines."""
    changes = difference.changes[start:stop]
    before = _read_lines(difference.before, [one.before for one in changes if one.before is not None])
    after = _read_lines(difference.after, [one.after for one in changes if one.after is not None])
    ids = [change.entry_id for change in changes]
    reasons = reasons_by_entry(difference.event, difference.before, difference.after, ids)
    return [
        DifferenceLine(
            bib=shown.bib,
            name=shown.name,
            divisions=shown.divisions,
            kind=change.kind,
            by_others=change.by_others,
            before=before.get(change.entry_id),
            after=after.get(change.entry_id),
            reasons=reasons.get(change.entry_id, ()),
        )
        for change in changes
        # Who was hidden a moment ago has no line.
        if (shown := after.get(change.entry_id) or before.get(change.entry_id)) is not None
    ]


def _read_lines(ranking: Ranking, rows: Sequence[Row]) -> dict[int, Line | None]:
    return {row.entry_id: line for row, line in zip(rows, read_lines_or_none(ranking, rows), strict=True)}
