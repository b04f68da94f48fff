"""What is answered once revisions were removed: a plain 404 of theirs, and all else goes on without them."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from apps.events.api.cursors import Place, encode
from apps.events.models import Event
from apps.events.result import OVERALL
from apps.events.services import generate_event_ranking, thin_rankings
from apps.events.thinning import Terms
from tests.factories import add_entry, add_score, make_event
from tests.integration.api.clients import assert_problem
from tests.integration.pages.tables import read_board

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/events/race/revisions/"
API = "/api/v1/events/race"
GONE = "revision: revision 3 was provisional and has been removed"


@pytest.fixture
def race() -> Event:
    """With the revisions 1 to 6, of which nothing is removed yet."""
    event = make_event(slug="race", name="River Race")
    for bib in "123456":
        add_entry(event, bib)
        add_score(event, bib, f"2{bib}:00")
        generate_event_ranking(event.pk)
    return event


def thin(event: Event) -> None:
    """Leave 1, 5 and 6."""
    terms = Terms(timezone.now(), timedelta(days=100_000))
    thin_rankings(event.pk, terms=terms, who="olga", reason="the disk is full")


def of_the_third() -> Iterator[str]:
    """All addresses that name revision 3."""
    for what in ("ranking?", "ranking.csv?", "ranking/top?", "ranking/around/1?", "ranking/entries/1?", "awards?"):
        yield f"{API}/{what}revision=3"
    yield f"{API}/ranking?cursor={encode(Place(3, 1, OVERALL, 'public'))}"
    for pair in ("3/difference/6", "1/difference/3"):
        yield f"{API}/rankings/{pair}"
        yield f"{API}/rankings/{pair}.csv"


def test_the_api_says_that_it_was_removed(client: Client, race: Event) -> None:
    tags = {address: client.get(address)["ETag"] for address in of_the_third()}
    thin(race)
    for address, tag in tags.items():
        # Also to who holds it.
        problem = assert_problem(client.get(address, headers={"if-none-match": tag}), 404)
        assert "revision 3 was provisional and has been removed" in str(problem), address
    for missing in (7, 10**8):
        assert "there is no revision" in str(assert_problem(client.get(f"{API}/ranking?revision={missing}"), 404))


def test_the_api_lists_what_there_is(client: Client, race: Event) -> None:
    first = client.get(f"{API}/rankings?limit=2").json()
    thin(race)
    assert [one["revision"] for one in client.get(f"{API}/rankings").json()["results"]] == [6, 5, 1]
    # A list that was begun before goes on.
    assert [one["revision"] for one in first["results"]] == [6, 5]
    assert [one["revision"] for one in client.get(first["next"]).json()["results"]] == [1]
    difference = client.get(f"{API}/rankings/1/difference/5").json()
    assert (difference["before"], difference["after"], len(difference["changes"])) == (1, 5, 4)


def test_pages_leave_it_out(client: Client, race: Event) -> None:
    addresses = [f"{LIST}3", f"{LIST}3/difference/6", f"{LIST}1/difference/3"]
    tags = {address: client.get(address)["ETag"] for address in (LIST, *addresses)}
    assert "have been removed" not in client.get(LIST).text
    thin(race)
    for address in addresses:
        answer = client.get(address, headers={"if-none-match": tags[address]})
        assert answer.status_code == 404
        assert "what it showed has been removed" in answer.text
    listed = client.get(LIST, headers={"if-none-match": tags[LIST]})
    assert listed.status_code == 200
    assert [(row[0], row[3]) for row in read_board(listed.text)] == [
        ("Revision 6", "5 to 6"),
        ("Revision 5", "1 to 5"),
        ("Revision 1", ""),
    ]
    assert "The numbers that are left out were provisional, and have been removed." in listed.text
    for number, before, after in ((1, None, 5), (5, 1, 6), (6, 5, None)):
        page = client.get(f"{LIST}{number}").text
        assert ('rel="prev"' in page, 'rel="next"' in page) == (before is not None, after is not None)
        for neighbour in filter(None, (before, after)):
            assert f'href="{LIST}{neighbour}"' in page
        assert before is None or client.get(f"{LIST}{before}/difference/{number}").status_code == 200
    assert "The newest revision" in client.get(f"{LIST}6").text


def test_the_list_is_right_from_page_to_page(client: Client, race: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.events.scoreboard.revision_views.REVISIONS_PER_PAGE", 2)
    thin(race)
    assert [row[3] for row in read_board(client.get(LIST).text)] == ["5 to 6", "1 to 5"]
    assert [row[3] for row in read_board(client.get(f"{LIST}?page=2").text)] == [""]


def test_commands_say_so_too(race: Event) -> None:
    thin(race)
    for command in (("export_ranking", "race", "--revision", "3"), ("diff_rankings", "race", "3", "6")):
        with pytest.raises(CommandError, match=GONE):
            call_command(*command)


def test_what_shows_the_present_is_as_before(client: Client, race: Event) -> None:
    addresses = [
        "/",
        "/events/race/",
        "/events/race/entries/1",
        "/events/race/why/1",
        f"{API}/ranking",
        f"{API}/awards",
    ]

    def shown() -> list[str]:
        answers = [client.get(address) for address in addresses]
        assert [one.status_code for one in answers] == [200] * len(addresses)
        return [re.sub("[0-9a-f]{32}", "", one.text) for one in answers]  # tags

    before = shown()
    thin(race)
    assert shown() == before
