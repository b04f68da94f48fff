"""Scores with external ids: what a source says again changes nothing, what it says otherwise is a correction."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.errors import Conflict, InvalidInput, WrongState
from apps.events.models import Correction, Event, Score
from apps.events.scoring import NewScore, Outcome
from apps.events.services import (
    change_event_state,
    generate_event_ranking,
    record_scores,
    supersede_score,
    void_score,
)
from apps.events.sourced_scores import DEFAULT_REASON
from tests.factories import add_entry, make_event, make_user, publish_event
from tests.integration.events.imports.files import import_file

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def race() -> Event:
    event = make_event(owner=make_user())
    add_entry(event, "7")
    add_entry(event, "12")
    return event


def send(event: Event, *rows: NewScore) -> list[Outcome]:
    return record_scores(event.pk, rows=rows, by=event.owner)


def finish(value: str, key: str = "", name: str = "gate-1", **fields: Any) -> NewScore:
    return NewScore(**{"bib": "7", "value": value, "external_id": name, "idempotency_key": key, **fields})


def current(event: Event) -> list[tuple[str, int, int]]:
    rows = Score.objects.filter(event=event, is_current=True).order_by("entry__bib", "attempt")
    return list(rows.values_list("entry__bib", "attempt", "value"))


def version(event: Event) -> int:
    return Event.objects.get(pk=event.pk).input_version


def test_the_same_again_is_the_same_score(race: Event) -> None:
    (first,) = send(race, finish("21:40", "k1"))
    before = version(race)
    for row in (finish("21:40", "k2"), finish("21:40"), finish("21:40", "k3", attempt=1), finish("00:21:40")):
        (again,) = send(race, row)
        assert (again.recorded(), again.is_new) == (first.recorded(), False)
    assert version(race) == before
    assert not Correction.objects.exists()


def test_other_content_takes_its_place(race: Event) -> None:
    (first,) = send(race, finish("21:40", "k1"))
    (second,) = send(race, finish("21:39", "k2", reason="photo finish"))
    (third,) = send(race, finish("21:38", "k3"))
    assert current(race) == [("7", 1, 1_298_000)]
    assert third.recorded().supersedes == second.recorded()
    assert second.recorded().supersedes == first.recorded()
    assert third.recorded().achieved_at == first.recorded().achieved_at
    assert list(Correction.objects.order_by("pk").values_list("kind", "reason", "by")) == [
        ("supersede", "photo finish", race.owner_id),
        ("supersede", DEFAULT_REASON, race.owner_id),
    ]
    # A request that comes again, late, is answered with what it recorded.
    (late,) = send(race, finish("21:40", "k1"))
    assert (late.recorded(), late.is_new) == (first.recorded(), False)
    assert current(race) == [("7", 1, 1_298_000)]


def test_another_moment_or_outcome_is_other_content(race: Event) -> None:
    now = timezone.now()
    send(race, finish("21:40", achieved_at=now))
    for row in (
        finish("21:40", achieved_at=now + timedelta(seconds=1)),
        finish("21:40", achieved_at=now + timedelta(seconds=1), outcome=Score.Outcome.REJECTED),
    ):
        (outcome,) = send(race, row)
        assert outcome.is_new
    assert Correction.objects.count() == 2


def test_several_of_one_id_in_one_request_go_in_their_order(race: Event) -> None:
    rows = [finish("21:40"), finish("21:39"), finish("21:39"), finish("30:00", name="gate-2"), finish("21:38")]
    outcomes = send(race, *rows, finish("21:37", name="gate-1"))
    assert [outcome.is_new for outcome in outcomes] == [True, True, False, True, True, True]
    assert current(race) == [("7", 1, 1_297_000), ("7", 2, 1_800_000)]
    chain = [score.supersedes_id for score in Score.objects.filter(external_id="gate-1").order_by("pk")]
    ids = list(Score.objects.filter(external_id="gate-1").order_by("pk").values_list("pk", flat=True))
    assert chain == [None, *ids[:-1]]
    assert Correction.objects.count() == 3
    assert set(Correction.objects.values_list("input_version", flat=True)) == {version(race)}
    assert [outcome.recorded().is_current for outcome in outcomes] == [False, False, False, True, False, True]


def test_a_submission_is_judged_late() -> None:
    rules = {
        "metric": "penalty_contest",
        "direction": "high",
        "components": {"names": ["A", "B"]},
        "tie_breakers": [{"by": "last_accepted"}],
    }
    event = make_event(rules=rules)
    add_entry(event, "1")
    names = ("s1", "s2")
    rows = [
        NewScore(bib="1", value=value, component="A", outcome=Score.Outcome.PENDING, external_id=name)
        for name, value in zip(names, ("0:10:00", "0:20:00"), strict=True)
    ]
    send(event, *rows)
    change_event_state(event.pk, action="close", by=None)
    judged = [
        NewScore(bib="1", value="0:10:00", component="A", outcome=Score.Outcome.REJECTED, external_id="s1"),
        NewScore(bib="1", value="0:20:00", component="A", external_id="s2", reason="accepted by the jury"),
    ]
    assert all(outcome.is_new for outcome in send(event, *judged))
    assert not any(outcome.is_new for outcome in send(event, *judged))
    now = Score.objects.filter(is_current=True).order_by("attempt")
    assert list(now.values_list("attempt", "outcome", "value")) == [(1, 1, 600_000), (2, 0, 1_200_000)]
    assert {one.before["outcome"] for one in Correction.objects.all()} == {"pending"}


def test_what_a_person_corrected_stays_until_the_source_says_something_new(race: Event) -> None:
    (first,) = send(race, finish("21:40", "k1"))
    mended = supersede_score(first.recorded().pk, changes={"value": "21:30"}, reason="photo finish", by=None)
    (again,) = send(race, finish("21:40", "k2"))
    assert (again.recorded(), again.is_new) == (mended, False)
    (new,) = send(race, finish("21:35", "k3"))
    assert new.recorded().supersedes == mended
    assert current(race) == [("7", 1, 1_295_000)]


def test_what_a_person_voided_does_not_come_back(race: Event) -> None:
    (first,) = send(race, finish("21:40", "k1"))
    void_score(first.recorded().pk, reason="not his chip", by=None)
    (again,) = send(race, finish("21:40", "k2"))
    assert (again.recorded(), again.is_new, again.recorded().is_current) == (first.recorded(), False, False)
    (other,) = send(race, finish("21:39", "k3"))
    assert isinstance(other.refusal, Conflict)
    assert "was voided: not his chip" in str(other.refusal)
    assert current(race) == []


def test_an_import_that_changes_a_score_keeps_its_name(race: Event) -> None:
    send(race, finish("21:40", "k1"))
    import_file(race, "bib,score\n7,1290\n")
    assert current(race) == [("7", 1, 1_290_000)]
    assert not send(race, finish("21:40", "k2"))[0].is_new
    send(race, finish("21:20", "k3"))
    assert current(race) == [("7", 1, 1_280_000)]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"bib": "12"}, "bib"),
        ({"attempt": 2}, "attempt"),
        ({"bib": "99"}, "bib"),
        ({"value": "NaN"}, "value"),
        ({"value": None}, "value"),
        ({"value": "21:39", "reason": "x" * 201}, "reason"),
    ],
)
def test_a_correction_that_does_not_fit(race: Event, changes: dict[str, Any], place: str) -> None:
    send(race, finish("21:40"))
    (outcome,) = send(race, finish(changes.pop("value", "21:40"), **changes))
    assert outcome.refusal is not None
    assert outcome.refusal.place == place
    assert current(race) == [("7", 1, 1_300_000)]


def test_a_reason_without_an_external_id_is_refused(race: Event) -> None:
    (outcome,) = send(race, NewScore(bib="7", value=1, reason="x"))
    assert isinstance(outcome.refusal, InvalidInput)
    assert outcome.refusal.place == "reason"


def test_an_external_id_is_of_one_event(race: Event) -> None:
    other = make_event()
    add_entry(other, "7")
    assert send(race, finish("21:40"))[0].is_new
    assert send(other, finish("21:39"))[0].is_new
    assert not Correction.objects.exists()


def test_published_results_are_corrected_and_get_nothing_new(race: Event) -> None:
    send(race, finish("21:40", "k1"))
    publish_event(race)
    scorer = make_user()
    race.scorers.add(scorer)
    with pytest.raises(WrongState, match="recording scores"):
        send(race, finish("10:00", name="gate-2"))
    rows = [finish("21:40", "k2"), finish("21:30", "k3"), finish("10:00", name="gate-2")]
    of_scorer = record_scores(race.pk, rows=rows, by=scorer)
    assert [outcome.score is not None for outcome in of_scorer] == [True, False, False]
    assert "only the event's owner" in str(of_scorer[1].refusal)
    of_owner = send(race, *rows)
    assert [outcome.is_new for outcome in of_owner] == [False, True, False]
    assert isinstance(of_owner[2].refusal, WrongState)
    generate_event_ranking(race.pk)
    race.refresh_from_db()
    assert race.public_ranking is not None
    assert (race.public_ranking.revision, race.public_ranking.reason) == (2, DEFAULT_REASON)
    change_event_state(race.pk, action="archive", by=None)
    (archived,) = send(race, finish("21:20", "k4"))
    assert isinstance(archived.refusal, WrongState)
    assert not send(race, finish("21:30", "k5"))[0].is_new


def test_the_same_feed_again_changes_nothing(race: Event) -> None:
    feed = [finish(f"2{number % 3}:{number:02}", name=f"g{number % 7}", bib="7") for number in range(20)]
    send(race, *feed)
    state = current(race), version(race), Score.objects.count()
    last_of_each = list({row.external_id: row for row in feed}.values())
    assert not any(outcome.is_new for outcome in send(race, *last_of_each))
    assert (current(race), version(race), Score.objects.count()) == state
