"""What the list of a season's revisions tells, and of which of them."""

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.events.models import Entry, Event
from apps.events.services import change_entry, change_event, generate_event_ranking
from apps.rankings.models import Season
from apps.rankings.services import refresh_standings
from tests.factories import add_entry, add_score, make_event, publish_event
from tests.seasons import make_season, set_events

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "positive test"


@pytest.fixture
def race() -> Event:
    event = make_event(name="Race 1")
    for bib in ("1", "2", "3", "4"):
        add_entry(event, bib)
        add_score(event, bib, f"2{bib}:00")
    publish_event(event)
    return event


@pytest.fixture
def season(race: Event) -> Season:
    season = make_season(race)
    refresh_standings(season.pk)
    return season


def correct(season: Season, bib: str, reason: str, **changes: Any) -> None:
    """Correct an entry of the season's race; the ranking and the standings follow."""
    entry = Entry.objects.get(event__season_events__season=season, bib=bib)
    change_entry(entry.pk, changes=changes or {"status": Entry.Status.DNF}, reason=reason, by=None)
    generate_event_ranking(entry.event_id)
    refresh_standings(season.pk)


def texts() -> list[str]:
    """What led to the newest revision, as the API tells it."""
    return [cause["text"] for cause in revisions()[0]["causes"]]


def revisions() -> Any:
    return Client().get("/api/v1/seasons/city/standings/revisions").json()["results"]


def everything(capsys: pytest.CaptureFixture[str]) -> str:
    """All that tells why a revision is not what the first one was."""
    addresses = (
        "/api/v1/seasons/city/standings/revisions",
        "/api/v1/seasons/city/standings/changes?before=1",
        "/seasons/city/revisions/",
        "/seasons/city/revisions/1/to/2/",
    )
    answers = [Client().get(address) for address in addresses]
    assert [answer.status_code for answer in answers] == [200] * len(addresses)
    call_command("compare_standings", "city", "1")
    return "\n".join([*(answer.text for answer in answers), capsys.readouterr().out])


def test_a_reason_is_told_until_it_was_given_only_for_who_is_hidden(
    season: Season, capsys: pytest.CaptureFixture[str]
) -> None:
    correct(season, "1", SECRET)
    assert texts() == [f"Race 1 was corrected: {SECRET}"]
    assert everything(capsys).count(SECRET) >= 5
    # Nothing is computed anew: what is stored is told otherwise from now on.
    hidden = {"standing": Entry.Standing.HIDDEN}
    change_entry(Entry.objects.get(bib="1").pk, changes=hidden, reason="asked for it", by=None)
    assert SECRET not in everything(capsys)
    assert texts() == ["Race 1 was corrected"]
    assert SECRET not in json.dumps(list(season.standings.values_list("causes", flat=True)))


def test_each_revision_tells_the_reasons_since_the_one_before(season: Season) -> None:
    correct(season, "1", "cut the course")
    entry = Entry.objects.get(bib="2")
    for reason, status in (("the film shows it", Entry.Status.DNF), ("left the course", Entry.Status.DNS)):
        change_entry(entry.pk, changes={"status": status}, reason=reason, by=None)
        generate_event_ranking(entry.event_id)
    correct(season, "3", "cut the course")
    told = [[cause["text"] for cause in one["causes"]] for one in revisions()]
    assert told == [
        ["Race 1 was corrected: the film shows it; left the course; cut the course"],
        ["Race 1 was corrected: cut the course"],
        ["Race 1 counts"],
    ]


def test_a_reason_that_was_stored_with_the_cause_is_not_told(season: Season) -> None:
    correct(season, "1", "cut the course")
    newest = season.standings.get(revision=2)
    newest.causes[0]["reason"] = SECRET
    newest.save()
    assert texts() == ["Race 1 was corrected: cut the course"]
    newest.causes = [{"cause": "event corrected", "event": newest.event_ids[0], "reason": SECRET}]
    newest.save()
    assert texts() == ["Race 1 was corrected"]


def test_standings_that_knew_no_revision_of_their_events_call_none_corrected(season: Season) -> None:
    assert season.standings.update(content_hash="x") == 1
    first = season.standings.get()
    first.sources[0]["revision"] = 0
    first.save()
    refresh_standings(season.pk)
    assert (revisions()[0]["revision"], texts()) == (2, [])
    correct(season, "1", "cut the course")
    assert texts() == ["Race 1 was corrected: cut the course"]


def test_many_revisions_cost_as_many_queries_as_few(season: Season) -> None:
    def queries() -> list[int]:
        counts = []
        for address in ("/api/v1/seasons/city/standings/revisions", "/seasons/city/revisions/"):
            with CaptureQueriesContext(connection) as captured:
                assert Client().get(address).status_code == 200
            counts.append(len(captured))
        return counts

    correct(season, "1", "cut the course")
    before = queries()
    correct(season, "2", "cut the course")
    correct(season, "3", "left the course")
    assert len(revisions()) == 4
    assert queries() == before


def test_only_the_revisions_that_count_a_private_event_are_kept_back(season: Season, race: Event) -> None:
    other = make_event(name="Race 2")
    publish_event(other)
    set_events(season, race, other)
    refresh_standings(season.pk)
    assert [one["revision"] for one in revisions()] == [2, 1]
    change_event(other.pk, changes={"visibility": Event.Visibility.PRIVATE})
    assert [one["revision"] for one in revisions()] == [1]
