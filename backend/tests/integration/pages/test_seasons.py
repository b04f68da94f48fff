"""The pages of seasons."""

from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.events.models import Entry, Event, Participant
from apps.events.services import change_entry, change_event, change_participant
from apps.rankings.models import Season
from apps.rankings.services import change_season, create_season, refresh_standings, rule_on_participant
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.integration.pages.tables import read_tables
from tests.seasons import make_season, set_events

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/seasons/city/"
RULES = {"points": {"by_place": [1]}}


@pytest.fixture
def races() -> list[Event]:
    times = [{"Ana": "20:00", "Bia": "21:00", "<b>Caio": "21:00"}, {"Bia": "40:00"}]
    events = [make_event(slug=f"race-{number}", name=f"Race {number}") for number in (1, 2)]
    for event, results in zip(events, times, strict=True):
        for number, (name, time) in enumerate(results.items(), 1):
            add_entry(event, str(number), name=name, external_id=name)
            add_score(event, str(number), time)
        publish_event(event)
    return events


@pytest.fixture
def season(races: list[Event]) -> Season:
    season = make_season(*races)
    refresh_standings(season.pk)
    return season


def test_the_standings_show_totals_and_each_events_points(client: Client, season: Season) -> None:
    response = client.get(PAGE)
    assert read_tables(response.text) == [
        [
            ["Rank", "Name", "Total", "Race 1", "Race 2"],
            ["1", "Bia", "17", "7", "10"],
            ["2", "Ana", "10", "10", "–"],  # noqa: RUF001 (as shown)
            ["3", "<b>Caio", "7", "7", "–"],  # noqa: RUF001
        ]
    ]
    assert "<title>City Series · Placar</title>" in response.text
    assert "<strong>Champion</strong>: Bia</p>" in response.text
    assert "<b>Caio" not in response.text
    assert '<a href="/events/race-1/">Race 1</a>' in response.text


def test_standings_with_an_event_that_has_become_private_are_gone(
    client: Client, season: Season, races: list[Event]
) -> None:
    change_event(races[0].pk, changes={"visibility": "private"})
    assert "There are no standings yet." in client.get(PAGE).text
    assert client.get(f"{PAGE}revisions/1/").status_code == 404
    refresh_standings(season.pk)
    page = client.get(PAGE).text
    assert "/events/race-1/" not in page
    assert "/events/race-2/" in page


def test_standings_that_are_still_right_cost_two_queries(
    client: Client, season: Season, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    etag = client.get(PAGE)["ETag"]
    with django_assert_num_queries(2):
        assert client.get(PAGE, headers={"if-none-match": etag}).status_code == 304


def test_what_the_standings_show_cannot_change_under_the_same_tag(
    client: Client, season: Season, races: list[Event]
) -> None:
    def rename() -> None:
        change_participant(Participant.objects.get(name="Ana").pk, changes={"name": "Zoe"})

    def fewer_events() -> None:
        set_events(season, races[0])
        refresh_standings(season.pk)

    changes = [
        rename,
        lambda: change_event(races[0].pk, changes={"name": "Another Race"}),
        lambda: change_season(season.pk, changes={"name": "Another Season"}),
        fewer_events,
    ]
    for change in changes:
        etag = client.get(PAGE)["ETag"]
        change()
        assert client.get(PAGE, headers={"if-none-match": etag}).status_code == 200


def test_who_sees_which_season(client: Client) -> None:
    owner = make_user()
    for visibility in ("public", "unlisted", "private"):
        create_season(slug=visibility, name=visibility, rules=RULES, owner=owner, visibility=visibility)

    def seen() -> tuple[list[str], list[int]]:
        listed = [season.slug for season in client.get("/seasons/").context["page"]]
        return listed, [client.get(f"/seasons/{slug}/").status_code for slug in ("public", "unlisted", "private")]

    assert seen() == (["public"], [200, 200, 404])
    assert "noindex" in client.get("/seasons/unlisted/").text
    client.force_login(owner)
    assert seen() == (["private", "unlisted", "public"], [200, 200, 200])
    assert client.get("/seasons/private/")["Cache-Control"] == "private, no-cache"


def test_without_standings_or_seasons_the_pages_say_so(client: Client) -> None:
    assert "There are no seasons yet." in client.get("/seasons/").text
    create_season(slug="city", name="City Series", rules=RULES, owner=None)
    assert "There are no standings yet." in client.get(PAGE).text
    assert client.get("/seasons/none/").status_code == 404


def test_what_does_not_count_is_in_parentheses_and_said_in_words(client: Client, races: list[Event]) -> None:
    season = make_season(*races, rules={"best": 1})
    refresh_standings(season.pk)
    page = client.get(PAGE).text
    assert read_tables(page)[0][1] == ["1", "Bia tie broken by countback, place 2", "10", "(7) does not count", "10"]
    assert "What is in parentheses does not count." in page


def test_notes_tell_rulings_statuses_and_broken_ties(client: Client, season: Season) -> None:
    third = make_event(slug="race-3", name="Race 3")
    for bib, name in enumerate(("Ana", "Bia", "<b>Caio"), 1):
        add_entry(third, str(bib), name=name, external_id=name)
    add_score(third, "1", "30:00")
    add_score(third, "2", "31:00")
    dnf = {"status": Entry.Status.DNF, "status_reason": ""}
    change_entry(Entry.objects.get(event=third, bib="3").pk, changes=dnf)
    publish_event(third)
    set_events(season, *Event.objects.order_by("pk"))
    people = {name: Participant.objects.get(name=name).pk for name in ("Ana", "Bia", "<b>Caio")}
    for name, kind, points in (("Ana", "adjustment", 4), ("<b>Caio", "exclusion", None)):
        amount = None if points is None else Decimal(points)
        rule_on_participant(
            season.pk, participant_id=people[name], kind=kind, reason="by <hand>", points=amount, by=None
        )
    refresh_standings(season.pk)
    assert read_tables(client.get(PAGE).text)[0][1:] == [
        ["1", "Ana +4 points: by <hand> tie broken by countback, place 1", "24", "10", "–", "10"],  # noqa: RUF001
        ["2", "Bia tie broken by countback, place 1", "24", "7", "10", "7"],
        ["EX", "<b>Caio excluded: by <hand>", "7", "7", "–", "DNF"],  # noqa: RUF001
    ]


def test_each_division_has_its_own_page(client: Client, races: list[Event]) -> None:
    event = make_event(slug="race-3", name="Race 3")
    for bib, sex in (("1", "F"), ("2", "M"), ("3", "F")):
        add_entry(event, bib, name=f"Runner {bib}", divisions={"sex": sex})
        add_score(event, bib, f"2{bib}:00")
    publish_event(event)
    season = make_season(event, rules={"divisions": {"sex": "division"}})
    refresh_standings(season.pk)
    page = client.get(PAGE, {"division": "sex:F"}).text
    assert read_tables(page)[0][1:] == [["1", "Runner 1", "10", "10"], ["2", "Runner 3", "7", "7"]]
    assert '<a href="?division=sex%3AF" aria-current="page">F</a>' in page
    set_events(season, event, make_event(slug="race-4"))
    refresh_standings(season.pk)
    assert "<strong>In the lead</strong>: Runner 2</p>" in client.get(PAGE, {"division": "sex:M"}).text
    assert client.get(PAGE, {"division": "sex:X"}).status_code == 404


def test_a_revision_has_a_permanent_page_and_the_next_one_tells_what_has_changed(
    client: Client, season: Season
) -> None:
    first = client.get(f"{PAGE}revisions/1/")
    assert "Provisional" not in client.get(PAGE).text
    bia = Participant.objects.get(name="Bia").pk
    rule_on_participant(season.pk, participant_id=bia, kind="exclusion", reason="cut the course", by=None)
    refresh_standings(season.pk)
    again = client.get(f"{PAGE}revisions/1/")
    assert read_tables(again.text) == read_tables(first.text)
    assert ("Final" in first.text, "Earlier revision" in again.text) == (True, True)
    listed = read_tables(client.get(f"{PAGE}revisions/").text)[0][1:]
    assert [(row[0], row[1], row[3]) for row in listed] == [
        ("2", "Bia, excluded: cut the course", "since 1"),
        ("1", "Race 1 counts; Race 2 counts", "–"),  # noqa: RUF001
    ]
    page = client.get(f"{PAGE}revisions/1/to/2/").text
    assert "<li>Bia, excluded: cut the course</li>" in page
    assert read_tables(page)[0][1:] == [
        ["Ana", "2", "1", "10", "10"],
        ["<b>Caio", "3", "2", "7", "7"],
        ["Bia", "1", "–", "17", "17"],  # noqa: RUF001
    ]
    for wrong in ("revisions/3/", "revisions/2/to/1/", "revisions/1/to/3/", "revisions/1/to/2/?division=sex:F"):
        assert client.get(f"{PAGE}{wrong}").status_code == 404
    assert "Nobody's rank or total differs." in client.get(f"{PAGE}revisions/2/to/2/").text


def test_an_earlier_revision_is_asked_for_again_after_a_change_of_an_event_that_counts_no_more(
    client: Client, season: Season, races: list[Event]
) -> None:
    set_events(season, races[1])
    refresh_standings(season.pk)
    for address in (f"{PAGE}revisions/1/", f"{PAGE}revisions/", f"{PAGE}revisions/1/to/2/"):
        etag = client.get(address)["ETag"]
        change_participant(Participant.objects.get(name="<b>Caio").pk, changes={"name": "Zoe"})
        assert client.get(address, headers={"if-none-match": etag}).status_code == 200
        change_participant(Participant.objects.get(name="Zoe").pk, changes={"name": "<b>Caio"})
