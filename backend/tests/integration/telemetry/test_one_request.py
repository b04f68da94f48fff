"""One request through all processes: one trace, and one id in all log lines, rows, e-mails and webhooks."""

from pathlib import Path

import pytest

from apps.notifications.models import Announcement, Delivery
from delivery.ledger import task_state
from delivery.models import DeadLetter, OutboxMessage
from tests.broker import Broker
from tests.collector import Collector, ReceivedSpan, collecting
from tests.factories import add_entry, add_score, make_event, make_user
from tests.integration.telemetry.flow import Flow
from tests.mail_server import mail_server
from tests.processes import Processes, wait_until
from tests.receivers import Receiver, answer
from tests.task_states import count_states
from tests.webhooks import LOOPBACK, make_endpoint

TASK = "events.generate_event_ranking"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
CLIENTS_SPAN = "b7ad6b7169203331"


def test_one_trace_from_the_request_to_the_replay(
    processes: Processes, broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = make_user()
    event = make_event(owner=owner)
    OutboxMessage.objects.all().delete()  # the ranking that an event begins with
    mended = tmp_path / "mended"
    with collecting() as collector:
        flow = Flow(processes, {**collector.environment, "MENDED": str(mended)})
        flow.start("web", "relay", "dead-letters")
        flow.start_worker("tests.mended")
        status, document, headers = flow.request(
            "POST",
            f"/api/v1/events/{event.slug}/ranking/generate",
            owner,
            X_Request_ID="reported-by-ana.7",
            traceparent=f"00-{TRACE_ID}-{CLIENTS_SPAN}-01",
            tracestate="vendor=1",
        )
        assert (status, headers["X-Request-ID"]) == (202, "reported-by-ana.7")
        wait_until(DeadLetter.objects.exists, "the dead letter")
        letter = DeadLetter.objects.get()
        mended.touch()
        for name, value in collector.environment.items():
            monkeypatch.setenv(name, value)
        replay = processes.run_command("dead_letters", "replay", str(letter.pk), "--reason", "mended", "--yes")
        assert replay.returncode == 0, replay.stderr
        wait_until(lambda: state_of_replay(letter) == "succeeded", "the replay done")
        flow.stop()
    look_at_trace(collector)
    look_at_rows(letter)
    look_at_lines(flow, document["task_id"])


def state_of_replay(letter: DeadLetter) -> str:
    letter.refresh_from_db()
    assert letter.replayed_as is not None
    return task_state(letter.replayed_as).state


def look_at_trace(collector: Collector) -> None:
    request = only(collector, "POST /api/v1/events/<slug:slug>/ranking/generate")
    assert (request.kind, request.role, request.parent_id) == ("server", "web", CLIENTS_SPAN)
    assert request.attributes["http.response.status_code"] == 202
    first, again = collector.named(f"create {TASK}")
    assert (first.kind, first.parent_id) == ("producer", request.span_id)
    # What is sent and run has the span as its parent in which it was asked for.
    published, published_again = collector.named(f"publish {TASK}")
    assert (published.kind, published.role, published.parent_id) == ("client", "relay", first.span_id)
    tried, retried, replayed = collector.named(f"process {TASK}")
    for attempt in (tried, retried):
        assert (attempt.kind, attempt.role, attempt.parent_id) == ("consumer", "worker", first.span_id)
        assert attempt.is_error
        assert attempt.attributes["error.type"] == "RuntimeError"
    assert [one.attributes["placar.task.retries"] for one in (tried, retried, replayed)] == [0, 1, 0]
    assert [one.attributes["placar.task.state"] for one in (tried, retried, replayed)] == [
        "RETRY",
        "FAILURE",
        "SUCCESS",
    ]
    assert tried.events == ["retry"]
    dead = only(collector, f"take in dead {TASK}")
    assert (dead.kind, dead.role, dead.parent_id) == ("consumer", "dead-letters", first.span_id)
    replay = only(collector, f"replay {TASK}")
    assert (replay.parent_id, again.parent_id) == (first.span_id, replay.span_id)
    assert (published_again.parent_id, replayed.parent_id) == (again.span_id, again.span_id)
    assert not replayed.is_error
    spans = [request, first, again, published, published_again, tried, retried, replayed, dead, replay]
    assert {span.trace_id for span in spans} == {TRACE_ID}
    # By the conventions for messages, and the same in the whole trace.
    assert {span.attributes["messaging.destination.name"] for span in (published, tried)} == {"placar:events"}
    assert {span.attributes["messaging.message.id"] for span in (first, published, tried, dead)} == {
        first.attributes["messaging.message.id"]
    }


def look_at_rows(letter: DeadLetter) -> None:
    assert letter.correlation_id == "reported-by-ana.7"
    assert letter.headers["traceparent"].split("-")[1] == TRACE_ID
    assert letter.headers["tracestate"] == "vendor=1"
    asked_for = OutboxMessage.objects.filter(task_name=TASK)
    assert set(asked_for.values_list("correlation_id", flat=True)) == {"reported-by-ana.7"}


def look_at_lines(flow: Flow, task_id: str) -> None:
    of_request = {"correlation_id": "reported-by-ana.7"}
    (access,) = flow.lines("web", logger="placar.access", **of_request)
    assert (access["status"], access["trace_id"]) == (202, TRACE_ID)
    sent = flow.lines("relay", **of_request)
    assert {task["task_id"] for line in sent for task in line["tasks"]} >= {task_id}
    worker = flow.lines("worker", task_id=task_id, **of_request)
    assert [
        line["message"].split(" in ")[0].split(": ")[0] for line in worker if line["logger"] == "celery.app.trace"
    ] == [
        f"Task {TASK}[{task_id}] retry",
        f"Task {TASK}[{task_id}] raised unexpected",
    ]
    assert {line["trace_id"] for line in worker if "trace_id" in line} == {TRACE_ID}
    assert [line for line in worker if "received" in line["message"]]
    assert [line for line in worker if "RuntimeError" in line.get("exception", "")]
    assert flow.lines("dead-letters", **of_request)


def test_the_id_is_in_what_people_are_sent(processes: Processes, broker: Broker) -> None:
    """Two events are published by two requests; one run of each channel sends what is told of both."""
    owner = make_user()
    runners = [make_user(email=f"runner{number}@example.org") for number in range(2)]
    events = [make_event(owner=owner) for _ in runners]
    for event, runner in zip(events, runners, strict=True):
        add_entry(event, "1", user=runner)
        add_score(event, "1", "20:00")
    ids = {f"runner{number}@example.org": f"publish-{number}" for number in range(2)}
    with collecting() as collector, mail_server() as mail, Receiver(answer(204)) as receiver:
        for runner in runners:
            make_endpoint(runner, receiver.url)
        mail_settings = {"EMAIL_URL": f"smtp://127.0.0.1:{mail.port}", "DEFAULT_FROM_EMAIL": "placar@example.com"}
        flow = Flow(processes, {**collector.environment, **LOOPBACK, **mail_settings})
        flow.start("web", "relay", "worker")
        for number, event in enumerate(events):
            path = f"/api/v1/events/{event.slug}"
            assert flow.request("POST", f"{path}/close", owner)[0] == 200
            wait_until(lambda: set(count_states()) == {"succeeded"}, "the ranking")
            assert flow.request("POST", f"{path}/publish", owner, X_Request_ID=f"publish-{number}")[0] == 200
        wait_until(lambda: Delivery.objects.filter(state="sent").count() == 4, "two e-mails and two requests")
        flow.stop()
    assert {message["To"]: message["X-Correlation-ID"] for message in mail.messages()} == ids
    assert sorted(one.headers["x-correlation-id"] for one in receiver.requests) == ["publish-0", "publish-1"]
    assert {one.correlation_id for one in Announcement.objects.all()} == {"publish-0", "publish-1"}
    for correlation_id in ids.values():
        (request,) = (line for line in flow.lines("web", correlation_id=correlation_id) if "status" in line)
        sent = [line for line in flow.lines("worker", correlation_id=correlation_id) if "delivery" in line["message"]]
        assert len(sent) == 2
        assert {line["trace_id"] for line in sent} == {request["trace_id"]}
    # Each in the trace of its own request, and not in that of the run that sent it.
    emails = collector.named("send email")
    assert len({span.trace_id for span in emails}) == 2
    assert all(span.links for span in emails)


def only(collector: Collector, name: str) -> ReceivedSpan:
    (span,) = collector.named(name)
    return span
