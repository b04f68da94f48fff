"""A freeze is set, moved and ended; step by step it ends from the bottom of the board that the public sees."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.errors import InvalidInput, WrongState
from apps.events import pages
from apps.events.models import Event, EventTransition, Ranking, Reveal, Score
from apps.events.services import (
    change_event,
    change_event_state,
    create_event,
    generate_event_ranking,
    reveal_next,
    thaw_event,
)
from delivery.models import OutboxMessage
from tests.factories import add_entry, add_score, make_event, make_user

pytestmark = pytest.mark.django_db(transaction=True)

NOON = timezone.now().replace(microsecond=0) - timedelta(hours=5)
HOUR = timedelta(hours=1)
CONTEST: dict[str, Any] = {
    "metric": "penalty_contest",
    "direction": "high",
    "components": {"names": ["A", "B"]},
}


def at(minute: int) -> dict[str, Any]:
    """What a submission of that minute has."""
    return {"value": minute * 60_000, "achieved_at": NOON + timedelta(minutes=minute)}


@pytest.fixture
def contest() -> Event:
    """Frozen after an hour. Team 3 is last by what is known, and wins by what is not."""
    event = make_event(slug="contest", rules=CONTEST, starts_at=NOON, freeze_at=NOON + HOUR)
    for bib in ("1", "2", "3"):
        add_entry(event, bib, name=f"Team {bib}")
    add_score(event, "1", component="A", **at(10))
    add_score(event, "2", component="A", **at(20))
    add_score(event, "2", component="B", outcome=Score.Outcome.REJECTED, **at(70))
    add_score(event, "3", component="B", **at(80))
    add_score(event, "3", component="A", **at(90))
    generate_event_ranking(event.pk)
    event.refresh_from_db()
    return event


def board(event: Event) -> list[tuple[str, int | None]]:
    """Who stands where for the public, from the top."""
    event.refresh_from_db()
    assert event.public_ranking is not None
    bibs = dict(event.entries.values_list("pk", "bib"))
    return [(bibs[row.entry_id], row.rank) for row in pages.iter_rows(event.public_ranking, "overall")]


def step(event: Event) -> list[tuple[str, str]]:
    """What the next step shows, after which a worker ranks."""
    shown = [(one.bib, one.component) for one in reveal_next(event.pk, by=None).revealed]
    generate_event_ranking(event.pk)
    return shown


def history(event: Event) -> list[str]:
    return list(event.transitions.values_list("reason", flat=True))


def test_the_public_and_the_live_ranking_are_two(contest: Event) -> None:
    assert board(contest) == [("1", 1), ("2", 2), ("3", 3)]
    live, public = contest.current_ranking, contest.public_ranking
    assert live is not None
    assert public is not None
    assert (live.variant, live.revision, public.variant, public.revision) == ("live", 1, "public", 1)
    assert pages.rows(live, "overall", 0, 1)[0].entry_id == contest.entries.get(bib="3").pk
    assert pages.pending_count(public, "overall") == 3


def test_step_by_step_from_the_bottom(contest: Event) -> None:
    # Having solved a problem, team 3 is third and not last: now the one behind it has its turn.
    assert step(contest) == [("3", "A")]
    assert board(contest) == [("1", 1), ("2", 2), ("3", 3)]
    assert step(contest) == [("3", "B")]
    assert board(contest) == [("3", 1), ("1", 2), ("2", 3)]
    assert not Event.objects.get(pk=contest.pk).thawed_at
    assert step(contest) == [("2", "B")]
    assert Event.objects.get(pk=contest.pk).thawed_at
    assert board(contest) == [("3", 1), ("1", 2), ("2", 3)]
    assert contest.current_ranking_id == contest.public_ranking_id
    assert list(Reveal.objects.values_list("entry__bib", "component")) == [("3", 1), ("3", 2), ("2", 2)]
    assert history(contest)[-1] == "thawed"
    with pytest.raises(WrongState, match="thawed already"):
        reveal_next(contest.pk, by=None)


def test_several_steps_at_once_are_those_of_one_after_another(contest: Event) -> None:
    user = make_user()
    thaw = reveal_next(contest.pk, by=user, steps=2)
    assert [(one.step, one.bib, one.component) for one in thaw.revealed] == [(1, "3", "A"), (2, "3", "B")]
    assert not thaw.is_thawed
    assert set(Reveal.objects.values_list("by", flat=True)) == {user.pk}
    generate_event_ranking(contest.pk)
    rest = reveal_next(contest.pk, by=user, steps=5)
    assert [(one.bib, one.component) for one in rest.revealed] == [("2", "B")]
    assert rest.is_thawed
    for steps in (0, 1001):
        with pytest.raises(InvalidInput, match="from 1 to 1000"):
            reveal_next(contest.pk, by=None, steps=steps)


def test_a_step_waits_for_the_ranking_of_the_one_before_and_that_one_does_not_wait(contest: Event) -> None:
    OutboxMessage.objects.all().delete()
    reveal_next(contest.pk, by=None)
    (message,) = OutboxMessage.objects.all()
    assert (message.task_name, message.not_before) == ("events.generate_event_ranking", None)
    with pytest.raises(WrongState, match="the ranking of the step before"):
        reveal_next(contest.pk, by=None)
    assert Reveal.objects.count() == 1


def test_a_thaw_at_once(contest: Event) -> None:
    user = make_user()
    change_event_state(contest.pk, action="close", by=None)
    generate_event_ranking(contest.pk)
    with pytest.raises(WrongState, match="thaw it first"):
        change_event_state(contest.pk, action="publish", by=None)
    thaw_event(contest.pk, by=user)
    with pytest.raises(WrongState, match="not ready yet"):
        change_event_state(contest.pk, action="publish", by=None)
    generate_event_ranking(contest.pk)
    assert board(contest) == [("3", 1), ("1", 2), ("2", 3)]
    assert change_event_state(contest.pk, action="publish", by=None).state == "published"
    thawed = EventTransition.objects.get(event=contest, reason="thawed")
    assert (thawed.by, thawed.from_state, thawed.to_state) == (user, "closed", "closed")


def test_what_comes_after_a_step_is_shown_or_not_as_the_step_says(contest: Event) -> None:
    step(contest)
    add_score(contest, "3", component="A", **at(100))  # of what is shown
    add_score(contest, "3", component="B", **at(100))
    generate_event_ranking(contest.pk)
    assert board(contest) == [("1", 1), ("2", 2), ("3", 3)]
    assert contest.public_ranking is not None
    assert pages.pending_count(contest.public_ranking, "overall") == 3


def test_nothing_pending_is_thawed_by_the_first_step() -> None:
    event = make_event(starts_at=NOON, freeze_at=NOON + HOUR)
    generate_event_ranking(event.pk)
    thaw = reveal_next(event.pk, by=None)
    assert (thaw.revealed, thaw.is_thawed) == ([], True)


def test_an_entry_shows_all_that_it_has_at_once_where_there_are_no_problems() -> None:
    rules = {"metric": "distance", "direction": "high", "secondary": {"wind": {"metric": "count", "direction": "low"}}}
    event = make_event(rules=rules, starts_at=NOON, freeze_at=NOON + HOUR)
    add_entry(event, "7")
    late = NOON + 2 * HOUR
    for value in (800, 790):
        add_score(event, "7", value, achieved_at=late)
    add_score(event, "7", 2, component="wind", achieved_at=late)
    generate_event_ranking(event.pk)
    thaw = reveal_next(event.pk, by=None)
    assert [(one.step, one.component) for one in thaw.revealed] == [(1, ""), (1, "wind")]


def test_a_freeze_moves_while_nothing_that_was_shown_would_be_hidden() -> None:
    user = make_user()
    event = make_event(starts_at=NOON, ends_at=NOON + 4 * HOUR)
    add_entry(event, "7")
    add_score(event, "7", 1000, achieved_at=NOON + HOUR)
    version = event.input_version

    def move(freeze_at: datetime | None) -> Event:
        return change_event(event.pk, changes={"freeze_at": freeze_at}, by=user)

    with pytest.raises(WrongState, match="have been shown"):
        move(NOON + HOUR)
    assert move(NOON + 2 * HOUR).input_version > version
    add_score(event, "7", 900, achieved_at=NOON + 3 * HOUR)
    move(NOON + 2 * HOUR - timedelta(minutes=1))  # what is hidden stays hidden
    move(NOON + 3 * HOUR + timedelta(minutes=1))  # shows what was hidden until then
    with pytest.raises(WrongState, match="have been shown"):
        move(NOON + 2 * HOUR)
    with pytest.raises(InvalidInput, match="freeze_at: a freeze does not begin after"):
        move(NOON + 5 * HOUR)
    move(None)
    assert len([text for text in history(event) if text.startswith("freeze: ")]) == 4
    assert history(event)[-1].endswith("-> none")
    assert event.transitions.last().by == user  # type: ignore[union-attr]


def test_when_a_freeze_may_not_change(contest: Event) -> None:
    thaw_event(contest.pk, by=None)
    with pytest.raises(WrongState, match="what was shown stays shown"):
        change_event(contest.pk, changes={"freeze_at": None})
    closed = make_event()
    change_event_state(closed.pk, action="close", by=None)
    for refused in (
        lambda: change_event(closed.pk, changes={"freeze_at": NOON}),
        lambda: thaw_event(closed.pk, by=None),
        lambda: reveal_next(closed.pk, by=None),
        lambda: thaw_event(make_event(state="draft").pk, by=None),
    ):
        with pytest.raises(WrongState):
            refused()
    with pytest.raises(InvalidInput, match="freeze_at: a freeze does not begin before"):
        create_event(slug="x", name="x", rules=CONTEST, owner=None, starts_at=NOON, freeze_at=NOON - HOUR)


def test_a_time_that_no_ranking_could_count_is_refused_and_keeps_nobody_from_a_ranking(contest: Event) -> None:
    with pytest.raises(InvalidInput, match="value: a submission is at most"):
        add_score(contest, "1", 10**10 + 1, component="B")
    assert generate_event_ranking(contest.pk) == {"event_id": contest.pk, "revision": 1, "is_new": False}


def test_by_command(contest: Event, capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    call_command("reveal_ranking", "contest")
    with pytest.raises(CommandError, match="try again shortly"):
        call_command("reveal_ranking", "contest")
    generate_event_ranking(contest.pk)
    call_command("export_ranking", "contest")
    call_command("export_ranking", "contest", "--live")
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "step 1: 3 Team 3, A"
    tops = [line.split(",")[:4] for line in told if line.startswith("overall,1,1")]
    assert tops == [["overall", "1", "1", "1"], ["overall", "1", "1", "3"]]
    call_command("reveal_ranking", "contest", "--all")
    assert capsys.readouterr().out == "contest: thawed\n"
    assert Ranking.objects.filter(event=contest, variant="live").exists()
    rules = tmp_path / "rules.json"
    rules.write_text('{"metric": "points", "direction": "high"}')
    call_command("create_event", "frozen", "--name", "F", "--rules", str(rules), "--freeze-at", "2026-05-17T11:00:00Z")
    assert Event.objects.get(slug="frozen").freeze_at is not None
    with pytest.raises(CommandError, match="offset from UTC"):
        call_command("create_event", "x", "--name", "F", "--rules", str(rules), "--freeze-at", "2026-05-17T11:00:00")
