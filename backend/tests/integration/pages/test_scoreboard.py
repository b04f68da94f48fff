"""The scoreboard of an event: what a visitor reads there."""

import pytest
from django.test import Client

from apps.events.models import Entry, Event
from apps.events.services import change_entry, change_event_state, generate_event_ranking
from tests.factories import RACE, add_entry, add_score, make_event, make_user, publish_event
from tests.integration.pages.tables import read_board

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def race() -> Event:
    """Two share the first rank; one each is third, out of competition, without a time, and disqualified."""
    event = make_event(slug="race", name="River Race")
    for bib, sex in (("7", "F"), ("12", "M"), ("31", "F"), ("40", "F"), ("41", "M"), ("42", "M")):
        add_entry(event, bib, divisions={"sex": sex})
    for bib, time in (("7", "21:40"), ("12", "21:40"), ("31", "25:03.5"), ("40", "20:00"), ("42", "19:00")):
        add_score(event, bib, time)
    change_entry(entry_of(event, "40").pk, changes={"standing": Entry.Standing.OUT_OF_COMPETITION})
    change_entry(entry_of(event, "42").pk, changes={"status": Entry.Status.DSQ, "status_reason": "cut the course"})
    generate_event_ranking(event.pk)
    return event


def entry_of(event: Event, bib: str) -> Entry:
    return Entry.objects.get(event=event, bib=bib)


def test_the_board_shows_ranks_ties_units_and_statuses(client: Client, race: Event) -> None:
    response = client.get("/events/race/")
    assert read_board(response.text) == [
        ["OC", "40", "Runner 40 F", "20:00"],
        ["1=", "7", "Runner 7 F", "21:40"],
        ["1=", "12", "Runner 12 M", "21:40"],
        ["3", "31", "Runner 31 F", "25:03.500"],
        ["", "41", "Runner 41 M", "–"],  # noqa: RUF001 (as shown)
        ["", "42", "Runner 42 M", "DSQ"],
    ]
    assert "<title>River Race · Placar</title>" in response.text
    assert "revision 1" in response.text
    assert "Provisional" in response.text


def test_a_division_has_its_own_ranks(client: Client, race: Event) -> None:
    rows = read_board(client.get("/events/race/", {"division": "sex:F"}).text)
    assert [row[:2] for row in rows] == [["OC", "40"], ["1", "7"], ["2", "31"]]


def test_the_divisions_are_links_and_the_chosen_one_says_so(client: Client, race: Event) -> None:
    page = client.get("/events/race/", {"division": "sex:F"}).text
    assert '<a href="/events/race/?division=sex%3AF" aria-current="page">F</a>' in page
    assert '<a href="/events/race/?division=sex%3AM">M</a>' in page


def test_a_dimension_with_many_divisions_is_a_list_to_choose_from(client: Client) -> None:
    event = make_event(slug="clubs", rules={**RACE, "divisions": ["club"]})
    for number in range(13):
        add_entry(event, str(number + 1), divisions={"club": f"Club {number}"})
    generate_event_ranking(event.pk)
    page = client.get("/events/clubs/", {"division": "club:Club 5"}).text
    assert '<option value="club:Club 5" selected>Club 5</option>' in page


def test_names_cannot_bring_markup(client: Client) -> None:
    event = make_event(slug="evil", name="<i>Evil</i>", rules={**RACE, "divisions": ["team"]})
    add_entry(event, '"><b>', name="<script>alert(1)</script>", divisions={"team": "<u>x</u>"})
    generate_event_ranking(event.pk)
    for address in ("/events/evil/", "/events/evil/?q=<b>", '/events/evil/entries/"><b>', "/"):
        response = client.get(address)
        assert response.status_code == 200
        for markup in ("<script>alert", "<i>Evil", "<b>", "<u>x"):
            assert markup not in response.text, address
    assert "&lt;script&gt;alert(1)" in client.get("/events/evil/").text


def test_hidden_and_withdrawn_entries_stand_nowhere(client: Client, race: Event) -> None:
    change_entry(entry_of(race, "7").pk, changes={"standing": Entry.Standing.HIDDEN})
    change_entry(entry_of(race, "31").pk, changes={"standing": Entry.Standing.WITHDRAWN})

    def check() -> None:
        for address in ("/events/race/", "/events/race/?division=sex:F", "/events/race/?q=Runner", "/events/race/?q=7"):
            page = client.get(address).text
            assert "Runner 7" not in page, address
            assert "Runner 31" not in page, address
        assert "Runner 7" not in client.get("/events/race/entries/12").text
        assert client.get("/events/race/entries/7").status_code == 404
        assert client.get("/events/race/entries/31").status_code == 404

    check()  # the ranking still has them
    generate_event_ranking(race.pk)
    check()
    assert [row[1] for row in read_board(client.get("/events/race/").text)] == ["40", "12", "41", "42"]


def test_a_hundred_rows_are_a_page(client: Client) -> None:
    event = make_event(slug="crowd", rules={"metric": "count", "direction": "high"})
    for bib in range(1, 104):
        add_entry(event, str(bib))
    generate_event_ranking(event.pk)
    first, second = client.get("/events/crowd/"), client.get("/events/crowd/?page=2")
    assert [row[1] for row in read_board(first.text)] == [str(bib) for bib in range(1, 101)]
    assert [row[1] for row in read_board(second.text)] == ["101", "102", "103"]
    assert 'rel="next" href="?page=2"' in first.text
    assert "lines 101 to 103 of 103" in second.text


def test_what_is_not_there_is_404_with_a_page(client: Client, race: Event) -> None:
    queries = ["?page=2", "?page=0", "?page=two", "?division=sex:X", "?division="]
    entries = ["entries/99", "entries/a b", "entries/%00"]
    for address in ["/events/none/", "/none", *(f"/events/race/{rest}" for rest in (*queries, *entries))]:
        response = client.get(address)
        assert response.status_code == 404, address
        assert "There is nothing here" in response.text, address


def test_an_event_without_a_ranking_says_so(client: Client) -> None:
    make_event(slug="new")
    assert "There is no ranking yet." in client.get("/events/new/").text
    assert client.get("/events/new/?division=sex:F").status_code == 404


def test_an_event_without_entries_says_so(client: Client) -> None:
    generate_event_ranking(make_event(slug="empty").pk)
    assert "There are no entries yet." in client.get("/events/empty/").text


def test_each_state_is_named(client: Client, race: Event) -> None:
    def phase() -> str:
        return str(client.get("/events/race/").context["phase"].label)

    seen = [phase()]
    publish_event(race)
    seen.append(phase())
    assert "Official" in client.get("/events/race/").text
    change_event_state(race.pk, action="unpublish", by=None)
    seen.append(phase())
    change_event_state(race.pk, action="cancel", by=None)
    seen.append(phase())
    assert seen == ["Live", "Official", "Closed", "Cancelled"]
    assert "Its results do not count." in client.get("/events/race/").text


def test_only_an_event_that_can_change_keeps_itself_current(client: Client, race: Event) -> None:
    live = client.get("/events/race/").text
    assert "data-poll-seconds" in live
    assert '<noscript><meta http-equiv="refresh"' in live
    publish_event(race)
    official = client.get("/events/race/").text
    assert "data-poll-seconds" not in official
    assert "http-equiv" not in official
    assert "<script" not in official


def test_a_private_event_exists_for_those_who_work_on_it(client: Client) -> None:
    owner = make_user("owner")
    event = make_event(slug="secret", owner=owner, visibility="private")
    add_entry(event, "1")
    generate_event_ranking(event.pk)
    addresses = ("/events/secret/", "/events/secret/entries/1")
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    client.force_login(make_user("stranger"))
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    client.force_login(owner)
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200
        assert response["Cache-Control"] == "private, no-cache"
        assert "noindex" in response.text


def test_nothing_but_reading_is_answered(client: Client, race: Event) -> None:
    assert client.post("/events/race/").status_code == 405


def test_nothing_is_loaded_from_elsewhere(client: Client, race: Event) -> None:
    response = client.get("/events/race/")
    assert {"default-src 'none'", "script-src 'self'"} <= set(response["Content-Security-Policy"].split("; "))
    assert "//" not in response.text.replace("</", "").replace("http-equiv", "")
