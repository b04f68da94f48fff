"""Every kind of correction in every state: what is refused, and what the trail says of what is done."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from apps.errors import InvalidInput, Refused, WrongState
from apps.events.models import Correction, Entry, Event, Score
from apps.events.scoring import NewScore
from apps.events.services import (
    change_entry,
    change_event_state,
    generate_event_ranking,
    record_scores,
    supersede_score,
    void_score,
)
from tests.factories import add_entry, add_score, make_event, make_user

pytestmark = pytest.mark.django_db(transaction=True)

Correct = Callable[[Entry, str], Any]


def change(**changes: Any) -> Correct:
    def correct(entry: Entry, reason: str) -> Entry:
        return change_entry(entry.pk, changes=changes, reason=reason, by=entry.event.owner)

    return correct


def void(entry: Entry, reason: str) -> Score:
    return void_score(entry.scores.get(is_current=True).pk, reason=reason, by=entry.event.owner)


def supersede(entry: Entry, reason: str) -> Score:
    score = entry.scores.get(is_current=True)
    return supersede_score(score.pk, changes={"value": "21:39"}, reason=reason, by=entry.event.owner)


DSQ = Entry.Status.DSQ
KINDS: dict[str, Correct] = {
    "void": void,
    "supersede": supersede,
    "adjust": change(adjustment=5000),
    "status": change(status=Entry.Status.DNF),
    "standing": change(standing=Entry.Standing.OUT_OF_COMPETITION),
    "divisions": change(divisions={"sex": "M"}),
    "manual_order": change(manual_order=2),
}
STATES = {
    "open": [],
    "closed": ["close"],
    "published": ["close", "publish"],
    "archived": ["close", "publish", "archive"],
    "cancelled": ["cancel"],
}
ALWAYS = {"void", "supersede", "adjust"}


def race_in(state: str) -> Entry:
    """The entry 7, in division F, of an event in that state, with one score of 21:40."""
    event = make_event(owner=make_user())
    entry = add_entry(event, "7", divisions={"sex": "F"})
    add_score(event, "7", "21:40")
    generate_event_ranking(event.pk)
    for action in STATES[state]:
        change_event_state(event.pk, action=action, by=None)
    return Entry.objects.select_related("event__owner").get(pk=entry.pk)


def version_of(entry: Entry) -> int:
    return Event.objects.get(pk=entry.event_id).input_version


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_in_each_state(kind: str, state: str) -> None:
    entry = race_in(state)
    before = version_of(entry)
    if state in ("archived", "cancelled"):
        with pytest.raises(WrongState, match=state):
            KINDS[kind](entry, "seen on video")
        assert not Correction.objects.exists()
        assert version_of(entry) == before
        return
    KINDS[kind](entry, "seen on video")
    (correction,) = Correction.objects.all()
    assert (correction.kind, correction.entry, correction.event) == (kind, entry, entry.event)
    assert (correction.reason, correction.by) == ("seen on video", entry.event.owner)
    assert correction.input_version == version_of(entry) == before + 1
    assert correction.before != correction.after


@pytest.mark.parametrize("state", ["open", "closed", "published"])
@pytest.mark.parametrize("kind", KINDS)
def test_where_a_reason_is_needed(kind: str, state: str) -> None:
    entry = race_in(state)
    before = version_of(entry)
    if kind not in ALWAYS and state != "published":
        KINDS[kind](entry, "")
        assert Correction.objects.get().reason == ""
        return
    for reason in ("", "  ", "x" * 201):
        with pytest.raises(InvalidInput, match="reason"):
            KINDS[kind](entry, reason)
    assert not Correction.objects.exists()
    assert version_of(entry) == before
    entry.refresh_from_db()
    assert (entry.status, entry.adjustment, entry.division_set.values) == (0, 0, {"sex": "F"})


@pytest.mark.parametrize("state", ["open", "closed", "published"])
def test_a_disqualification_needs_a_reason_and_so_does_lifting_it(state: str) -> None:
    entry = race_in(state)
    with pytest.raises(InvalidInput, match="needs a reason"):
        change(status=DSQ)(entry, "")
    change(status=DSQ, status_reason="cut the course")(entry, "")
    with pytest.raises(InvalidInput, match="a reason is needed"):
        change(status=Entry.Status.FINISHED)(entry, "")
    change(status=Entry.Status.FINISHED)(entry, "he did not")
    entry.refresh_from_db()
    assert (entry.status, entry.status_reason) == (Entry.Status.FINISHED, "")
    lifted, made = Correction.objects.all()
    assert (made.before, made.after) == (
        {"status": "finished", "status_reason": ""},
        {"status": "DSQ", "status_reason": "cut the course"},
    )
    assert (made.reason, lifted.reason) == ("cut the course", "he did not")


def test_one_reason_serves_the_entry_and_the_trail() -> None:
    entry = race_in("published")
    change(status=DSQ, adjustment=9)(entry, "took a lift")
    entry.refresh_from_db()
    assert (entry.status_reason, entry.adjustment_reason) == ("took a lift", "took a lift")
    assert set(Correction.objects.values_list("kind", "reason")) == {
        ("status", "took a lift"),
        ("adjust", "took a lift"),
    }
    assert len(set(Correction.objects.values_list("input_version", flat=True))) == 1


def test_a_draft_is_edited_without_a_trail_but_its_disqualifications_have_a_reason() -> None:
    entry = add_entry(make_event(state="draft"), "7", divisions={"sex": "F"})
    change_entry(entry.pk, changes={"divisions": {"sex": "M"}, "status": Entry.Status.DNS})
    with pytest.raises(InvalidInput, match="needs a reason"):
        change_entry(entry.pk, changes={"status": DSQ})
    assert not Correction.objects.exists()
    assert version_of(entry) == 2


def test_what_says_the_same_is_no_correction() -> None:
    entry = race_in("published")
    before = version_of(entry)
    change(status=Entry.Status.FINISHED, adjustment=0, divisions={"sex": "F"})(entry, "")
    with pytest.raises(InvalidInput, match="says already"):
        supersede_score(entry.scores.get().pk, changes={"value": "21:40"}, reason="x", by=None)
    assert version_of(entry) == before
    assert not Correction.objects.exists()


def test_a_superseded_score_stays_and_points_nowhere_else() -> None:
    entry = race_in("closed")
    old = entry.scores.get()
    new = supersede(entry, "the other lane")
    old.refresh_from_db()
    assert (old.is_current, old.value, old.void_reason) == (False, 1_300_000, "")
    assert (new.supersedes, new.value, new.is_current) == (old, 1_299_000, True)
    assert (new.entry, new.component, new.attempt, new.achieved_at) == (entry, 0, 1, old.achieved_at)
    correction = Correction.objects.get()
    assert (correction.before["value"], correction.after["value"]) == (1_300_000, 1_299_000)
    assert correction.score == new
    void_score(new.pk, reason="x", by=None)
    for done in (old, new):
        with pytest.raises(WrongState, match="does not count any more"):
            supersede_score(done.pk, changes={"value": 1}, reason="x", by=None)


@pytest.mark.parametrize(
    ("changes", "place"), [({"value": "NaN"}, "value"), ({"bib": "8"}, "bib"), ({"value": "1", "unit": "km"}, "value")]
)
def test_what_is_wrong_with_a_superseding_score(changes: dict[str, Any], place: str) -> None:
    entry = race_in("open")
    with pytest.raises(InvalidInput) as refused:
        supersede_score(entry.scores.get().pk, changes=changes, reason="x", by=None)
    assert refused.value.place == place
    assert Score.objects.get().is_current


def test_a_submission_is_corrected_within_the_limit_of_one() -> None:
    event = make_event(rules={"metric": "penalty_contest", "direction": "high", "components": {"names": ["A"]}})
    add_entry(event, "7")
    score = add_score(event, "7", "10:00", component="A")
    with pytest.raises(InvalidInput, match="after the start") as refused:
        supersede_score(score.pk, changes={"value": "3000:00:00"}, reason="x", by=None)
    assert refused.value.place == "value"


def test_a_judgement_of_a_jump_that_was_pending_needs_its_value() -> None:
    event = make_event(rules={"metric": "distance", "direction": "high"})
    add_entry(event, "7")
    pending = NewScore(bib="7", outcome=Score.Outcome.PENDING)
    (score,) = [outcome.recorded() for outcome in record_scores(event.pk, rows=[pending], by=None)]
    valid = {"outcome": Score.Outcome.VALID}
    with pytest.raises(InvalidInput, match="the score had none"):
        supersede_score(score.pk, changes=valid, reason="judged", by=None)
    jump = supersede_score(score.pk, changes={**valid, "value": "7.42 m"}, reason="judged", by=None)
    foul = supersede_score(jump.pk, changes={"outcome": Score.Outcome.REJECTED}, reason="toe over", by=None)
    assert (jump.value, foul.value) == (7420, 0)


def person(name: str, event: Event) -> User | None:
    if name in ("owner", "command"):
        return event.owner if name == "owner" else None
    user = make_user(is_staff=name == "staff")
    if name == "scorer":
        event.scorers.add(user)
    return user


@pytest.mark.parametrize("name", ["owner", "staff", "command", "scorer"])
@pytest.mark.parametrize("state", ["closed", "published"])
def test_a_scorer_corrects_nothing_that_is_published(state: str, name: str) -> None:
    entry = race_in(state)
    by, score = person(name, entry.event), entry.scores.get()
    if (state, name) == ("published", "scorer"):
        with pytest.raises(Refused, match="only the event's owner and staff"):
            void_score(score.pk, reason="x", by=by)
        with pytest.raises(Refused, match="only the event's owner and staff"):
            supersede_score(score.pk, changes={"value": 1}, reason="x", by=by)
        return
    new = supersede_score(score.pk, changes={"value": 1}, reason="x", by=by)
    void_score(new.pk, reason="x", by=by)
    assert set(Correction.objects.values_list("by", flat=True)) == {by and by.pk}
