"""Telling thirty people costs as many statements as telling three, in every kind."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.events.models import Entry, Event, Participant
from apps.events.services import change_entry, generate_event_ranking, import_scores, submit_import
from apps.notifications import services
from apps.notifications.kinds import KINDS
from apps.notifications.kinds.audience import among
from apps.notifications.models import Announcement, Notification
from apps.rankings.services import refresh_standings
from delivery.models import DeadLetter
from tests import seasons
from tests.dead_letters import make_dead_letters
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.integration.notifications.told import asked_for

pytestmark = pytest.mark.django_db(transaction=True)


def run_race(people: int, **fields: Any) -> Event:
    """One without an account, who wins, and so many others in two divisions."""
    event = make_event(owner=make_user(), **fields)
    for number in range(people + 1):
        user = make_user() if number else None
        divisions = {"sex": "F" if number % 2 else "M"}
        add_entry(event, str(number), user=user, divisions=divisions)
        add_score(event, str(number), 1_000_000 + number)
    return event


def publish(people: int) -> Callable[[], object]:
    ranking = publish_event(run_race(people))
    return lambda: services.announce_event_ranking(ranking.pk)


def correct(people: int) -> Callable[[], object]:
    """The winner is disqualified, and all others move up."""
    event = run_race(people)
    services.announce_event_ranking(publish_event(event).pk)
    change_entry(Entry.objects.get(event=event, bib="0").pk, changes={"status": Entry.Status.DSQ}, reason="no chip")
    generate_event_ranking(event.pk)
    event.refresh_from_db()
    return lambda: services.announce_event_correction(event.public_ranking_id or 0)


def update_standings(people: int) -> Callable[[], object]:
    event = run_race(people)
    publish_event(event)
    season = seasons.make_season(event, slug=f"of-{people}", rules={"divisions": {"sex": "overall"}})
    refresh_standings(season.pk)
    season.refresh_from_db()
    return lambda: services.announce_season_standings(season.current_standings_id or 0)


def open_soon(people: int) -> Callable[[], object]:
    run_race(people, starts_at=timezone.now() + timedelta(hours=1))
    return services.announce_openings


def change_status(people: int) -> Callable[[], object]:
    """Of one entry; there is nobody else to be told."""
    entry = Entry.objects.get(event=run_race(people), bib="1")
    change_entry(entry.pk, changes={"status": Entry.Status.DNF})
    return lambda: services.announce_status_change(**asked_for("notifications.announce_status_change")[-1])


def finish_import(people: int) -> Callable[[], object]:
    event = run_race(people)
    batch = submit_import(event.pk, content=BytesIO(b"bib,name,score\n1,Ana,20:00\n"), by=event.owner)
    import_scores(batch.pk)
    return lambda: services.announce_import(batch.pk)


def fail_ranking(people: int) -> Callable[[], object]:
    event = run_race(0)
    make_staff(people)
    make_dead_letters(1, kwargs={"event_id": event.pk})
    return look_a_minute_later


def let_letters_wait(people: int) -> Callable[[], object]:
    make_staff(people)
    make_dead_letters(3, task_name="rankings.refresh_standings")
    return look_a_minute_later


def make_staff(count: int) -> None:
    User.objects.filter(is_staff=True).update(is_staff=False)
    for _ in range(count):
        make_user(is_staff=True)


def look_a_minute_later() -> object:
    return services.announce_dead_letters()


MAKERS = {
    "results_published": publish,
    "results_corrected": correct,
    "standings_updated": update_standings,
    "event_opening": open_soon,
    "status_changed": change_status,
    "import_finished": finish_import,
    "ranking_failed": fail_ranking,
    "dead_letters_waiting": let_letters_wait,
}
ALONE = ("status_changed", "import_finished")


def statements(action: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        action()
    return len(captured)


def forget_the_last() -> None:
    """What the measuring before this one left to be told."""
    Announcement.objects.all().delete()
    DeadLetter.objects.all().delete()
    Event.objects.update(starts_at=None)


@contextmanager
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A minute later: dead letters of a moment ago are left alone."""
    now = timezone.now() + timedelta(minutes=1)
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: now)
        yield


def cost(kind: str, people: int, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int, int]:
    """How many were told, the statements for that, and those to tell what."""
    forget_the_last()
    announce = MAKERS[kind](people)
    with later(monkeypatch):
        fanned = statements(announce)
        # As they are read where they are sent.
        announcements = Announcement.objects.select_related("event", "season", "ranking")
        announcement = announcements.filter(kind=kind).latest("pk")
        notifications = list(Notification.objects.filter(announcement=announcement).order_by("pk"))
        told = statements(lambda: KINDS[kind].tell(announcement, notifications))
    return len(notifications), fanned, told


def test_every_kind_is_measured() -> None:
    assert set(MAKERS) == set(KINDS)


@pytest.mark.parametrize("kind", MAKERS)
def test_as_many_for_thirty_as_for_three(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cost(kind, 1, monkeypatch)  # the first of all makes the lanes of its channels
    few, *costs_few = cost(kind, 3, monkeypatch)
    many, *costs_many = cost(kind, 30, monkeypatch)
    assert costs_few == costs_many
    assert (few, many) == ((1, 1) if kind in ALONE else (few, few + 27))


def test_ids_are_one_parameter() -> None:
    """However many there are; PostgreSQL takes 65,535 of them, SQLite 250,000."""
    ids = list(range(1, 100_000))
    known = add_entry(make_event(), "1").participant
    query = Participant.objects.filter(pk__in=among([*ids, known.pk]))
    assert len(query.query.sql_with_params()[1]) == 1
    assert query.get() == known
    assert not Participant.objects.filter(pk__in=among([])).exists()
