"""Permanent pages: the list of revisions, each of them, and the difference between two."""

import pytest
from django.test import Client

from apps.events.models import Entry, Event
from apps.events.services import change_entry, change_event, generate_event_ranking
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.integration.pages.tables import read_board, read_tables

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/events/race/revisions/"
DIFFERENCE = f"{LIST}1/difference/2"


@pytest.fixture
def race() -> Event:
    """Published; then 1, the winner, was disqualified."""
    event = make_event(slug="race", name="River Race", owner=make_user())
    for bib in "123":
        add_entry(event, bib, divisions={"sex": "FM"[int(bib) % 2]})
        add_score(event, bib, f"2{bib}:00")
    publish_event(event)
    winner = Entry.objects.get(event=event, bib="1")
    change_entry(winner.pk, changes={"status": Entry.Status.DSQ}, reason="took a <lift>")
    generate_event_ranking(event.pk)
    return event


def test_the_list_leads_to_each_revision_and_its_difference(client: Client, race: Event) -> None:
    page = client.get(LIST).text
    rows = read_board(page)
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("Revision 2", "took a <lift>", "1 to 2"),
        ("Revision 1", "", ""),
    ]
    for address in (f"{LIST}1", f"{LIST}2", DIFFERENCE):
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200
    assert f'href="{LIST}"' in client.get("/events/race/").text


def test_a_revision_stays_as_it_was(client: Client, race: Event) -> None:
    first, second = client.get(f"{LIST}1"), client.get(f"{LIST}2")
    assert [(row[0], row[1]) for row in read_board(first.text)] == [("1", "1"), ("2", "2"), ("3", "3")]
    assert [(row[0], row[1]) for row in read_board(second.text)] == [("1", "2"), ("2", "3"), ("", "1")]
    assert "An earlier revision" in first.text
    assert "Official" not in first.text
    assert "The newest revision" in second.text
    assert "Official" in second.text
    assert "took a &lt;lift&gt;" in second.text
    assert 'href="/api/v1/events/race/ranking.csv?revision=1"' in first.text
    assert client.get("/api/v1/events/race/ranking.csv?revision=1").status_code == 200
    assert [row[1] for row in read_board(client.get(f"{LIST}1?division=sex:M").text)] == ["1", "3"]


def test_the_difference_tells_from_what_to_what_and_why(client: Client, race: Event) -> None:
    page = client.get(DIFFERENCE).text
    (table,) = read_tables(page)
    assert table[1:] == [
        ["1", "Runner 1", "status", "1", "–", "21:00", "DSQ", "took a <lift>"],  # noqa: RUF001 (as shown)
        ["2", "Runner 2", "up", "2", "1", "22:00", "22:00", "others moved"],
        ["3", "Runner 3", "up", "3", "2", "23:00", "23:00", "others moved"],
    ]
    assert "2 only because others moved" in page
    assert "Nothing differs here" in client.get(f"{LIST}2/difference/2").text
    assert [row[0] for row in read_board(client.get(f"{DIFFERENCE}?division=sex:F").text)] == []


def test_who_is_hidden_now_is_on_none_of_them(client: Client, race: Event) -> None:
    addresses = (LIST, f"{LIST}1", f"{LIST}2", DIFFERENCE)
    assert all("Runner 1" in client.get(address).text for address in addresses[1:])
    hidden = Entry.objects.get(event=race, bib="1")
    change_entry(hidden.pk, changes={"standing": Entry.Standing.HIDDEN}, reason="asked for it")
    for address in addresses:
        page = client.get(address).text
        assert "Runner 1" not in page
        assert "lift" not in page
    generate_event_ranking(race.pk)
    assert "asked for it" not in client.get(LIST).text + client.get(f"{LIST}2/difference/3").text


def test_what_there_is_not(client: Client, race: Event) -> None:
    for path in ("0", "3", "9" * 30, "1?division=age:40", "1?page=2", "1/difference/3", "1/difference/2?division=x"):
        assert client.get(f"{LIST}{path}").status_code == 404, path
    change_event(race.pk, changes={"visibility": "private"})
    for address in (LIST, f"{LIST}1", DIFFERENCE):
        assert client.get(address).status_code == 404
    assert race.owner is not None
    client.force_login(race.owner)
    for address in (LIST, f"{LIST}1", DIFFERENCE):
        assert client.get(address)["Cache-Control"] == "private, no-cache"


def test_an_event_without_a_ranking_has_an_empty_list(client: Client) -> None:
    make_event(slug="new")
    assert "There is no ranking yet." in client.get("/events/new/revisions/").text


def test_who_holds_a_page_is_told_cheaply(client: Client, race: Event) -> None:
    for address in (LIST, f"{LIST}1", DIFFERENCE):
        tag = client.get(address)["ETag"]
        assert client.get(address, headers={"if-none-match": tag}).status_code == 304


def test_a_page_is_readable_without_a_script_and_by_its_names(client: Client, race: Event) -> None:
    for address in (LIST, f"{LIST}1", DIFFERENCE):
        page = client.get(address).text
        assert "<script" not in page
        assert page.count("<h1>") == 1
        assert page.count("<caption") == 1
        assert 'scope="row"' in page
