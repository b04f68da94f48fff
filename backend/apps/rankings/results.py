"""Reads what a season's standings are computed from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from apps.errors import InvalidInput
from apps.events import pages
from apps.events.columns import Ints
from apps.events.measures import Measure, Metric
from apps.events.models import Entry, Event, Participant, Ranking
from apps.events.page_columns import Row
from apps.events.result import OVERALL
from apps.events.rules import parse_rules
from apps.events.states import OFFICIAL
from apps.rankings.columns import DivisionColumns, EventResults, ResultColumns, SeasonInput
from apps.rankings.models import Ruling, Season, SeasonEvent
from apps.rankings.rules import SeasonRules, parse_season_rules


@dataclass(frozen=True, slots=True)
class Source:
    """An event that counts, with the ranking that it counts by."""

    entry: SeasonEvent
    ranking: Ranking
    round: int

    def document(self) -> dict[str, Any]:
        """What a revision keeps of it."""
        return {
            "event": self.ranking.event_id,
            "revision": self.ranking.revision,
            "round": self.round,
            "multiplier": str(self.entry.multiplier.normalize()),
            "breaks_ties": self.entry.breaks_ties,
        }


def read_sources(season: Season) -> list[Source]:
    """The season's events that have official results, in its order.

    A private event counts in a private season only: standings that others may read would tell its results.
    """
    found, number = [], -1
    for one in season.season_events.select_related("event__public_ranking"):
        number += not one.same_round or number < 0
        ranking = one.event.public_ranking
        if ranking is not None and counts(season, one.event):
            found.append(Source(one, ranking, number))
    return found


def counts(season: Season, event: Event) -> bool:
    """Whether an event's state and visibility let it count in a season."""
    is_private = event.visibility == Event.Visibility.PRIVATE
    return event.state in OFFICIAL and (not is_private or season.visibility == Event.Visibility.PRIVATE)


def read_input(season: Season, sources: Sequence[Source], rulings: Iterable[Ruling]) -> SeasonInput:
    """All that the standings depend on, as the caller's transaction sees it. Raises InvalidInput."""
    rules = parse_season_rules(season.rules)
    events = [_read_event(source, rules) for source in sources]
    everybody = np.unique(np.concatenate([np.empty(0, np.int64), *(each.results.participants for each in events)]))
    adjustments: dict[int, int] = {}
    for ruling in (rulings := list(rulings)):
        if ruling.kind == Ruling.Kind.ADJUSTMENT:
            adjustments[concerned(ruling)] = adjustments.get(concerned(ruling), 0) + ruling.points
    return SeasonInput(
        rules=rules,
        events=events,
        adjustments=adjustments,
        excluded=frozenset(concerned(one) for one in rulings if one.kind == Ruling.Kind.EXCLUSION),
        names=_names([source.ranking.event_id for source in sources], everybody),
    )


def concerned(ruling: Ruling) -> int:
    """The participant whom a ruling is about now: one that turned out to be another is that other one."""
    return ruling.participant.merged_into_id or ruling.participant_id


def _names(event_ids: Sequence[int], participants: Ints) -> dict[int, str]:
    known = Participant.objects.filter(entries__event__in=event_ids).distinct().values_list("pk", "name")
    names = dict(known)
    return {one: names[one] for one in participants.tolist()}


def _read_event(source: Source, rules: SeasonRules) -> EventResults:
    ranking = source.ranking
    # An entry that was hidden after its ranking was computed has no result any more.
    participants = dict(pages.shown_entries().filter(event=ranking.event_id).values_list("pk", "participant_id"))
    rows = [row for row in pages.iter_rows(ranking, OVERALL) if _has_result(row) and row.entry_id in participants]
    recorded, scale = _recorded(source, rows, rules)
    index = {row.entry_id: number for number, row in enumerate(rows)}
    return EventResults(
        event_id=ranking.event_id,
        results=ResultColumns(
            participants=np.array([participants[row.entry_id] for row in rows], np.int64),
            rank=np.array([row.rank or 0 for row in rows], np.int64),
            status=np.array([row.status for row in rows], np.uint8),
            recorded=recorded,
            scale=scale,
        ),
        divisions={dimension: _divisions(ranking, dimension, index) for dimension in rules.divisions},
        round=source.round,
        factor=Fraction(source.entry.multiplier),
        breaks_ties=source.entry.breaks_ties,
    )


def _has_result(row: Row) -> bool:
    """Whether the row is somebody's who competes, and says how they came out: by a rank or by a status."""
    is_open = row.rank is None and row.status == Entry.Status.FINISHED
    return row.standing == Entry.Standing.COMPETING and not is_open


def _divisions(ranking: Ranking, dimension: str, index: Mapping[int, int]) -> DivisionColumns:
    """Where each result stands on the boards of a dimension. `index` leads from an entry to its result."""
    keys = [key for key in pages.board_keys(ranking) if key.startswith(f"{dimension}:")]
    code, rank = np.full(len(index), -1, np.int64), np.zeros(len(index), np.int64)
    for number, key in enumerate(keys):
        for row in pages.iter_rows(ranking, key):
            if (place := index.get(row.entry_id)) is not None:
                code[place], rank[place] = number, row.rank or 0
    return DivisionColumns([key.partition(":")[2] for key in keys], code, rank)


def _recorded(source: Source, rows: Sequence[Row], rules: SeasonRules) -> tuple[Ints, int]:
    """The points as they were recorded, and their decimal places. Whoever has no result has none recorded."""
    if rules.points.by_place is not None:
        return np.zeros(len(rows), np.int64), 0
    measure = points_measure(source.entry.event, source.ranking.rules, rules)
    if rules.points.recorded is None:
        return np.array([row.score or 0 for row in rows], np.int64), measure.scale
    number = pages.detail_names(source.ranking).index(rules.points.recorded)
    return np.array([row.details[number] or 0 for row in rows], np.int64), measure.scale


def points_measure(event: Event, event_rules: Any, rules: SeasonRules) -> Measure:
    """The measure of an event, whose rules are a document, that holds its points. Raises InvalidInput if none does."""
    name = rules.points.recorded
    parsed = parse_rules(event_rules)
    measure = parsed if name is None else parsed.secondary.get(name)
    if measure is None:
        raise InvalidInput(f"{event.slug} has no secondary measure {name!r}", place="rules.points.recorded")
    if measure.metric not in (Metric.POINTS, Metric.COUNT):
        raise InvalidInput(f"what {event.slug} records are no points", place="rules.points.recorded")
    return measure
