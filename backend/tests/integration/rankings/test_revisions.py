"""Revisions of standings: what led to each, how they differ, and what an earlier one still says."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.events.models import Entry, Event, Participant
from apps.events.services import change_entry, change_event_state, generate_event_ranking, merge_participants
from apps.rankings.models import Season
from apps.rankings.season_events import NewSeasonEvent
from apps.rankings.services import (
    change_season,
    refresh_standings,
    revoke_ruling,
    rule_on_participant,
    set_season_events,
)
from tests.factories import add_entry, add_score, make_event, publish_event
from tests.seasons import POINTS, make_season, set_events, standings_of

pytestmark = pytest.mark.django_db(transaction=True)


def make_race(number: int, *names: str) -> Event:
    """A published race with these runners in order."""
    event = make_event(slug=f"race-{number}", name=f"Race {number}")
    for bib, name in enumerate(names, 1):
        add_entry(event, str(bib), name=name, external_id=name)
        add_score(event, str(bib), f"2{bib}:00")
    publish_event(event)
    return event


@pytest.fixture
def races() -> list[Event]:
    return [make_race(1, "Ana", "Bia", "Caio"), make_race(2, "Bia", "Caio", "Ana")]


@pytest.fixture
def season(races: list[Event]) -> Season:
    season = make_season(*races)
    refresh_standings(season.pk)
    return season


def rule(season: Season, name: str, kind: str, reason: str, points: str | None = None) -> int:
    made = rule_on_participant(
        season.pk,
        participant_id=Participant.objects.get(name=name).pk,
        kind=kind,
        reason=reason,
        points=None if points is None else Decimal(points),
        by=None,
    )
    return made.pk


def read(address: str, **query: Any) -> Any:
    answer = Client().get(f"/api/v1/seasons/city/{address}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def causes() -> list[list[str]]:
    """What led to each revision, the first one first."""
    return [[cause["text"] for cause in one["causes"]] for one in reversed(read("standings/revisions")["results"])]


def board(season: Season) -> list[tuple[int | None, str, str]]:
    return [(line.rank, line.name, line.total) for line in standings_of(season).lines]


def test_an_excluded_participant_keeps_cells_and_total_and_the_others_close_up(season: Season) -> None:
    before = standings_of(season)
    assert board(season) == [(1, "Bia", "17"), (2, "Ana", "14.5"), (3, "Caio", "11.5")]
    rule(season, "Bia", "exclusion", "cut the course")
    assert board(season) == [(1, "Ana", "14.5"), (2, "Caio", "11.5"), (None, "Bia", "17")]
    assert standings_of(season).lines[2].cells == before.lines[0].cells
    assert causes()[1] == ["Bia, excluded: cut the course"]


def test_adjustments_add_up_and_a_revocation_takes_one_back(season: Season) -> None:
    first = rule(season, "Bia", "adjustment", "late", "-2")
    rule(season, "Bia", "adjustment", "late again", "-0.5")
    # Equal totals, and Bia was the better one in the latest race.
    assert board(season) == [(1, "Bia", "14.5"), (2, "Ana", "14.5"), (3, "Caio", "11.5")]
    revoke_ruling(season.pk, ruling_id=first, reason="the clock was wrong", by=None)
    assert board(season)[0] == (1, "Bia", "16.5")
    assert causes()[1:] == [
        ["Bia, -2 points: late", "Bia, -0.5 points: late again"],
        ["Bia, revoked, -2 points: the clock was wrong"],
    ]


def test_a_ruling_of_other_words_is_another_revision_and_the_same_one_is_none(season: Season) -> None:
    first = rule(season, "Bia", "exclusion", "cut the course")
    assert standings_of(season).standings.revision == 2
    assert standings_of(season).standings.revision == 2
    revoke_ruling(season.pk, ruling_id=first, reason="named the wrong rule", by=None)
    rule(season, "Bia", "exclusion", "took a bicycle")
    view = standings_of(season)
    assert (view.standings.revision, view.lines[2].rulings[0].reason) == (3, "took a bicycle")


def test_whatever_leads_to_a_revision_is_told(season: Season, races: list[Event]) -> None:
    third = make_race(3, "Caio", "Ana")
    set_events(season, *races, third)
    refresh_standings(season.pk)
    set_season_events(
        season.pk, events=[NewSeasonEvent(event.pk, multiplier=Decimal(2)) for event in (races[1], races[0], third)]
    )
    refresh_standings(season.pk)
    change_season(season.pk, changes={"rules": {"points": POINTS, "best": 1}})
    refresh_standings(season.pk)
    change_event_state(third.pk, action="reopen", by=None)
    refresh_standings(season.pk)
    add_score(third, "2", "19:00")
    publish_event(third)
    refresh_standings(season.pk)
    set_events(season, races[1])
    refresh_standings(season.pk)
    assert causes() == [
        ["Race 1 counts", "Race 2 counts"],
        ["Race 3 counts"],
        [
            "Race 2 counts on other terms",
            "Race 1 counts on other terms",
            "Race 3 counts on other terms",
            "the order of the events has changed",
        ],
        ["the rules have changed"],
        ["Race 3 counts no longer"],
        ["Race 3 counts"],
        ["Race 1 counts no longer", "Race 3 counts no longer", "Race 2 counts on other terms"],
    ]


def test_a_correction_of_a_published_event_is_told_with_its_reason(season: Season, races: list[Event]) -> None:
    entry = Entry.objects.get(event=races[1], participant__name="Bia")
    change_entry(entry.pk, changes={"status": Entry.Status.DNF}, reason="the finish film shows it", by=None)
    generate_event_ranking(races[1].pk)
    assert board(season)[0] == (1, "Ana", "17")
    ((cause,),) = causes()[1:]
    assert cause.startswith("Race 2 was corrected: ")
    assert "the finish film shows it" in cause


def test_two_revisions_are_compared(season: Season) -> None:
    rule(season, "Bia", "adjustment", "late", "-9")
    refresh_standings(season.pk)
    rule(season, "Ana", "exclusion", "cut the course")
    refresh_standings(season.pk)
    document = read("standings/changes", before=1)
    assert (document["before"], document["after"], document["division"]) == (1, 3, "overall")
    assert [cause["text"] for cause in document["causes"]] == ["Bia, -9 points: late", "Ana, excluded: cut the course"]
    moves = [(move["name"], move["before"], move["after"]) for move in document["moves"]]
    assert moves == [
        ("Caio", {"rank": 3, "total": "11.5"}, {"rank": 1, "total": "11.5"}),
        ("Bia", {"rank": 1, "total": "17"}, {"rank": 2, "total": "8"}),
        ("Ana", {"rank": 2, "total": "14.5"}, {"rank": None, "total": "14.5"}),
    ]
    assert read("standings/changes", before=2, after=3)["causes"][0]["participant"] == "Ana"
    assert read("standings/changes", before=3, after=3)["moves"] == []
    answer = Client().get("/api/v1/seasons/city/standings/changes", {"before": 3, "after": 1})
    assert (answer.status_code, answer.json()["errors"][0]["place"]) == (422, "before")
    assert Client().get("/api/v1/seasons/city/standings/changes", {"before": 9}).status_code == 404


def test_who_comes_and_goes_has_no_place_before_or_after(season: Season, races: list[Event]) -> None:
    third = make_race(3, "Davi")
    set_events(season, *races, third)
    refresh_standings(season.pk)
    moves = [(move["name"], move["before"], move["after"]) for move in read("standings/changes", before=1)["moves"]]
    assert moves == [("Davi", None, {"rank": 4, "total": "10"})]
    assert [move["name"] for move in read("standings/changes", before=2)["moves"]] == []
    set_events(season, *races)
    refresh_standings(season.pk)
    assert [(move["name"], move["after"]) for move in read("standings/changes", before=2)["moves"]] == [("Davi", None)]


def test_an_earlier_revision_stays_as_it_was_and_can_be_exported(season: Season) -> None:
    before = read("standings", revision=1)["rows"]
    rule(season, "Bia", "exclusion", "cut the course")
    refresh_standings(season.pk)
    assert read("standings", revision=1)["rows"] == before
    exports = {revision: list(csv.reader(io.StringIO(download(revision=revision)))) for revision in (1, 2)}
    header = ["division", "rank", "position", "participant", "name", "total", "tie_broken_by", "note"]
    header += ["race-1 points", "race-1 rank", "race-2 points", "race-2 rank"]
    assert [rows[0] for rows in exports.values()] == [header, header]
    assert [(row[1], row[4], row[5], row[7], *row[8:]) for row in exports[1][1:]] == [
        ("1", "Bia", "17", "", "7", "2", "10", "1"),
        ("2", "Ana", "14.5", "", "10", "1", "4.5", "3"),
        ("3", "Caio", "11.5", "", "4.5", "3", "7", "2"),
    ]
    assert [(row[1], row[4], row[7]) for row in exports[2][1:]] == [
        ("1", "Ana", ""),
        ("2", "Caio", ""),
        ("", "Bia", "excluded: cut the course"),
    ]


def download(**query: Any) -> str:
    answer = Client().get("/api/v1/seasons/city/standings.csv", query)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="city-')
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def test_dropped_points_are_in_parentheses_and_no_cell_is_a_formula(races: list[Event]) -> None:
    season = make_season(*races, rules={"best": 1})
    Participant.objects.filter(name="Ana").update(name="=1+1")
    refresh_standings(season.pk)
    rows = list(csv.reader(io.StringIO(download())))
    assert [(row[4], row[8], row[10]) for row in rows[1:]] == [
        ("Bia", "(7)", "10"),
        ("'=1+1", "10", "(4.5)"),
        ("Caio", "(4.5)", "7"),
    ]


def test_who_is_hidden_later_is_in_no_revision_any_more(season: Season, races: list[Event]) -> None:
    rule(season, "Caio", "adjustment", "late", "-1")
    refresh_standings(season.pk)
    Entry.objects.filter(participant__name="Caio").update(standing=Entry.Standing.HIDDEN)
    for revision in (1, 2):
        document = read("standings", revision=revision)
        assert (document["total"], document["ranked"]) == (2, 2)
        assert [row["name"] for row in document["rows"]] == ["Bia", "Ana"]
        assert "Caio" not in download(revision=revision)
    assert causes()[1] == []
    assert read("standings/changes", before=1)["moves"] == []
    Entry.objects.filter(participant__name="Caio", event=races[0]).update(standing=Entry.Standing.COMPETING)
    caio = read("standings", revision=1)["rows"][2]
    assert [cell and cell["points"] for cell in caio["cells"]] == ["4.5", None]


def test_who_turns_out_to_be_another_brings_their_points_and_rulings_along(season: Season, races: list[Event]) -> None:
    again = make_race(3, "Bia again")
    set_events(season, *races, again)
    rule(season, "Bia again", "adjustment", "late", "-3")
    assert board(season)[0] == (1, "Bia", "17")
    bia, double = (Participant.objects.get(name=name).pk for name in ("Bia", "Bia again"))
    merge_participants(bia, drop_id=double, reason="entered twice", by=None)
    assert board(season)[0] == (1, "Bia", "24")
    # The revision before knew two. Both are called what they are called now, and hidden where they are hidden now.
    assert [row["name"] for row in read("standings", revision=2)["rows"]] == ["Bia", "Ana", "Caio", "Bia"]
    Entry.objects.filter(participant=bia).update(standing=Entry.Standing.HIDDEN)
    assert [row["name"] for row in read("standings", revision=2)["rows"]] == ["Ana", "Caio"]
