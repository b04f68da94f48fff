"""A collector that hangs or is away changes nothing of the work, and no process waits long for it."""

import json
import os
import socket
import subprocess
import sys
from collections import Counter
from typing import Any

from tests.collector import collecting
from tests.processes import BACKEND, PATIENCE_SECONDS
from tests.receivers import closed_port

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


def test_one_that_hangs_holds_up_neither_work_nor_end() -> None:
    """`make chaos` shows it of web, relay and worker."""
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and never answers
        messages = [line["message"] for line in work(silent.getsockname()[1])]
        # Spans were on their way: else this would show nothing.
        silent.settimeout(PATIENCE_SECONDS)
        silent.accept()[0].close()
    assert "done" in messages
    # Told instead of waiting for the library's own half minute, by the process and by its child.
    assert [message for message in messages if GIVEN_UP in message]


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
