"""Events, entries and scores for tests, made through the services."""

from itertools import count
from typing import Any

from django.contrib.auth.models import User

from apps.events.models import Entry, Event, Ranking, Score
from apps.events.scoring import NewScore
from apps.events.services import (
    change_event_state,
    create_event,
    generate_event_ranking,
    record_scores,
    register_entry,
)

NUMBERS = count(1)
RACE: dict[str, Any] = {"metric": "duration", "direction": "low", "divisions": {"sex": ["F", "M"]}}


def make_user(name: str = "", **fields: Any) -> User:
    """A user with the password `secret`."""
    return User.objects.create_user(name or f"user{next(NUMBERS)}", password="secret", **fields)


def make_event(
    *, state: str = "open", owner: User | None = None, rules: dict[str, Any] | None = None, **fields: Any
) -> Event:
    """An event in draft or open; RACE's rules unless others are given."""
    slug = fields.pop("slug", f"event-{next(NUMBERS)}")
    event = create_event(slug=slug, name=fields.pop("name", slug), rules=rules or RACE, owner=owner, **fields)
    if state == "open":
        event = change_event_state(event.pk, action="open", by=owner)
    return event


def add_entry(event: Event, bib: str, **fields: Any) -> Entry:
    """An entry of that bib, in no division unless told."""
    return register_entry(event.pk, bib=bib, name=fields.pop("name", f"Runner {bib}"), **fields)


def add_score(event: Event, bib: str, value: int | str, **fields: Any) -> Score:
    """A score of that bib; `value` in the smallest unit or as text."""
    (outcome,) = record_scores(event.pk, rows=[NewScore(bib=bib, value=value, **fields)], by=None)
    if outcome.score is None:
        raise outcome.refusal or AssertionError("neither score nor refusal")
    return outcome.score


def publish_event(event: Event) -> Ranking:
    """Close an open event, rank it and publish it. Returns its ranking."""
    change_event_state(event.pk, action="close", by=None)
    generate_event_ranking(event.pk)
    ranking = change_event_state(event.pk, action="publish", by=None).current_ranking
    assert ranking is not None
    return ranking
