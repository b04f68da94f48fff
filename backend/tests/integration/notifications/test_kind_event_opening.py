"""Who is told that an event starts soon, when, and what."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from apps.events.models import Entry, Event
from apps.events.services import change_entry, change_event, change_event_state
from apps.notifications.services import announce_openings
from tests.factories import add_entry, make_event, make_user
from tests.integration.notifications.told import Kind, facts_to, message_to, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana() -> User:
    return make_user("ana")


@pytest.fixture
def race(ana: User) -> Event:
    """Starts in twenty hours; Ana with two entries, Bia, and somebody without an account."""
    event = make_event(slug="harbour", name="Harbour 10K", starts_at=timezone.now() + timedelta(hours=20))
    add_entry(event, "1", name="Ana", user=ana, divisions={"sex": "F"})
    add_entry(event, "2", name="Ana's daughter", user=ana)
    add_entry(event, "3", user=make_user("bia"))
    add_entry(event, "4")
    return event


def start(race: Event, moment: datetime | None) -> None:
    change_event(race.pk, changes={"starts_at": moment})


def test_who_is_entered_is_told_once(race: Event, ana: User) -> None:
    assert announce_openings() == {"told": {"harbour": 2}}
    assert announce_openings() == {"told": {}}
    assert told(Kind.EVENT_OPENING) == [["ana", "bia"]]
    facts = facts_to(ana, Kind.EVENT_OPENING)
    entries = [(one.bib, one.name, one.divisions) for one in facts.context["entries"]]
    assert entries == [("1", "Ana", {"sex": "F"}), ("2", "Ana's daughter", {})]
    assert (facts.context["event"], facts.context["starts_at"]) == (race, race.starts_at)
    assert race.starts_at is not None
    assert facts.data == {
        "event": "harbour",
        "starts_at": race.starts_at.isoformat(),
        "entries": [
            {"bib": "1", "name": "Ana", "divisions": {"sex": "F"}},
            {"bib": "2", "name": "Ana's daughter", "divisions": {}},
        ],
    }
    assert (facts.path, facts.withheld) == ("/events/harbour/", "")


@pytest.mark.parametrize("hours", [-1, 25, None])
def test_not_too_early_and_not_too_late(race: Event, hours: int | None) -> None:
    start(race, None if hours is None else timezone.now() + timedelta(hours=hours))
    assert announce_openings() == {"told": {}}


@pytest.mark.parametrize("action", ["close", "cancel"])
def test_only_open_events(race: Event, action: str) -> None:
    change_event_state(race.pk, action=action, by=None)
    assert announce_openings() == {"told": {}}


def test_a_draft_is_told_to_nobody() -> None:
    draft = make_event(state="draft", starts_at=timezone.now() + timedelta(hours=1))
    add_entry(draft, "1", user=make_user())
    assert announce_openings() == {"told": {}}


def test_another_start_is_told_anew_and_the_first_no_more(race: Event, ana: User) -> None:
    announce_openings()
    start(race, timezone.now() + timedelta(hours=2))
    facts = facts_to(ana, Kind.EVENT_OPENING)
    assert (facts.withheld, facts.data) == ("overtaken", {})
    announce_openings()
    assert told(Kind.EVENT_OPENING) == [["ana", "bia"]] * 2
    assert facts_to(ana, Kind.EVENT_OPENING).withheld == ""


def test_once_it_has_begun_it_is_not_sent(race: Event, ana: User) -> None:
    announce_openings()
    Event.objects.update(starts_at=timezone.now() - timedelta(seconds=1))
    assert facts_to(ana, Kind.EVENT_OPENING).withheld == "overtaken"
    change_event_state(race.pk, action="cancel", by=None)
    assert facts_to(ana, Kind.EVENT_OPENING).withheld == "withdrawn"


def test_the_start_that_was_told_has_come(race: Event, ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    announce_openings()
    later = timezone.now() + timedelta(hours=21)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert facts_to(ana, Kind.EVENT_OPENING).withheld == "started"


@pytest.mark.parametrize("standing", [Entry.Standing.HIDDEN, Entry.Standing.WITHDRAWN])
def test_who_is_not_shown_is_not_told(race: Event, standing: Entry.Standing) -> None:
    change_entry(Entry.objects.get(bib="3").pk, changes={"standing": standing})
    announce_openings()
    assert told(Kind.EVENT_OPENING) == [["ana"]]


def test_who_was_hidden_since_is_told_nothing(race: Event, ana: User) -> None:
    announce_openings()
    for entry in Entry.objects.filter(participant__user=ana):
        change_entry(entry.pk, changes={"standing": Entry.Standing.HIDDEN})
    message = message_to(ana, Kind.EVENT_OPENING)
    assert message.facts.withheld == "not visible"
    assert "Harbour" not in message.title + message.text


def test_a_private_event_is_told_to_those_who_work_on_it(race: Event, ana: User) -> None:
    change_event(race.pk, changes={"visibility": "private", "scorers": ["bia"]})
    announce_openings()
    assert told(Kind.EVENT_OPENING) == [["bia"]]
    change_event(race.pk, changes={"scorers": []})
    assert facts_to(User.objects.get(username="bia"), Kind.EVENT_OPENING).withheld == "not visible"
