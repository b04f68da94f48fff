"""Who is told that results are published beside the participants, and what is not told any more."""

import pytest
from django.contrib.auth.models import User

from apps.events.models import Entry, Event
from apps.events.services import change_entry, change_event, change_event_state
from apps.notifications.services import announce_event_ranking
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.integration.notifications.told import Kind, facts_to, listen, message_to, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def race() -> Event:
    """Ana, Bia and Caio, who has no account, in that order; closed."""
    event = make_event(slug="harbour", name="Harbour 10K", owner=make_user("owner"))
    for number, name in enumerate(("ana", "bia", "caio"), 1):
        add_entry(event, str(number), name=name.title(), user=None if name == "caio" else make_user(name))
        add_score(event, str(number), f"2{number}:00")
    return event


def user(name: str) -> User:
    return User.objects.get(username=name)


def publish(race: Event) -> None:
    announce_event_ranking(publish_event(race).pk)


def hide(race: Event, bib: str) -> None:
    """Not ranked yet."""
    entry = Entry.objects.get(event=race, bib=bib)
    change_entry(entry.pk, changes={"standing": Entry.Standing.HIDDEN}, reason="asked for it")


def test_what_a_program_is_told(race: Event) -> None:
    publish(race)
    place = {"bib": "2", "name": "Bia", "division": "overall", "rank": 2, "ranked": 3, "score": "22:00"}
    expected = {"event": "harbour", "revision": 1, "places": [{**place, "status": "finished"}]}
    assert facts_to(user("bia"), Kind.RESULTS_PUBLISHED).data == expected


def test_who_was_hidden_since_is_told_nothing_and_is_in_no_count(race: Event) -> None:
    publish(race)
    hide(race, "1")
    message = message_to(user("ana"), Kind.RESULTS_PUBLISHED)
    assert (message.facts.withheld, message.facts.context, message.facts.path) == ("not visible", {}, "/")
    assert "Harbour" not in message.title + message.text
    (place,) = facts_to(user("bia"), Kind.RESULTS_PUBLISHED).context["places"]
    assert (place.rank, place.ranked) == (2, 2)  # as the scoreboard has it until the next revision


def test_of_a_private_event_only_those_are_told_who_work_on_it(race: Event) -> None:
    change_event(race.pk, changes={"visibility": "private", "scorers": ["bia"]})
    publish(race)
    assert told(Kind.RESULTS_PUBLISHED) == [["bia"]]


def test_an_organiser_is_told_while_a_program_of_theirs_listens(race: Event) -> None:
    listen(make_user("stranger"))
    listen(user("owner"), is_active=False)
    publish(race)
    assert told(Kind.RESULTS_PUBLISHED) == [["ana", "bia"]]
    listen(user("owner"))
    change_event_state(race.pk, action="unpublish", by=None)
    change_event_state(race.pk, action="publish", by=None)
    race.refresh_from_db()
    announce_event_ranking(race.public_ranking_id or 0)
    assert told(Kind.RESULTS_PUBLISHED) == [["ana", "bia", "owner"]]
    owners = user("owner").notifications.get()
    assert (owners.role, owners.in_inbox) == (owners.Role.ORGANISER, False)
    expected = {"event": "harbour", "revision": 1, "places": []}
    assert facts_to(user("owner"), Kind.RESULTS_PUBLISHED).data == expected


def test_an_organiser_who_takes_part_is_told_as_a_participant(race: Event) -> None:
    listen(user("owner"))
    add_entry(race, "9", name="Olga", user=user("owner"))
    publish(race)
    assert user("owner").notifications.get().in_inbox
