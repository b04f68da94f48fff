"""Log lines: what stands in them, and what never does."""

import json
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import RequestFactory

from telemetry import correlation
from telemetry.log_lines import JsonLines, TextLines, TracingComplaints, log_all_else, logging_settings
from telemetry.redaction import Redaction

TOKEN = "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"
PATHS = ["/unsubscribe/"]


@pytest.fixture(autouse=True)
def _of_no_request() -> Iterator[None]:
    """Whatever other tests of this process have begun."""
    with correlation.use(""):
        yield


def record(message: str = "hello", *args: Any, **fields: Any) -> logging.LogRecord:
    made = logging.LogRecord("placar.test", logging.INFO, __file__, 1, message, args, fields.pop("exc_info", None))
    vars(made).update(fields)
    return made


def line(made: logging.LogRecord) -> dict[str, Any]:
    text = JsonLines(secret_paths=PATHS).format(made)
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_line_is_an_object_with_its_time_in_utc() -> None:
    made = record("%d of\n%s", 3, "São João")
    made.created = 1764266400.1239
    found = line(made)
    assert found["time"] == "2025-11-27T18:00:00.123Z"
    assert (found["level"], found["logger"], found["message"]) == ("INFO", "placar.test", "3 of\nSão João")
    assert found["role"]
    assert "correlation_id" not in found


def test_it_says_what_it_belongs_to() -> None:
    with correlation.use("request-1"), correlation.use_task("task-1", "events.rank"):
        found = line(record())
    assert (found["correlation_id"], found["task_id"], found["task"]) == ("request-1", "task-1", "events.rank")
    assert correlation.current() == ""


def test_a_line_for_people_names_the_request_too() -> None:
    form = logging_settings("line", "INFO")["formatters"]["line"]
    lines = TextLines(form["format"], style=form["style"])
    with correlation.use("request-1"):
        assert lines.format(record()).endswith(" INFO placar.test [request-1]: hello")
    assert lines.format(record()).endswith(" INFO placar.test: hello")


@pytest.mark.parametrize(("ended_by", "told"), [(ValueError("why"), True), (SystemExit(1), False)])
def test_what_ends_a_thread_is_told_unless_it_was_meant(
    ended_by: BaseException, told: bool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end() -> None:
        raise ended_by

    monkeypatch.setattr("sys.excepthook", sys.excepthook)
    monkeypatch.setattr("threading.excepthook", threading.excepthook)
    log_all_else()
    thread = threading.Thread(target=end)
    thread.start()
    thread.join()
    assert [record.name for record in caplog.records] == ["placar"] * told


def test_celerys_lines_of_another_process_name_their_task() -> None:
    found = line(record(data={"id": "task-2", "name": "events.rank", "kwargs": "{'secret': 1}"}))
    assert (found["task_id"], found["task"]) == ("task-2", "events.rank")
    assert "secret" not in str(found)


def test_an_exception_is_part_of_it() -> None:
    try:
        raise ValueError("no such event")
    except ValueError as error:
        found = line(record(exc_info=(type(error), error, error.__traceback__)))
    assert found["exception"].endswith("ValueError: no such event")


def test_what_others_put_into_a_record_stays_out() -> None:
    request = RequestFactory().get("/events?token=secret", headers={"Authorization": f"Token {TOKEN}"})
    found = line(record(request=request, status_code=500, fields={"status": 500}))
    assert found["status"] == 500
    assert not {"request", "status_code"} & set(found)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Authorization: Token {TOKEN}", "Authorization: Token [hidden]"),
        ("{'HTTP_AUTHORIZATION': 'Basic dXNlcjpwYXNzd29yZA=='}", "{'HTTP_AUTHORIZATION': 'Basic [hidden]'}"),
        ("Bearer eyJhbGciOi.J9.x-y_z more", "Bearer [hidden] more"),
        ("amqp://placar:s3cret%40x@rabbitmq:5672// is down", "amqp://placar:[hidden]@rabbitmq:5672// is down"),
        ("postgres://placar:p:w@db/placar", "postgres://placar:[hidden]@db/placar"),
        ("Not Found: /unsubscribe/eyJ1Ijox:1vO:xyz?next=1", "Not Found: /unsubscribe/[hidden]"),
        ('"<https://x.example/unsubscribe/abc>"', '"<https://x.example/unsubscribe/[hidden]>"'),
        ("Token authentication of http://host:8000/events/a@b", "Token authentication of http://host:8000/events/a@b"),
        ("Basic rules of /unsubscribe and /events/park-run", "Basic rules of /unsubscribe and /events/park-run"),
    ],
)
def test_secrets_are_hidden_and_nothing_else(text: str, shown: str) -> None:
    assert Redaction(PATHS).apply(text) == shown
    assert line(record("%s", text))["message"] == shown
    assert TextLines("{message}", style="{", secret_paths=PATHS).format(record("%s", text)) == shown


def test_a_secret_in_a_traceback_is_hidden_too() -> None:
    try:
        raise ConnectionError("amqp://placar:s3cret@rabbitmq:5672//")
    except ConnectionError as error:
        made = record(exc_info=(type(error), error, error.__traceback__))
    assert "s3cret@" not in JsonLines().format(made).partition("raise")[2].partition("ConnectionError: ")[2]


def test_a_form_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="LOG_FORMAT=xml: must be one of line, json"):
        logging_settings("xml", "INFO")


def test_complaints_of_the_tracing_library_come_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("telemetry.log_lines.time.monotonic", lambda: now)
    complaints = TracingComplaints()
    made = record("no answer from %s", "a")
    made.name = "opentelemetry.exporter"
    assert [complaints.filter(made), complaints.filter(made), complaints.filter(record())] == [True, False, True]
    now += 61
    assert complaints.filter(made)
