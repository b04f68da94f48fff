"""The rules that are published: a schema, and examples that anyone can begin with."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from apps.errors import InvalidInput
from apps.events.rules import parse_rules, rules_schema

FOLDER = Path(__file__).parents[4] / "docs" / "rules"
SCHEMA_FILE = "event-rules.schema.json"
# Rules of a season, which have a schema of their own.
EXAMPLES = sorted(
    path.name for path in FOLDER.glob("*.json") if "schema" not in path.name and "season" not in path.name
)


def read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / name).read_text())
    return document


def test_the_published_schema_is_that_of_the_rules() -> None:
    renew = f"manage.py rules_schema > docs/rules/{SCHEMA_FILE}"
    assert read(SCHEMA_FILE) == rules_schema(), f"renew it: {renew}"
    Draft202012Validator.check_schema(rules_schema())


def test_the_api_tells_the_schema(client: Client) -> None:
    assert client.get("/api/v1/rules/schema").json() == rules_schema()


def test_there_are_examples() -> None:
    assert {
        "road-race.json",
        "penalty-contest.json",
        "judged-points.json",
        "stage-race.json",
        "field-event.json",
    } <= set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_right_by_the_schema_and_by_the_rules(name: str) -> None:
    Draft202012Validator(rules_schema()).validate(read(name))
    parse_rules(read(name))


BASE: dict[str, Any] = {"metric": "points", "direction": "high"}
CONTEST: dict[str, Any] = {"metric": "penalty_contest", "direction": "high", "components": {"names": ["A", "B"]}}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({**BASE, "metric": "speed"}, "metric: Input should be"),
        ({**BASE, "colour": 1}, "colour: Extra inputs"),
        ({**BASE, "best_k": 2}, "best_k: goes with"),
        ({**BASE, "components": {"names": ["a", "a"]}}, "components: names: a component is named twice"),
        ({**BASE, "components": {"names": ["a", "b"], "drop_best": 1, "drop_worst": 1}}, "at least one must count"),
        ({**BASE, "components": {"names": ["a", "b"], "combine": "mean", "required": 1}}, "a mean is compared fairly"),
        ({**BASE, "components": {"names": ["a"], "required": 2}}, "there are 1 components only"),
        ({**BASE, "direction": "low", "components": {"names": ["a", "b"], "required": 1}}, "all are needed"),
        ({**BASE, "components": {"names": ["pending"]}}, "'pending' is reserved"),
        ({**BASE, "components": {"names": ["time"]}, "secondary": {"time": BASE}}, "a component has this name"),
        ({**BASE, "secondary": {"x": {**BASE, "metric": "penalty_contest"}}}, "secondary.x: a penalty contest is no"),
        ({**BASE, "penalty": {}}, "penalty: goes with the metric penalty_contest"),
        ({**CONTEST, "components": None}, "needs the names of its problems"),
        ({**CONTEST, "components": {"names": ["A"], "combine": "best"}}, "have names only"),
        ({**CONTEST, "direction": "low"}, "most solved wins"),
        ({**BASE, "tie_breakers": [{"by": "last_accepted"}]}, "tie_breakers.0: by: only a penalty contest"),
        ({**BASE, "tie_breakers": [{"by": "measure", "name": "time"}]}, "there is no measure 'time'; there are none"),
        ({**CONTEST, "tie_breakers": [{"by": "best_single"}]}, "no attempts with values"),
        ({**BASE, "tie_breakers": [{"by": "coin"}]}, "tie_breakers.0: Input tag 'coin'"),
        ({**BASE, "tie_breakers": [{"by": "draw"}]}, "tie_breakers.0.draw.seed: Field required"),
    ],
)
def test_a_mistake_is_named_with_its_place(document: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_rules(document)
    assert reason in refusal.value.reason
    assert refusal.value.place == "rules"
