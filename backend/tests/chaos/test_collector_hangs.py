"""A collector of traces that hangs holds up no process of a deployment, neither at work nor at its end."""

import socket

from tests.broker import Broker
from tests.factories import make_event, make_user
from tests.integration.telemetry.flow import Flow
from tests.processes import PATIENCE_SECONDS, Processes, wait_until
from tests.task_states import count_states

REQUESTS = 5
GIVEN_UP = "some spans were not sent"


def test_one_that_hangs_holds_up_neither_work_nor_end(processes: Processes, broker: Broker) -> None:
    owner = make_user()
    event = make_event(owner=owner)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and never answers
        # A queue for two spans, so that it is full at once.
        small = {"OTEL_BSP_MAX_QUEUE_SIZE": "2", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1", "OTEL_BSP_SCHEDULE_DELAY": "10"}
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        flow = Flow(processes, {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, **small})
        flow.start("web", "relay", "worker")
        for _ in range(REQUESTS):
            status, _document, _headers = flow.request("POST", f"/api/v1/events/{event.slug}/ranking/generate", owner)
            assert status == 202
        wait_until(lambda: set(count_states()) == {"succeeded"}, "all tasks done")
        # Spans were on their way: else this would show nothing.
        silent.settimeout(PATIENCE_SECONDS)
        silent.accept()[0].close()
        flow.stop()
    given_up = [line for name in flow.running for line in flow.lines(name) if GIVEN_UP in line["message"]]
    # None of them has waited for the library's own half minute.
    assert {line["role"] for line in given_up} == {"web", "relay", "worker"}
    assert not [line for name in flow.running for line in flow.lines(name, level="CRITICAL")]
