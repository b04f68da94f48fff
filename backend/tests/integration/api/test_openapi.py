"""The API's description: complete, valid, and true to what is answered."""

import re
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from apps.events.models import Event

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The OpenAPI document. Fails for one that is not valid, and for anything that could not be described."""
    path = tmp_path_factory.mktemp("openapi") / "schema.yaml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(path))
    document: dict[str, Any] = yaml.safe_load(path.read_text())
    return document


def operations(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Method with path, and description, of every operation."""
    return [
        (f"{method} {path}", operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_valid_without_a_warning(schema: dict[str, Any]) -> None:
    assert schema["openapi"] == "3.1.0"


def test_every_operation_says_how_it_fails(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema):
        problems = {
            status for status, response in operation["responses"].items() if "application/problem+json" in str(response)
        }
        expected = {"404"} if "{" in name else set()
        if "security" in operation and operation["security"] != [{}]:
            expected.add("401")
        if name.startswith(("post", "patch")):
            expected |= {"400", "413", "415"}
        assert expected <= problems, name
        assert all(int(status) < 400 for status in set(operation["responses"]) - problems), name


def test_every_operation_is_explained(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema):
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["tags"], name
        assert all(response["description"] for response in operation["responses"].values()), name
    identifiers = [operation["operationId"] for _name, operation in operations(schema)]
    assert len(set(identifiers)) == len(identifiers)


def test_ways_to_authenticate(schema: dict[str, Any]) -> None:
    assert set(schema["components"]["securitySchemes"]) == {"tokenAuth", "cookieAuth"}


@pytest.mark.parametrize(
    "path", ["/events", "/events/{slug}/entries", "/events/{slug}/scores", "/events/{slug}/scores/bulk"]
)
def test_examples_of_the_main_requests(schema: dict[str, Any], path: str) -> None:
    assert schema["paths"][f"/api/v1{path}"]["post"]["requestBody"]["content"]["application/json"]["examples"]


def test_schema_is_served(db: None) -> None:
    response = Client().get("/api/schema/")
    assert response.status_code == 200
    assert yaml.safe_load(response.content)["openapi"] == "3.1.0"


def test_docs_need_no_outside_asset(db: None) -> None:
    page = Client().get("/api/docs/").content.decode()
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(assets) >= 4
    for asset in assets:
        # The script that begins it all has what is the page's own, and so comes from there.
        assert asset.startswith(("/static/drf_spectacular_sidecar/", "/api/docs/?script=")), asset
        assert Client().get(asset).status_code == 200, asset


def test_answers_have_the_described_fields(
    schema: dict[str, Any], visitor: APIClient, organiser: APIClient, event: Event
) -> None:
    described = {
        "/api/v1/events/race": "EventDetail",
        "/api/v1/events/race/entries/7": "Entry",
        "/api/v1/events/race/ranking": "BoardPage",
        "/api/v1/events/race/ranking/top": "Board",
    }
    for path, component in described.items():
        fields = schema["components"]["schemas"][component]
        assert set(visitor.get(path).json()) == set(fields["properties"]) == set(fields["required"]), path
