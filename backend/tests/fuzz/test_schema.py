"""Requests made from the OpenAPI schema, right ones and wrong ones, by everybody, at every operation.

No answer is an error of the server, each is as the schema says, and none tells what belongs to others. PLACAR_EXAMPLES
says how many requests each operation gets from each person.
"""

import os
from typing import Any, cast

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from rest_framework.authtoken.models import Token
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.canaries import CANARY, WORKED_ON, plant
from tests.fuzz.test_floods import report
from tests.integration.rights.people import House, make_house
from tests.processes import Processes
from tests.web_server import WebServer

EXAMPLES = int(os.environ.get("PLACAR_EXAMPLES", "60"))
PEOPLE = ("anonymous", "user", "owner", "staff")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# The web server itself refuses lines and heads that are too long.
BEFORE_US = (414, 431)
# Bytes that all processes may have grown by: what is loaded once, and pages that are kept for a minute.
MOST_GROWTH = 100 * 1024 * 1024
# Found by name in addresses and bodies, so that requests reach what there is.
HANDED_OUT = ("race", "cup", "over", f"e-{WORKED_ON}", f"s-{WORKED_ON}", "race-2")


@pytest.fixture
def server(processes: Processes) -> WebServer:
    return WebServer(processes, LOG_LEVEL="ERROR")


@pytest.mark.parametrize("person", PEOPLE)
def test_the_whole_api(server: WebServer, person: str) -> None:
    house = make_house()
    plant()
    schema = schemathesis.openapi.from_url(f"{server.url}/api/schema/?format=json")
    operations = [cast("Any", result).ok() for result in schema.get_all_operations()]
    assert len(operations) > 60
    before = server.memory()
    failures: dict[str, str] = {}
    with requests.Session() as session:
        if user := house.users[person]:
            session.headers["Authorization"] = f"Token {Token.objects.get_or_create(user=user)[0].key}"
        for operation in operations:
            try:
                _fuzz(operation, house, session, person)
            except Exception as error:
                failures[operation.label] = str(error)[:3000]
    grown = server.memory() - before
    report(f"{person}: {len(operations)} operations, memory {before / 2**20:.0f} MiB and {grown / 2**20:+.0f} MiB")
    assert not failures, "\n\n".join(f"=== {name}\n{text}" for name, text in failures.items())
    assert grown < MOST_GROWTH
    assert "Traceback" not in server.process.log


def _fuzz(operation: Any, house: House, session: requests.Session, person: str) -> None:
    forbidden = [CANARY] if person == "staff" else [CANARY, WORKED_ON]
    cases = operation.as_strategy(generation_mode=GenerationMode.POSITIVE) | operation.as_strategy(
        generation_mode=GenerationMode.NEGATIVE
    )

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, reach=st.integers(0, 3), slug=st.sampled_from(HANDED_OUT))
    def ask(case: Any, reach: int, slug: str) -> None:
        if reach:
            _aim(case, house, slug)
        sent = repr((case.path_parameters, case.query, case.headers, case.body))
        response = case.call(session=session)
        if response.status_code not in BEFORE_US:
            case.validate_response(response, checks=CHECKS)
        for mark in forbidden:
            # What was asked for by its mark is repeated in a refusal.
            assert mark not in response.text or mark in sent, f"{case.method} {case.formatted_path} tells {mark}"

    ask()


def _aim(case: Any, house: House, slug: str) -> None:
    """Let the address name something that there is, in three of four requests."""
    for name in case.path_parameters or {}:
        if name == "slug":
            case.path_parameters[name] = slug
        elif name in house.names:
            case.path_parameters[name] = str(house.names[name])
