"""Who is told that a status was changed, and what."""

import pytest
from django.contrib.auth.models import User

from apps.events.models import Correction, Entry, Event
from apps.events.services import change_entry, change_event, change_event_state, change_participant
from apps.notifications.messages import make_messages
from apps.notifications.models import Announcement
from apps.notifications.services import announce_status_change
from tests.factories import add_entry, make_event, make_user
from tests.integration.notifications.told import Kind, asked_for, facts_to, message_to, told

pytestmark = pytest.mark.django_db(transaction=True)
TASK = "notifications.announce_status_change"


@pytest.fixture
def ana() -> User:
    return make_user("ana")


@pytest.fixture
def entry(ana: User) -> Entry:
    """Ana's, in an open event with another entry that has an account."""
    event = make_event(name="Harbour 10K", owner=make_user("owner"))
    add_entry(event, "2", user=make_user("bia"))
    return add_entry(event, "1", name="Ana", user=ana)


def change(entry: Entry, status: Entry.Status, reason: str = "", **changes: object) -> None:
    change_entry(entry.pk, changes={"status": status, **changes}, reason=reason)


def announce() -> None:
    """Run what was asked for, twice."""
    for kwargs in asked_for(TASK) * 2:
        announce_status_change(**kwargs)


def test_the_account_of_the_entry_is_told(entry: Entry, ana: User) -> None:
    change(entry, Entry.Status.DSQ, "cut the course")
    announce()
    assert told(Kind.STATUS_CHANGED) == [["ana"]]
    facts = facts_to(ana, Kind.STATUS_CHANGED)
    expected = {"bib": "1", "name": "Ana", "before": "finished", "after": "DSQ", "reason": "cut the course"}
    assert facts.context == {"event": entry.event, **expected}
    assert facts.data == {"event": entry.event.slug, **expected}
    assert facts.path == f"/events/{entry.event.slug}/entries/1"
    assert facts.withheld == ""


def test_a_reason_is_told_also_where_the_entry_shows_none(entry: Entry, ana: User) -> None:
    change(entry, Entry.Status.DSQ, "cut the course")
    change(entry, Entry.Status.FINISHED, "seen on film")
    announce()
    assert facts_to(ana, Kind.STATUS_CHANGED).context["reason"] == "seen on film"


def test_only_the_newest_change_is_sent(entry: Entry, ana: User) -> None:
    change(entry, Entry.Status.DNF)
    change(entry, Entry.Status.FINISHED)
    change(entry, Entry.Status.DNF)
    announce()
    notifications = [one.notifications.get() for one in Announcement.objects.order_by("pk")]
    messages = make_messages(notifications)
    assert [one.facts.withheld for one in messages] == ["overtaken", "overtaken", ""]
    assert [one.facts.data for one in messages[:2]] == [{}, {}]


def test_another_reason_is_no_other_status(entry: Entry, ana: User) -> None:
    change(entry, Entry.Status.DSQ, "cut the course")
    change_entry(entry.pk, changes={"status_reason": "cut a corner"}, reason="worded better")
    announce()
    assert told(Kind.STATUS_CHANGED) == [["ana"]]
    assert facts_to(ana, Kind.STATUS_CHANGED).context["reason"] == "cut a corner"


@pytest.mark.parametrize("standing", [Entry.Standing.HIDDEN, Entry.Standing.WITHDRAWN])
def test_what_happens_to_a_hidden_entry_is_never_told(entry: Entry, standing: Entry.Standing) -> None:
    change_entry(entry.pk, changes={"standing": standing})
    change(entry, Entry.Status.DSQ, "cut the course")
    change(entry, Entry.Status.DNF, "no chip", standing=Entry.Standing.COMPETING)
    change(entry, Entry.Status.DSQ, "cut the course", standing=standing)
    dnf = Correction.objects.get(kind="status", after__status="DNF")
    assert asked_for(TASK) == [{"correction_id": dnf.pk}]
    announce()
    assert told(Kind.STATUS_CHANGED) == [[]]


def test_an_entry_that_was_hidden_since_is_told_nothing(entry: Entry, ana: User) -> None:
    change(entry, Entry.Status.DSQ, "cut the course")
    announce()
    change_entry(entry.pk, changes={"standing": Entry.Standing.HIDDEN})
    message = message_to(ana, Kind.STATUS_CHANGED)
    assert (message.facts.withheld, message.facts.context, message.facts.data) == ("not visible", {}, {})
    assert message.title == "Not available any more"
    assert "Harbour" not in message.text


def test_drafts_and_entries_without_an_account_ask_for_nothing() -> None:
    draft = make_event(state="draft")
    change(add_entry(draft, "1", user=make_user()), Entry.Status.DNS)
    change(add_entry(make_event(), "1"), Entry.Status.DNS)
    assert asked_for(TASK) == []


def test_another_account_is_told_nothing_of_what_it_was_not_told(entry: Entry, ana: User) -> None:
    change(entry, Entry.Status.DNF)
    announce()
    change_participant(entry.participant_id, changes={"user": make_user("new")})
    assert facts_to(ana, Kind.STATUS_CHANGED).withheld == "not visible"


def test_of_a_cancelled_event_it_is_withheld(entry: Entry, ana: User) -> None:
    change(entry, Entry.Status.DNS)
    announce()
    change_event_state(entry.event_id, action="cancel", by=None)
    facts = facts_to(ana, Kind.STATUS_CHANGED)
    assert (facts.withheld, facts.data) == ("withdrawn", {})


def test_of_a_private_event_only_those_are_told_who_work_on_it(entry: Entry, ana: User) -> None:
    change_event(entry.event_id, changes={"visibility": Event.Visibility.PRIVATE})
    change(entry, Entry.Status.DNF)
    announce()
    assert told(Kind.STATUS_CHANGED) == [[]]
    change_event(entry.event_id, changes={"scorers": ["ana"]})
    announce()
    assert told(Kind.STATUS_CHANGED) == [["ana"]]
    assert facts_to(ana, Kind.STATUS_CHANGED).withheld == ""
    change_event(entry.event_id, changes={"scorers": []})
    assert facts_to(ana, Kind.STATUS_CHANGED).withheld == "not visible"
