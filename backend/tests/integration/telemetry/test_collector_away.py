"""A collector that hangs or is away changes nothing of the work, and no process waits long for it."""

import json
import os
import socket
import subprocess
import sys
from collections import Counter
from typing import Any

from tests.broker import Broker
from tests.collector import collecting
from tests.factories import make_event, make_user
from tests.integration.telemetry.flow import Flow
from tests.processes import BACKEND, PATIENCE_SECONDS, Processes, wait_until
from tests.receivers import closed_port
from tests.task_states import count_states

REQUESTS = 5
GIVEN_UP = "some spans were not sent"
# Twenty spans, twenty more in a forked child while the parent's are on their way, and the usual end of each.
WORK = """
import logging.config, os, time
from telemetry import tracing
from telemetry.log_lines import logging_settings
logging.config.dictConfig(logging_settings("json", "INFO"))
def work():
    for number in range(20):
        with tracing.span("work", "internal", {}):
            time.sleep(0.01)
work()
if os.fork() == 0:
    work()
    tracing.end()
    os._exit(0)
os.wait()
logging.info("done")
"""


def work(port: int) -> list[dict[str, Any]]:
    """Does that with its spans sent to the port; returns its log lines."""
    environment = os.environ | {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
        "OTEL_BSP_SCHEDULE_DELAY": "50",
    }
    command = [sys.executable, "-c", WORK]
    run = subprocess.run(
        command, cwd=BACKEND, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
    )
    return [json.loads(line) for line in run.stderr.splitlines()]


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


def test_one_that_is_away_is_told_of_once() -> None:
    lines = work(closed_port())
    assert [line for line in lines if line["message"] == "done"]
    complaints = [line for line in lines if line["logger"].startswith("opentelemetry.")]
    told = [line["message"].split(" encountered")[0].split(" (")[0] for line in complaints]
    assert told
    assert len(told) == len(set(told))


def test_a_forked_process_sends_its_own() -> None:
    with collecting() as collector:
        work(collector.port)
    sent = Counter(span.resource["process.pid"] for span in collector.named("work"))
    assert list(sent.values()) == [20, 20]
    assert len({span.span_id for span in collector.spans}) == 40
