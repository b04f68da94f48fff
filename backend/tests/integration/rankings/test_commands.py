"""The commands of seasons, as an operator types them."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.events.models import Event, Participant
from apps.rankings.models import Season
from apps.rankings.services import refresh_standings, rule_on_participant
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.seasons import POINTS, make_season

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def races() -> list[Event]:
    """Three races; who ran in which order."""
    events = []
    for number, names in enumerate((("Ana", "Bia", "Caio"), ("Bia", "Ana", "Caio"), ("Caio",)), 1):
        event = make_event(slug=f"race-{number}", name=f"Race {number}")
        for bib, name in enumerate(names, 1):
            add_entry(event, str(bib), name=name, external_id=name.lower())
            add_score(event, str(bib), f"2{bib}:00")
        publish_event(event)
        events.append(event)
    return events


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"points": POINTS, "best": 2}))
    return path


def test_a_season_is_created_with_its_events_and_their_terms(races: list[Event], rules: Path) -> None:
    make_user("owner")
    events = ["race-1:no-ties", "race-2:same-round:multiplier=1.5", "race-3"]
    told = run(
        "create_season", "city", "--name", "City", "--rules", str(rules), "--owner", "owner", "--events", *events
    )
    assert told == "city: created with 3 events\n"
    season = Season.objects.get(slug="city")
    assert (season.rules["best"], season.owner and season.owner.username) == (2, "owner")
    assert [
        (row.event.slug, float(row.multiplier), row.same_round, row.breaks_ties)
        for row in season.season_events.select_related("event")
    ] == [("race-1", 1, False, False), ("race-2", 1.5, True, True), ("race-3", 1, False, True)]


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        (["race-9"], "--events: there is no event 'race-9'"),
        (["race-1:sprint"], "--events: race-1:sprint: no such term: sprint"),
        (["race-1:multiplier=x"], "--events: race-1:multiplier=x: 'x' is no number"),
        (["race-1:multiplier=0"], r"events\[0\].multiplier: Ensure this value is greater"),
        (["race-1", "race-1"], "events: an event is named twice"),
    ],
)
def test_a_season_that_is_refused_is_not_there(races: list[Event], rules: Path, events: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run("create_season", "city", "--name", "City", "--rules", str(rules), "--events", *events)
    assert not Season.objects.exists()


def test_standings_are_exported_by_division_and_revision(races: list[Event]) -> None:
    season = make_season(*races)
    with pytest.raises(CommandError, match="city has no standings yet"):
        run("export_standings", "city")
    refresh_standings(season.pk)
    lines = run("export_standings", "city").splitlines()
    assert lines[0].startswith("division,rank,position,participant,name,total,tie_broken_by,note,race-1 points")
    assert lines[1].split(",")[:3] == ["overall", "1", "1"]
    assert run("export_standings", "city", revision=1) == run("export_standings", "city")
    with pytest.raises(CommandError, match="division: revision 1 has no division 'sex:F'"):
        run("export_standings", "city", division="sex:F")
    with pytest.raises(CommandError, match="city has no revision 7"):
        run("export_standings", "city", revision=7)
    with pytest.raises(CommandError, match="there is no season 'none'"):
        run("export_standings", "none")


def test_a_place_is_explained_in_words(races: list[Event]) -> None:
    season = make_season(*races, rules={"best": 2})
    caio = Participant.objects.get(name="Caio").pk
    rule_on_participant(season.pk, participant_id=caio, kind="adjustment", reason="late", points=Decimal(-2), by=None)
    refresh_standings(season.pk)
    assert run("explain_standings", "city", "--participant", "caio").splitlines() == [
        "Caio, overall, revision 1: rank 3.",
        "Race 1: rank 3, 4.5 points.",
        "Race 2: rank 3, 4.5 points, which do not count.",
        "Race 3: rank 1, 10 points.",
        "The best 2 count: 14.5 points.",
        "-2 points: late.",
        "With that the total is 12.5 points.",
    ]
    assert run("explain_standings", "city", "--participant", "Ana").splitlines() == [
        "Ana, overall, revision 1: rank 2.",
        "Race 1: rank 1, 10 points.",
        "Race 2: rank 2, 7 points.",
        "Race 3: no result.",
        "The best 2 count: 17 points.",
        "Bia has as many points and is ahead: place 1 (2) in the latest common event, Race 2.",
    ]
    with pytest.raises(CommandError, match="--participant: nobody called 'Davi' is on that board"):
        run("explain_standings", "city", "--participant", "Davi")


def test_what_broke_a_tie_is_counted(races: list[Event]) -> None:
    fourth = make_event(slug="race-4", name="Race 4")
    for bib, name in enumerate(("Davi", "Ana"), 1):
        add_entry(fourth, str(bib), name=name, external_id=name.lower())
        add_score(fourth, str(bib), f"2{bib}:00")
    publish_event(fourth)
    season = make_season(*races, fourth, rules={"best": 1})
    refresh_standings(season.pk)
    told = run("explain_standings", "city", "--participant", "ana").splitlines()
    assert told[-1] == "Bia has as many points and is behind: countback, 2 times place 2 (1)."
    told = run("explain_standings", "city", "--participant", "davi").splitlines()
    assert told[-1] == "Caio has as many points and is ahead: countback, 2 times place 3 (0)."
    season = make_season(races[0], fourth, slug="short", rules={"best": 1, "tie_breakers": ["most_events"]})
    refresh_standings(season.pk)
    told = run("explain_standings", "short", "--participant", "ana").splitlines()
    assert told[-1] == "Davi has as many points and is behind: 2 events (1)."


def test_what_differs_is_told_in_words(races: list[Event]) -> None:
    season = make_season(*races)
    refresh_standings(season.pk)
    bia = Participant.objects.get(name="Bia").pk
    rule_on_participant(season.pk, participant_id=bia, kind="exclusion", reason="cut the course", by=None)
    refresh_standings(season.pk)
    assert run("compare_standings", "city", "1").splitlines() == [
        "city: revision 1 to 2, overall",
        "  because Bia, excluded: cut the course",
        "Ana: 3, 17 points -> 2, 17 points",
        "Bia: 2, 17 points -> no rank, 17 points",
    ]
    assert run("compare_standings", "city", "2", "2").splitlines()[1:] == ["nobody's rank or total differs"]
    with pytest.raises(CommandError, match="the revision before is the later one"):
        run("compare_standings", "city", "2", "1")
