"""Any sequence of corrections leads to the ranking of a fresh event with the corrected data; no revision changes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.events.models import Correction, DivisionSet, Entry, Event, Ranking, RankingPage, Score
from apps.events.scoring import NewScore
from apps.events.services import (
    change_entry,
    change_event_state,
    generate_event_ranking,
    record_scores,
    register_entry,
    supersede_score,
    void_score,
)
from tests.factories import make_event

pytestmark = pytest.mark.django_db(transaction=True)

RULES: dict[str, Any] = {
    "metric": "points",
    "direction": "high",
    "attempts": "sum",
    "divisions": {"sex": ["F", "M"]},
    "tie_breakers": [{"by": "attempts"}, {"by": "manual"}, {"by": "achieved"}],
}
BIBS = ("1", "2", "3", "4")
START = datetime(2026, 5, 17, tzinfo=UTC)
VALID, REJECTED, PENDING = Score.Outcome
REASON = "seen on video"


@dataclass
class Mark:
    """A score that counts."""

    value: int
    minute: int
    outcome: int = VALID


@dataclass
class Competitor:
    """What is true of an entry after all corrections."""

    marks: dict[int, Mark] = field(default_factory=dict)  # by attempt
    said: dict[int, Mark] = field(default_factory=dict)  # what its source said last of each attempt
    fields: dict[str, Any] = field(default_factory=dict)


World = dict[str, Competitor]
Step = tuple[str, str, dict[str, Any]]  # what is done to which bib with what

MINUTES, VALUES = st.integers(0, 3), st.integers(0, 3)
STEPS = st.tuples(
    st.sampled_from(["void", "supersede", "supersede", "source", "source", "change", "change", "change", "rank"]),
    st.sampled_from(BIBS),
    st.fixed_dictionaries(
        {
            "attempt": st.integers(1, 3),
            "value": VALUES,
            "minute": MINUTES,
            "outcome": st.sampled_from([VALID, VALID, REJECTED, PENDING]),
            "change": st.one_of(
                st.sampled_from(list(Entry.Standing)).map(lambda one: {"standing": one}),
                st.sampled_from(list(Entry.Status)).map(lambda one: {"status": one}),
                st.integers(-2, 2).map(lambda one: {"adjustment": one}),
                st.sampled_from([{}, {"sex": "F"}, {"sex": "M"}]).map(lambda one: {"divisions": one}),
                (st.none() | st.integers(0, 2)).map(lambda one: {"manual_order": one}),
            ),
        }
    ),
)
STARTS = st.lists(st.lists(st.tuples(VALUES, MINUTES), min_size=1, max_size=3), min_size=len(BIBS), max_size=len(BIBS))


def moment(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def write_fields(entry: Entry, fields: dict[str, Any]) -> None:
    """Straight into the table: a service that loses something must not lose it here as well."""
    values = dict(fields)
    if (divisions := values.pop("divisions", None)) is not None:
        values["division_set"] = DivisionSet.objects.get_or_create(event=entry.event, values=divisions)[0]
    Entry.objects.filter(pk=entry.pk).update(**values)


def build(world: World) -> Event:
    """An event with this data, ranked."""
    event = make_event(rules=RULES)
    for bib, competitor in world.items():
        entry = register_entry(event.pk, bib=bib, name=bib)
        if competitor.fields:
            write_fields(entry, competitor.fields)
        rows = [
            NewScore(
                bib=bib,
                value=mark.value,
                attempt=attempt,
                achieved_at=moment(mark.minute),
                outcome=Score.Outcome(mark.outcome),
                external_id=f"{bib}/{attempt}",
            )
            for attempt, mark in competitor.marks.items()
        ]
        for outcome in record_scores(event.pk, rows=rows, by=None):
            outcome.recorded()
    generate_event_ranking(event.pk)
    return event


def current_score(event: Event, bib: str, attempt: int) -> Score | None:
    return Score.objects.filter(event=event, entry__bib=bib, attempt=attempt, is_current=True).first()


def void(event: Event, world: World, bib: str, told: dict[str, Any]) -> None:
    if (score := current_score(event, bib, told["attempt"])) is not None:
        void_score(score.pk, reason=REASON, by=None)
        del world[bib].marks[told["attempt"]]


def supersede(event: Event, world: World, bib: str, told: dict[str, Any]) -> None:
    score, new = current_score(event, bib, told["attempt"]), Mark(told["value"], told["minute"])
    if score is not None and world[bib].marks[told["attempt"]] != new:
        changes = {"value": new.value, "achieved_at": moment(new.minute), "outcome": VALID}
        supersede_score(score.pk, changes=changes, reason=REASON, by=None)
        world[bib].marks[told["attempt"]] = new


def source(event: Event, world: World, bib: str, told: dict[str, Any]) -> None:
    """What the source says under the name of that attempt, if it still counts."""
    attempt = told["attempt"]
    if current_score(event, bib, attempt) is None:
        return
    row = NewScore(
        bib=bib,
        value=told["value"],
        achieved_at=moment(told["minute"]),
        outcome=Score.Outcome(told["outcome"]),
        external_id=f"{bib}/{attempt}",
    )
    (outcome,) = record_scores(event.pk, rows=[row], by=None)
    outcome.recorded()
    new = Mark(told["value"], told["minute"], told["outcome"])
    if world[bib].said[attempt] != new:  # else it says nothing new, whatever a person has made of it
        world[bib].marks[attempt] = world[bib].said[attempt] = new


def change(event: Event, world: World, bib: str, told: dict[str, Any]) -> None:
    change_entry(Entry.objects.get(event=event, bib=bib).pk, changes=told["change"], reason=REASON)
    world[bib].fields |= told["change"]


def rank(event: Event, world: World, bib: str, told: dict[str, Any]) -> None:
    generate_event_ranking(event.pk)


DOES: dict[str, Callable[[Event, World, str, dict[str, Any]], None]] = {
    "void": void,
    "supersede": supersede,
    "source": source,
    "change": change,
    "rank": rank,
}


def stored(event: Event) -> dict[int, Any]:
    """All that a revision is made of, by its number."""
    rankings = Ranking.objects.filter(event=event)
    return {
        one.revision: (
            one.content_hash,
            one.reason,
            one.computed_at,
            one.input_version,
            one.boards,
            [
                (page.board, page.first, bytes(page.content))
                for page in RankingPage.objects.filter(ranking=one).order_by("board", "first")
            ],
        )
        for one in rankings
    }


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(STARTS, st.lists(STEPS, min_size=6, max_size=16))
def test_corrections_lead_to_what_a_fresh_event_would_have(
    starts: list[list[tuple[int, int]]], steps: list[Step]
) -> None:
    world = {}
    for bib, given_marks in zip(BIBS, starts, strict=True):
        marks = {attempt: Mark(*mark) for attempt, mark in enumerate(given_marks, 1)}
        world[bib] = Competitor(marks, dict(marks))
    event = build(world)
    for action in ("close", "publish"):
        change_event_state(event.pk, action=action, by=None)
    seen = stored(event)
    for what, bib, told in steps:
        DOES[what](event, world, bib, told)
        now = stored(event)
        assert {number: now[number] for number in seen} == seen
        seen = now
    generate_event_ranking(event.pk)
    event.refresh_from_db()
    fresh = build(world)
    fresh.refresh_from_db()
    assert event.public_ranking is not None
    assert fresh.public_ranking is not None
    assert event.public_ranking.content_hash == fresh.public_ranking.content_hash
    told_by_trail = set(Correction.objects.filter(event=event).values_list("reason", flat=True))
    assert told_by_trail <= {REASON, "corrected by its source"}
    assert event.state == Event.State.PUBLISHED
