"""The id and the line of each request."""

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from apps.rest import errors
from telemetry import correlation
from telemetry.log_lines import JsonLines
from telemetry.roles import role_of
from tests.factories import make_user
from tests.log_ids import Ids

pytestmark = pytest.mark.django_db
PROJECT = Path(__file__).resolve().parents[4]
MADE = re.compile("[0-9a-f]{32}")


def fail(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("inside")


urlpatterns = [path("api/v1/fail", fail), path("fail", fail)]
handler500 = errors.server_error


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO)
    return caplog


def access(lines: pytest.LogCaptureFixture) -> dict[str, Any]:
    (line,) = (one for one in lines.records if one.name == "placar.access")
    fields: dict[str, Any] = vars(line)["fields"]
    return fields


@pytest.mark.parametrize("given", ["a", "f3b1.Root_1-67891233", "x" * 64])
def test_a_well_formed_id_is_taken_over(client: Client, given: str) -> None:
    assert client.get("/", headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a;b", "é", "a\r\nSet-Cookie: x", "<script>", "a\n"])
def test_any_other_one_is_replaced(client: Client, given: str) -> None:
    assert MADE.fullmatch(client.get("/", headers={"X-Request-ID": given})["X-Request-ID"])


def test_without_one_each_request_gets_its_own(client: Client) -> None:
    first, second = (client.get("/")["X-Request-ID"] for _ in range(2))
    assert MADE.fullmatch(first)
    assert first != second
    assert correlation.current() not in (first, second)


def test_the_line_says_who_asked_for_what_and_how_it_went(client: Client, lines: pytest.LogCaptureFixture) -> None:
    user = make_user()
    client.force_login(user)
    client.get("/api/v1/events/none?cursor=abc&token=secret")
    fields = access(lines)
    assert (fields["method"], fields["route"], fields["status"]) == ("GET", "/api/v1/events/<slug:slug>", 404)
    assert (fields["path"], fields["user_id"]) == ("/api/v1/events/none", user.pk)
    assert fields["duration_ms"] > 0


def test_whom_nobody_asked_for_is_not_looked_up_for_the_line(
    client: Client, lines: pytest.LogCaptureFixture, django_assert_num_queries: Any
) -> None:
    client.force_login(make_user())
    with django_assert_num_queries(0):
        client.get("/api/nowhere")
    assert access(lines)["user_id"] is None


@pytest.mark.parametrize(
    "address", ["/unsubscribe/eyJhIjox", "/unsubscribe/eyJhIjox/more", "/unsubscribe/x%0AeyJhIjox"]
)
def test_no_line_has_a_token_of_an_address(client: Client, lines: pytest.LogCaptureFixture, address: str) -> None:
    client.get(address, headers={"Authorization": "Token 9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"})
    assert access(lines)["path"].startswith("/unsubscribe/[hidden]")
    for line in lines.records:
        text = JsonLines(secret_paths=["/unsubscribe/"]).format(line)
        assert "eyJhIjox" not in text
        assert "9944b" not in text


def test_what_watches_over_the_processes_leaves_no_line(client: Client, lines: pytest.LogCaptureFixture) -> None:
    client.get("/health/live")
    assert not [one for one in lines.records if one.name == "placar.access"]


@pytest.mark.urls(__name__)
def test_a_fault_is_told_with_the_id_by_which_it_is_found(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.raise_request_exception = False
    handler = Ids()
    logging.getLogger("django.request").addHandler(handler)
    try:
        answer = client.get("/api/v1/fail", headers={"X-Request-ID": "report-me"})
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    assert answer.status_code == 500
    assert answer.json()["correlation_id"] == "report-me"
    assert "inside" not in answer.content.decode()
    # With the traceback, and within the request.
    assert ("ERROR", "report-me") in handler.found
    assert client.get("/fail", headers={"X-Request-ID": "a-page"})["X-Request-ID"] == "a-page"


def test_each_process_of_a_deployment_has_a_role_of_its_own() -> None:
    files = [PROJECT / "docker-compose.prod.yml", *(PROJECT / "deploy/kubernetes/base").glob("*.yaml")]
    started = re.findall(r"command: \[python, manage\.py, (\w+)", "".join(file.read_text() for file in files))
    lasting = set(started) - {"migrate", "topology", "schedules", "await_ready"}
    assert lasting == {"relay", "consume_dead_letters", "serve_metrics"}
    assert not [name for name in lasting if role_of(["manage.py", name]) == "command"]


@pytest.mark.parametrize(
    ("command", "role"),
    [
        ("/venv/bin/gunicorn config.wsgi", "web"),
        ("/lib/gunicorn/__main__.py config.wsgi", "web"),
        ("manage.py runserver", "web"),
        ("manage.py relay --batch-size 5", "relay"),
        ("manage.py consume_dead_letters", "dead-letters"),
        ("manage.py serve_metrics", "metrics"),
        ("manage.py migrate", "command"),
        ("/venv/bin/celery -A config worker -l info", "worker"),
        ("/lib/celery/__main__.py -q -A config beat", "beat"),
        ("manage.py", "command"),
    ],
)
def test_the_role_is_told_by_the_command_line(command: str, role: str) -> None:
    assert role_of(command.split()) == role
