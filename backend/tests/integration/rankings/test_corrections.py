"""Standings follow the corrections of published events, and whose results they turn out to be."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from apps.events.models import Entry, Event, Participant, Ranking
from apps.events.services import change_entry, generate_event_ranking, merge_participants
from apps.rankings.models import Season
from apps.rankings.readers import read_board
from apps.rankings.services import refresh_season_standings
from delivery.models import OutboxMessage
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.seasons import make_season

pytestmark = pytest.mark.django_db(transaction=True)


def race(owner: User, *names: str) -> Event:
    """Published: who is named first won."""
    event = make_event(owner=owner)
    for bib, name in enumerate(names, 1):
        add_entry(event, str(bib), name=name, external_id=name)
        add_score(event, str(bib), f"2{bib}:00")
    publish_event(event)
    return event


@pytest.fixture
def season() -> Season:
    """Two races; Bia is entered under another name in the second one."""
    owner = make_user("olga")
    season = make_season(race(owner, "Ana", "Bia"), race(owner, "Beatriz", "Ana"))
    OutboxMessage.objects.all().delete()
    return season


def work_off() -> None:
    """What was asked for, as a worker does it, until nothing is left."""
    does = {
        "events.generate_event_ranking": generate_event_ranking,
        "rankings.refresh_season_standings": refresh_season_standings,
    }
    while (message := OutboxMessage.objects.filter(sent_at=None).order_by("pk").first()) is not None:
        OutboxMessage.objects.filter(pk=message.pk).update(sent_at=timezone.now())
        # What people are told of it is another matter.
        if not message.task_name.startswith("notifications."):
            does[message.task_name](message.kwargs["event_id"])


def table(season: Season) -> list[tuple[int | None, str, str]]:
    season.refresh_from_db()
    assert season.current_standings is not None
    return [(line.rank, line.name, line.total) for line in read_board(season.current_standings).lines]


def test_a_disqualification_closes_the_ranks_up_and_gives_the_points_to_others(season: Season) -> None:
    first = Event.objects.earliest("pk")
    refresh_season_standings(first.pk)
    before = table(season)
    change_entry(
        Entry.objects.get(event=first, bib="1").pk, changes={"status": Entry.Status.DSQ}, reason="cut the course"
    )
    assert table(season) == before
    work_off()
    # Bia has won the first race now, and Ana has her second place of the other one.
    assert {name: total for _rank, name, total in table(season)} == {"Bia": "10", "Beatriz": "10", "Ana": "7"}


def test_the_results_of_two_that_are_one_are_added_up(season: Season) -> None:
    refresh_season_standings(Event.objects.earliest("pk").pk)
    assert table(season)[0][1] == "Ana"
    keep, drop = (Participant.objects.get(external_id=name) for name in ("Bia", "Beatriz"))
    merge_participants(keep.pk, drop_id=drop.pk, reason="the same woman", by=None)
    work_off()
    assert {name: total for _rank, name, total in table(season)} == {"Bia": "17", "Ana": "17"}


def test_who_was_hidden_for_a_moment_has_their_points_again(season: Season) -> None:
    first = Event.objects.earliest("pk")
    refresh_season_standings(first.pk)
    before = table(season)
    entry = Entry.objects.get(event=first, bib="1")
    change_entry(entry.pk, changes={"standing": Entry.Standing.HIDDEN}, reason="asked for it", by=None)
    # Another event's refresh, while the ranking of this one waits out its cool-down.
    refresh_season_standings(Event.objects.latest("pk").pk)
    assert table(season) != before
    change_entry(entry.pk, changes={"standing": Entry.Standing.COMPETING}, reason="withdrew that", by=None)
    work_off()
    assert Ranking.objects.filter(event=first).count() == 1
    assert table(season) == before
