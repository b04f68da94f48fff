"""What follows from a correction of published results: the next revision, with reasons, and the seasons."""

from typing import Any

import pytest
from django.utils import timezone

from apps.errors import WrongState
from apps.events import pages
from apps.events.models import Entry, Event, Ranking
from apps.events.revision_reasons import hidden_reasons, shown_reasons
from apps.events.services import (
    change_entry,
    change_event,
    change_event_state,
    generate_event_ranking,
    supersede_score,
    thaw_event,
    void_score,
)
from delivery.models import OutboxMessage
from tests.factories import add_entry, add_score, make_event, publish_event

pytestmark = pytest.mark.django_db(transaction=True)

DSQ: dict[str, Any] = {"status": Entry.Status.DSQ}


@pytest.fixture
def race() -> Event:
    """Published: 1 before 2 before 3."""
    event = make_event(slug="race")
    for bib in "123":
        add_entry(event, bib)
        add_score(event, bib, f"2{bib}:00")
    publish_event(event)
    OutboxMessage.objects.update(sent_at=timezone.now())
    event.refresh_from_db()
    return event


def entry_of(event: Event, bib: str) -> Entry:
    return Entry.objects.get(event=event, bib=bib)


def order(ranking: Ranking | None) -> list[tuple[str, int | None]]:
    assert ranking is not None
    bibs = dict(Entry.objects.values_list("pk", "bib"))
    return [(bibs[row.entry_id], row.rank) for row in pages.iter_rows(ranking, "overall")]


def asked() -> list[str]:
    return sorted(OutboxMessage.objects.filter(sent_at=None).values_list("task_name", flat=True))


def test_a_correction_makes_the_next_revision_and_the_old_one_stays(race: Event) -> None:
    first = race.current_ranking
    before = list(first.pages.order_by("pk").values_list("board", "first", "content")) if first else []
    change_entry(entry_of(race, "1").pk, changes=DSQ, reason="cut the course", by=None)
    assert asked() == ["events.generate_event_ranking"]
    race.refresh_from_db()
    # Until then the published revision is what holds.
    assert (race.state, race.current_ranking) == (Event.State.PUBLISHED, first)
    assert generate_event_ranking(race.pk) == {"event_id": race.pk, "revision": 2, "is_new": True}
    race.refresh_from_db()
    assert asked() == [
        "events.generate_event_ranking",
        "notifications.announce_event_correction",
        "rankings.refresh_season_standings",
    ]
    assert race.state == Event.State.PUBLISHED
    assert order(race.current_ranking) == [("2", 1), ("3", 2), ("1", None)]
    assert race.current_ranking is not None
    assert race.current_ranking.reason == "cut the course"
    assert first is not None
    first.refresh_from_db()
    assert (first.revision, first.reason) == (1, "")
    assert list(first.pages.order_by("pk").values_list("board", "first", "content")) == before


def test_several_corrections_make_one_revision_that_tells_each_reason_once(race: Event) -> None:
    for bib, reason in (("3", "wrong lane"), ("2", "wrong lane"), ("1", "too slow")):
        score = entry_of(race, bib).scores.get()
        supersede_score(score.pk, changes={"value": f"1{bib}:00"}, reason=reason, by=None)
    assert asked() == ["events.generate_event_ranking"]
    generate_event_ranking(race.pk)
    assert Ranking.objects.get(revision=2).reason == "wrong lane\ntoo slow"


def test_a_correction_that_changes_nothing_visible_is_told_with_the_next_that_does(race: Event) -> None:
    # A second attempt that is slower than the best one.
    change_event_state(race.pk, action="reopen", by=None)
    slow = add_score(race, "1", "50:00")
    generate_event_ranking(race.pk)
    void_score(slow.pk, reason="not his", by=None)
    assert generate_event_ranking(race.pk)["is_new"] is False
    change_entry(entry_of(race, "1").pk, changes=DSQ, reason="cut the course", by=None)
    generate_event_ranking(race.pk)
    assert Ranking.objects.get(revision=2).reason == "not his\ncut the course"


def test_the_reason_for_what_is_hidden_is_told_to_nobody(race: Event) -> None:
    change_entry(entry_of(race, "1").pk, changes={"standing": Entry.Standing.HIDDEN}, reason="a child", by=None)
    change_entry(entry_of(race, "3").pk, changes=DSQ, reason="cut the course", by=None)
    generate_event_ranking(race.pk)
    told = Ranking.objects.get(revision=2)
    assert shown_reasons(told, hidden_reasons(race)) == ["cut the course"]
    change_entry(entry_of(race, "3").pk, changes={"standing": Entry.Standing.HIDDEN}, reason="a child", by=None)
    assert shown_reasons(told, hidden_reasons(race)) == []
    change_entry(entry_of(race, "2").pk, changes={"adjustment": 1}, reason="cut the course", by=None)
    assert shown_reasons(told, hidden_reasons(race)) == ["cut the course"]


def test_the_public_revision_of_a_frozen_event_tells_no_reason(race: Event) -> None:
    change_event_state(race.pk, action="reopen", by=None)
    Event.objects.filter(pk=race.pk).update(freeze_at=timezone.now())
    change_entry(entry_of(race, "1").pk, changes=DSQ, reason="cut the course", by=None)
    generate_event_ranking(race.pk)
    assert Ranking.objects.get(revision=2, variant="public").reason == ""


def test_the_reasons_given_while_it_was_frozen_are_told_after_the_thaw(race: Event) -> None:
    change_event_state(race.pk, action="reopen", by=None)
    late = add_score(race, "3", "30:00", attempt=2)
    Event.objects.filter(pk=race.pk).update(freeze_at=late.achieved_at)
    supersede_score(late.pk, changes={"value": "19:00"}, reason="false start", by=None)
    generate_event_ranking(race.pk)
    change_entry(entry_of(race, "1").pk, changes=DSQ, reason="cut the course", by=None)
    generate_event_ranking(race.pk)
    thaw_event(race.pk, by=None)
    generate_event_ranking(race.pk)
    reasons = Ranking.objects.filter(variant="public").order_by("revision").values_list("reason", flat=True)
    assert list(reasons)[-2:] == ["", "false start\ncut the course"]
    change_entry(entry_of(race, "2").pk, changes=DSQ, reason="no bib", by=None)
    generate_event_ranking(race.pk)
    race.refresh_from_db()
    assert race.public_ranking is not None
    assert race.public_ranking.reason == "no bib"


def test_a_reason_is_one_line_and_hidden_as_one(race: Event) -> None:
    reason = " positive test\r\nsample B\u2028of  Ana "
    change_entry(entry_of(race, "1").pk, changes={"standing": Entry.Standing.HIDDEN}, reason=reason, by=None)
    generate_event_ranking(race.pk)
    told = Ranking.objects.get(revision=2)
    assert told.reason == "positive test sample B of Ana"
    assert shown_reasons(told, hidden_reasons(race)) == []


def test_more_reasons_than_anybody_reads(race: Event) -> None:
    score = entry_of(race, "1").scores.get()
    for number in range(103):
        score = supersede_score(score.pk, changes={"value": number}, reason=f"reason {number}", by=None)
    generate_event_ranking(race.pk)
    lines = Ranking.objects.get(revision=2).reason.splitlines()
    assert lines[:2] == ["reason 0", "reason 1"]
    assert lines[-2:] == ["reason 99", "and 3 more"]


def test_an_event_is_archived_with_the_ranking_of_its_corrections(race: Event) -> None:
    change_entry(entry_of(race, "1").pk, changes=DSQ, reason="cut the course", by=None)
    with pytest.raises(WrongState, match="not ready yet"):
        change_event_state(race.pk, action="archive", by=None)
    generate_event_ranking(race.pk)
    assert change_event_state(race.pk, action="archive", by=None).state == Event.State.ARCHIVED


def test_a_new_score_of_a_published_event_stays_refused(race: Event) -> None:
    with pytest.raises(WrongState, match="recording scores"):
        add_score(race, "1", "10:00")


def test_a_ranking_of_an_event_that_is_not_official_refreshes_no_season(race: Event) -> None:
    change_event_state(race.pk, action="unpublish", by=None)
    OutboxMessage.objects.update(sent_at=timezone.now())
    change_entry(entry_of(race, "1").pk, changes=DSQ, reason="cut the course", by=None)
    generate_event_ranking(race.pk)
    assert asked() == ["events.generate_event_ranking"]
    change_event(race.pk, changes={"name": "River Race"})
