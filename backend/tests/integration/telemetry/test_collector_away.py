"""A collector that hangs or is away changes nothing of the work, and no process waits long for it."""

import socket

import pytest

from tests.broker import Broker
from tests.factories import make_event, make_user
from tests.integration.telemetry.flow import Flow
from tests.processes import Processes, wait_until
from tests.receivers import closed_port
from tests.task_states import count_states

REQUESTS = 5
GIVEN_UP = "some spans were not sent"


@pytest.mark.parametrize("how", ["hangs", "away"])
def test_work_goes_on_and_ends(processes: Processes, broker: Broker, how: str) -> None:
    owner = make_user()
    event = make_event(owner=owner)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and never answers
        port = silent.getsockname()[1] if how == "hangs" else closed_port()
        # A queue for two spans, so that it is full at once.
        small = {"OTEL_BSP_MAX_QUEUE_SIZE": "2", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1", "OTEL_BSP_SCHEDULE_DELAY": "10"}
        flow = Flow(processes, {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}", **small})
        flow.start("web", "relay", "worker")
        for _ in range(REQUESTS):
            status, _document, _headers = flow.request("POST", f"/api/v1/events/{event.slug}/ranking/generate", owner)
            assert status == 202
        wait_until(lambda: set(count_states()) == {"succeeded"}, "all tasks done")
        if how == "hangs":
            # Spans were on their way: else this would show nothing.
            silent.settimeout(60)
            silent.accept()[0].close()
        flow.stop()
    if how == "hangs":
        # None of them waits for the library's own half minute.
        assert {line["role"] for name in flow.running for line in flow.lines(name) if GIVEN_UP in line["message"]} == {
            "web",
            "relay",
            "worker",
        }
    complaints = [
        line for name in flow.running for line in flow.lines(name) if line["logger"].startswith("opentelemetry")
    ]
    # Each process tells of each thing once in a minute.
    told = [(line["role"], line["pid"], line["logger"], line["message"].split(" in ")[0]) for line in complaints]
    assert complaints
    assert len(told) == len(set(told))
