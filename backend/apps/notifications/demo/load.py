"""Writes the demo through the services, as people would: nothing of it is put into the tables past them."""

import io
from datetime import datetime, timedelta

from django.contrib.auth.models import Permission, User
from django.db import transaction

from apps.events.models import Entry, Event, Participant, Score
from apps.events.scoring import NewScore
from apps.events.services import (
    change_entry,
    change_event_state,
    change_participant,
    create_event,
    import_scores,
    record_scores,
    register_entry,
    submit_import,
)
from apps.notifications.demo import contest, jumps
from apps.notifications.demo.people import Person, make_people
from apps.notifications.demo.races import COLUMNS, RACES, RULES, SEASON_RULES, Race, Result, as_csv, run_race
from apps.rankings.models import Season
from apps.rankings.season_events import NewSeasonEvent
from apps.rankings.services import create_season, set_season_events

SEED = 2026
PASSWORD = "placar-demo"  # noqa: S105 (printed by the command that sets it)
STAFF, ORGANISER, RUNNER = "admin", "organiser", "runner"
SEASON_SLUG = "porto-sereno-2026"
RUNNER_NUMBER = 17
GUEST_NUMBER = 40


def is_loaded() -> bool:
    """Whether the demo is in this database."""
    return Season.objects.filter(slug=SEASON_SLUG).exists()


def is_pristine() -> bool:
    """Whether nobody uses this database yet: it holds no account and no event."""
    return not User.objects.exists() and not Event.objects.exists()


@transaction.atomic
def load_demo(now: datetime) -> None:
    """Users, a season of three finished races, a live, a frozen and an upcoming event. Publishing is another step."""
    organiser, runner = _make_users()
    people = make_people(260, seed=SEED)
    races = [_make_race(race, people, organiser, now) for race in RACES]
    runner_as_participant = Participant.objects.get(owner=organiser, external_id=people[RUNNER_NUMBER - 1].external_id)
    change_participant(runner_as_participant.pk, changes={"user": runner})
    season = create_season(
        slug=SEASON_SLUG, name="Porto Sereno Running Series 2026", rules=SEASON_RULES, owner=organiser
    )
    set_season_events(season.pk, events=[NewSeasonEvent(race.pk) for race in races])
    _make_live_event(people, organiser, now)
    _make_frozen_event(organiser, now)
    _make_upcoming_event(organiser, now)


def _make_users() -> tuple[User, User]:
    User.objects.create_superuser(STAFF, password=PASSWORD, first_name="Demo", last_name="Staff")
    organiser = User.objects.create_user(ORGANISER, password=PASSWORD, first_name="Demo", last_name="Organiser")
    organiser.user_permissions.add(Permission.objects.get(codename="add_event", content_type__app_label="events"))
    return organiser, User.objects.create_user(RUNNER, password=PASSWORD, first_name="Demo", last_name="Runner")


def _make_race(race: Race, people: list[Person], organiser: User, now: datetime) -> Event:
    starts_at = (now - timedelta(days=race.days_ago)).replace(hour=10, minute=0, second=0, microsecond=0)
    event = create_event(
        slug=race.slug,
        name=race.name,
        rules=RULES,
        owner=organiser,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=5),
    )
    change_event_state(event.pk, action="open", by=organiser)
    results = run_race(race, people, seed=SEED, regulars=[people[RUNNER_NUMBER - 1], people[GUEST_NUMBER - 1]])
    batch = submit_import(
        event.pk,
        content=io.BytesIO(as_csv(results)),
        by=organiser,
        columns=COLUMNS,
        file_name=f"{race.slug}.csv",
    )
    import_scores(batch.pk)
    _judge(event, results, people)
    return change_event_state(event.pk, action="close", by=organiser)


def _judge(event: Event, results: list[Result], people: list[Person]) -> None:
    """What no timekeeper knows: who ran out of competition, and who is disqualified."""
    guest = people[GUEST_NUMBER - 1].external_id
    entry = Entry.objects.get(event=event, participant__external_id=guest)
    change_entry(entry.pk, changes={"standing": Entry.Standing.OUT_OF_COMPETITION})
    cut_short = next(one for one in results if one.time and one.person.number not in (RUNNER_NUMBER, GUEST_NUMBER))
    entry = Entry.objects.get(event=event, bib=cut_short.bib)
    change_entry(entry.pk, changes={"status": Entry.Status.DSQ, "status_reason": "left the marked course"})


def _make_live_event(people: list[Person], organiser: User, now: datetime) -> None:
    event = create_event(
        slug=jumps.SLUG,
        name=jumps.NAME,
        rules=jumps.RULES,
        owner=organiser,
        starts_at=now - timedelta(minutes=50),
        ends_at=now + timedelta(hours=2),
    )
    change_event_state(event.pk, action="open", by=organiser)
    rows = []
    for bib, (person, series) in enumerate(jumps.jump(people, seed=SEED), 1):
        register_entry(
            event.pk,
            bib=str(bib),
            name=person.name,
            divisions={"sex": person.sex},
            external_id=person.external_id,
        )
        rows += [
            NewScore(bib=str(bib), value=length, unit="mm", attempt=attempt)
            if length is not None
            else NewScore(bib=str(bib), attempt=attempt, outcome=Score.Outcome.REJECTED)
            for attempt, length in enumerate(series, 1)
        ]
    record_scores(event.pk, rows=rows, by=organiser)


def _make_frozen_event(organiser: User, now: datetime) -> None:
    starts_at = now - timedelta(minutes=contest.MINUTES_DONE)
    event = create_event(
        slug=contest.SLUG,
        name=contest.NAME,
        rules=contest.RULES,
        owner=organiser,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=5),
        freeze_at=starts_at + timedelta(minutes=contest.FROZEN_FROM),
    )
    change_event_state(event.pk, action="open", by=organiser)
    for bib, name in enumerate(contest.TEAMS, 1):
        register_entry(event.pk, bib=str(bib), name=name)
    record_scores(event.pk, rows=list(contest.submissions(starts_at, seed=SEED)), by=organiser)


def _make_upcoming_event(organiser: User, now: datetime) -> None:
    create_event(
        slug="skate-jam-2026",
        name="Orla Skate Jam",
        rules={"metric": "points", "scale": 2, "direction": "high", "attempts": "mean_of_best", "best_k": 2},
        owner=organiser,
        starts_at=(now + timedelta(days=12)).replace(hour=18, minute=0, second=0, microsecond=0),
    )
