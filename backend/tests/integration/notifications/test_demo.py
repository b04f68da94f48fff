"""seed_demo: into an empty database, once, the same each time."""

import io

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from apps.errors import InvalidInput
from apps.events import pages
from apps.events.models import Entry, Event, Participant, Score
from apps.events.services import change_event_state, generate_event_ranking
from apps.notifications.demo import load
from apps.notifications.demo.load import PASSWORD, load_demo
from apps.rankings.models import Season
from tests.factories import make_event, make_user

pytestmark = pytest.mark.django_db(transaction=True)

RACES = ["harbour-10k-2026", "lagoon-half-2026", "serra-trail-2026"]


def seed(*options: str) -> str:
    output = io.StringIO()
    call_command("seed_demo", *options, stdout=output)
    return output.getvalue()


def states() -> dict[str, str]:
    return dict(Event.objects.order_by("pk").values_list("slug", "state"))


def test_the_demo() -> None:
    output = seed()
    assert f"password: {PASSWORD}" in output
    assert states() == {
        **dict.fromkeys(RACES, "closed"),
        "long-jump-open-2026": "open",
        "code-night-2026": "open",
        "skate-jam-2026": "draft",
    }
    season = Season.objects.get()
    assert list(season.season_events.values_list("event__slug", flat=True)) == RACES
    for name in ("admin", "organiser", "runner"):
        assert authenticate(username=name, password=PASSWORD) is not None
    for slug in RACES:
        entries = Entry.objects.filter(event__slug=slug)
        assert set(entries.values_list("status", flat=True)) == set(Entry.Status)
        assert entries.filter(standing=Entry.Standing.OUT_OF_COMPETITION).count() == 1
        assert entries.filter(participant__user__username="runner", status=Entry.Status.FINISHED).count() == 1
    assert Score.objects.filter(event__slug="long-jump-open-2026", attempt=4).exists()


def test_a_second_call_changes_nothing() -> None:
    seed()
    before = (states(), Score.objects.count(), User.objects.count())
    assert seed().startswith("The demo is there already; nothing was changed.")
    assert seed("--if-empty") == f"Demo logins: admin (staff), organiser, runner; password: {PASSWORD}\n"
    assert (states(), Score.objects.count(), User.objects.count()) == before


def test_two_databases_get_the_same_results() -> None:
    def results() -> list[tuple[str, str, int]]:
        scores = Score.objects.order_by("event__slug", "entry__bib", "component", "attempt")
        return list(scores.values_list("event__slug", "entry__participant__name", "value"))

    seed()
    first = results()
    Season.objects.all().delete()
    Event.objects.all().delete()
    Participant.objects.all().delete()
    User.objects.all().delete()
    seed()
    assert results() == first


@pytest.mark.parametrize("used_by", ["a user", "an event"])
def test_a_database_in_use_is_refused_unless_forced(used_by: str) -> None:
    if used_by == "a user":
        make_user()
    else:
        make_event()
    with pytest.raises(CommandError, match="this database has users or events already"):
        seed()
    assert not Season.objects.exists()
    assert not User.objects.filter(username="admin").exists()
    assert seed("--if-empty") == ""
    assert not Season.objects.exists()
    seed("--force")
    assert Season.objects.exists()


def test_half_a_demo_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise InvalidInput("no more", place="season")

    monkeypatch.setattr(load, "set_season_events", refuse)
    with pytest.raises(CommandError, match="nothing was written: season: no more"):
        seed()
    assert not User.objects.exists()
    assert not Event.objects.exists()


def test_publishing_waits_for_the_rankings_and_says_what_is_missing() -> None:
    seed()
    with pytest.raises(CommandError, match=r"not ready yet.* do `manage\.py relay` and a worker"):
        seed("--publish", "--timeout", "0.3")
    assert set(states().values()) == {"closed", "open", "draft"}


def test_publishing_happens_once() -> None:
    seed()
    for event in Event.objects.filter(slug__in=RACES):
        generate_event_ranking(event.pk)
    assert seed("--publish") == f"Published: {', '.join(RACES)}\n"
    assert [states()[slug] for slug in RACES] == ["published"] * 3
    taken_back = Event.objects.get(slug=RACES[0])
    change_event_state(taken_back.pk, action="unpublish", by=None)
    assert seed("--publish") == "Published: nothing was waiting\n"
    taken_back.refresh_from_db()
    assert taken_back.state == "closed"


def test_publishing_without_the_demo_does_nothing() -> None:
    assert seed("--publish") == "Published: nothing was waiting\n"


def test_the_demo_is_ranked_with_ties_and_podium() -> None:
    load_demo(timezone.now())
    event = Event.objects.get(slug=RACES[0])
    generate_event_ranking(event.pk)
    event.refresh_from_db()
    assert event.current_ranking is not None
    top = pages.rows(event.current_ranking, "overall", 0, 5)
    assert [row.rank for row in top] == [1, 2, 3, 3, 5]


def test_the_contest_is_frozen_with_something_to_reveal() -> None:
    load_demo(timezone.now())
    event = Event.objects.get(slug="code-night-2026")
    generate_event_ranking(event.pk)
    event.refresh_from_db()
    assert event.public_ranking is not None
    assert event.current_ranking is not None
    assert event.public_ranking != event.current_ranking
    assert pages.pending_count(event.public_ranking, "overall") > pages.pending_count(event.current_ranking, "overall")
