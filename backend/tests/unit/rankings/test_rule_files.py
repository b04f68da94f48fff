"""The rules of seasons that are published: a schema, and examples that anyone can begin with."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from apps.rankings.rules import parse_season_rules, season_rules_schema

FOLDER = Path(__file__).parents[4] / "docs" / "rules"
SCHEMA_FILE = "season-rules.schema.json"


def read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / name).read_text())
    return document


def test_the_published_schema_is_that_of_the_rules(client: Client) -> None:
    renew = f"manage.py season_rules_schema > docs/rules/{SCHEMA_FILE}"
    assert read(SCHEMA_FILE) == season_rules_schema(), f"renew it: {renew}"
    Draft202012Validator.check_schema(season_rules_schema())
    assert client.get("/api/v1/season-rules/schema").json() == season_rules_schema()


@pytest.mark.parametrize("name", ["league-season.json", "split-season.json", "recorded-season.json"])
def test_an_example_is_right_by_the_schema_and_by_the_rules(name: str) -> None:
    Draft202012Validator(season_rules_schema()).validate(read(name))
    parse_season_rules(read(name))
