"""Exactly those are told of a correction whose rank it changes, by a definition that reads no stored ranking."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.events.models import Entry, Event
from apps.events.services import change_entry, generate_event_ranking
from apps.notifications.services import announce_event_correction, announce_event_ranking
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.integration.notifications.told import Kind, told

pytestmark = pytest.mark.django_db(transaction=True)

RULES: dict[str, Any] = {"metric": "points", "direction": "high", "divisions": {"sex": ["F", "M"]}}
DIVISIONS: list[dict[str, str]] = [{}, {"sex": "F"}, {"sex": "M"}]
STARTS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(DIVISIONS)), min_size=3, max_size=7)
CHANGES = st.one_of(
    st.sampled_from(list(Entry.Standing)).map(lambda one: {"standing": one}),
    st.sampled_from(list(Entry.Status)).map(lambda one: {"status": one}),
    st.integers(-2, 2).map(lambda one: {"adjustment": one}),
    st.sampled_from(DIVISIONS).map(lambda one: {"divisions": one}),
)
# What is corrected before people are told, and what before they are told again.
ROUNDS = st.lists(st.lists(st.tuples(st.integers(0, 6), CHANGES), min_size=1, max_size=3), min_size=1, max_size=3)


def boards_of(entry: Entry) -> set[str]:
    return {"overall", *(f"{dimension}:{name}" for dimension, name in entry.division_set.values.items())}


def ranks(event: Event) -> dict[str, dict[str, int]]:
    """Username to board to rank, from the entries and scores alone: how many are better, and one."""
    entries = list(Entry.objects.filter(event=event).select_related("participant__user", "division_set"))
    competing = [one for one in entries if one.standing == Entry.Standing.COMPETING and one.status == 0]
    points = {one: one.scores.get().value + one.adjustment for one in competing}
    found: dict[str, dict[str, int]] = {str(one.participant.user): {} for one in entries}
    for one in competing:
        for board in boards_of(one):
            better = [other for other in competing if board in boards_of(other) and points[other] > points[one]]
            found[str(one.participant.user)][board] = len(better) + 1
    return found


def shown(event: Event) -> set[str]:
    entries = Entry.objects.filter(event=event, standing__in=Entry.SHOWN)
    return set(entries.values_list("participant__user__username", flat=True))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(STARTS, ROUNDS)
def test_exactly_those_whose_rank_differs(
    starts: list[tuple[int, dict[str, str]]], rounds: list[list[tuple[int, dict[str, Any]]]]
) -> None:
    event = make_event(rules=RULES)
    for bib, (points, divisions) in enumerate(starts):
        add_entry(event, str(bib), divisions=divisions, user=make_user())
        add_score(event, str(bib), points)
    announce_event_ranking(publish_event(event).pk)
    before = ranks(event)
    for changes in rounds:
        for number, change in changes:
            entry = Entry.objects.get(event=event, bib=str(number % len(starts)))
            change_entry(entry.pk, changes=change, reason="seen on film")
            generate_event_ranking(event.pk)
        event.refresh_from_db()
        known = len(told(Kind.RESULTS_CORRECTED))
        announce_event_correction(event.public_ranking_id or 0)
        new = told(Kind.RESULTS_CORRECTED)[known:]
        after = ranks(event)
        assert {name for names in new for name in names} == {
            name for name in shown(event) if before[name] != after[name]
        }
        before = after
