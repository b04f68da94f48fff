"""The states of an event: each action from each state."""

import pytest

from apps.errors import InvalidInput, WrongState
from apps.events.models import Event, EventTransition
from apps.events.services import change_event, change_event_state, generate_event_ranking
from apps.events.states import ACTIONS
from tests.factories import RACE, add_entry, make_event, make_user

pytestmark = pytest.mark.django_db(transaction=True)

WAYS = {
    "draft": [],
    "open": ["open"],
    "closed": ["open", "close"],
    "published": ["open", "close", "publish"],
    "archived": ["open", "close", "publish", "archive"],
    "cancelled": ["cancel"],
}
LEADS = {
    ("draft", "open"): "open",
    ("open", "close"): "closed",
    ("closed", "publish"): "published",
    ("published", "unpublish"): "closed",
    ("closed", "reopen"): "open",
    ("published", "reopen"): "open",
    ("published", "archive"): "archived",
    ("draft", "cancel"): "cancelled",
    ("open", "cancel"): "cancelled",
    ("closed", "cancel"): "cancelled",
}


def event_in(state: str) -> Event:
    event = make_event(state="draft")
    for action in WAYS[state]:
        if action == "publish":
            generate_event_ranking(event.pk)
        event = change_event_state(event.pk, action=action, by=None)
    return event


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", WAYS)
def test_every_action_from_every_state(state: str, action: str) -> None:
    event = event_in(state)
    if action == "publish":
        generate_event_ranking(event.pk)
    expected = LEADS.get((state, action))
    if expected is None:
        with pytest.raises(WrongState, match=state):
            change_event_state(event.pk, action=action, by=None)
        expected = state
    else:
        change_event_state(event.pk, action=action, by=None)
    event.refresh_from_db()
    assert event.state == expected


def test_a_transition_is_recorded_with_who_and_why() -> None:
    user, event = make_user(), event_in("closed")
    change_event_state(event.pk, action="reopen", by=user, reason="a lap was missing")
    transition = EventTransition.objects.filter(event=event).last()
    assert transition is not None
    assert (transition.from_state, transition.to_state) == ("closed", "open")
    assert (transition.by, transition.reason) == (user, "a lap was missing")


def test_an_unknown_action_is_named() -> None:
    with pytest.raises(InvalidInput, match="no such action: explode"):
        change_event_state(make_event().pk, action="explode", by=None)


def test_rules_are_fixed_once_the_event_is_open() -> None:
    event = make_event(state="draft")
    change_event(event.pk, changes={"rules": {**RACE, "ties": "dense"}})
    change_event_state(event.pk, action="open", by=None)
    with pytest.raises(WrongState, match="changing the rules"):
        change_event(event.pk, changes={"rules": RACE})


def test_entries_need_a_draft_or_open_event() -> None:
    with pytest.raises(WrongState, match="a new entry"):
        add_entry(event_in("closed"), "1")
