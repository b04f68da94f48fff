"""Why an entry has its place, in the words of the command."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.events.models import Event, Score
from apps.events.services import change_entry, generate_event_ranking
from tests.factories import add_entry, add_score, make_event

pytestmark = pytest.mark.django_db(transaction=True)

JUMP: dict[str, Any] = {
    "metric": "distance",
    "direction": "high",
    "divisions": ["sex"],
    "tie_breakers": [{"by": "best_single", "nth": 2}, {"by": "draw", "seed": "lake"}],
}
CONTEST: dict[str, Any] = {
    "metric": "penalty_contest",
    "direction": "high",
    "components": {"names": ["A", "B"]},
    "tie_breakers": [{"by": "last_accepted"}],
}
JUDGED: dict[str, Any] = {
    "metric": "points",
    "direction": "high",
    "scale": 1,
    "components": {"names": ["j1", "j2", "j3", "j4"], "drop_best": 1, "drop_worst": 1},
}

EQUAL = "The results are equal"
SECOND_BEST = "the better attempt number 2 by quality"
SHARED = "equals share a rank, and as many ranks after it are left out (1 2 2 4)"


def explain(event: Event, bib: str, *options: str) -> list[str]:
    output = io.StringIO()
    call_command("explain_ranking", event.slug, *options, bib=bib, stdout=output)
    return output.getvalue().splitlines()


def test_attempts_and_a_broken_tie() -> None:
    event = make_event(rules=JUMP, name="Long jump")
    add_entry(event, "7", name="Ana", divisions={"sex": "F"})
    add_entry(event, "9", name="Carla", divisions={"sex": "F"})
    add_entry(event, "12", name="Bruno", divisions={"sex": "M"})
    for bib, value in (("7", "6.80 m"), ("7", "6.85 m"), ("9", "6.85 m"), ("9", "6.70 m"), ("12", "7.90 m")):
        add_score(event, bib, value)
    add_score(event, "7", 0, outcome=Score.Outcome.REJECTED)
    generate_event_ranking(event.pk)
    assert explain(event, "7") == [
        "Long jump, public revision 1.",
        "Bib 7, Ana: rank 2 of 3 overall, 1 of 2 in sex F.",
        "  attempt 1: 6.8 m",
        "  attempt 2: 6.85 m, counts",
        "  attempt 3: rejected",
        "Result: 6.85 m; the best attempt counts.",
        "Next ahead: bib 12, Bruno, rank 1 with 7.9 m.",
        f"Next behind: bib 9, Carla, rank 3 with 6.85 m. {EQUAL}; {SECOND_BEST} decides: 6.8 m against 6.7 m.",
    ]


def test_a_penalty_contest() -> None:
    event = make_event(rules=CONTEST, name="Contest")
    for bib in ("1", "2"):
        add_entry(event, bib, name=f"Team {bib}")
    rejected, pending = Score.Outcome.REJECTED, Score.Outcome.PENDING
    add_score(event, "1", "10 min", component="A", outcome=rejected)
    add_score(event, "1", "66:59", component="A")
    add_score(event, "1", "70 min", component="B", outcome=pending)
    add_score(event, "2", "80 min", component="B")
    generate_event_ranking(event.pk)
    assert explain(event, "1") == [
        "Contest, public revision 1.",
        "Bib 1, Team 1: rank 2 of 2 overall.",
        "  A: solved at 66 after 1 rejected: 66 + 1 x 20 = 86",
        "  B: not solved, 0 rejected, 1 pending",
        "Result: 1 solved, penalty 86 minutes; most solved wins, then least penalty.",
        "Not judged, or not shown, yet: 1.",
        "Next ahead: bib 2, Team 2, rank 1 with 1 solved, penalty 80.",
    ]


def test_components_with_drops_and_an_adjustment() -> None:
    event = make_event(rules=JUDGED, name="Diving")
    for bib, marks in (("1", (70, 80, 85, 90)), ("2", (80, 80, 80, 80)), ("3", (80,))):
        add_entry(event, bib, name=f"Diver {bib}")
        for number, mark in enumerate(marks, 1):
            add_score(event, bib, mark, component=f"j{number}")
    entry = event.entries.get(bib="1")
    change_entry(entry.pk, changes={"adjustment": -5, "adjustment_reason": "late"})
    generate_event_ranking(event.pk)
    assert explain(event, "1") == [
        "Diving, public revision 1.",
        "Bib 1, Diver 1: rank 1= of 2 overall.",
        "  j1: 7.0, dropped",
        "  j2: 8.0",
        "  j3: 8.5",
        "  j4: 9.0, dropped",
        "Result: 16.0; their sum, 1 best dropped, 1 worst dropped.",
        "Adjusted by -0.5: late.",
        "Nobody is ahead.",
        f"Next behind: bib 2, Diver 2, rank 1= with 16.0. {EQUAL}, and so is everything that could break the tie.",
        f"It is equal with another one in everything that the rules compare: {SHARED}.",
    ]
    assert explain(event, "3")[1:3] == ["Bib 3, Diver 3: no rank.", "It has no result yet."]


def test_what_is_not_there() -> None:
    event = make_event(rules=JUMP)
    with pytest.raises(CommandError, match="no entry with bib '7'"):
        explain(event, "7")
    add_entry(event, "7")
    with pytest.raises(CommandError, match="no ranking yet"):
        explain(event, "7")
