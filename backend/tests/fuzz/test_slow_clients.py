"""More slow clients than threads: others are served meanwhile, and each of them is shown out."""

from contextlib import suppress

import requests

from tests.integration.security.test_web_server import PAGE, SLOW, slow_clients
from tests.processes import Processes
from tests.web_server import WebServer


def test_slow_clients_keep_nobody_waiting(processes: Processes) -> None:
    server = WebServer(processes, WEB_CONCURRENCY="1", WEB_THREADS="2")
    with slow_clients(server, 40) as crowd:
        for _ in range(30):
            assert requests.get(server.url + PAGE, timeout=60).status_code == 200
        # One of each kind: a connection that never becomes a request ends. Who had an answer reads it first.
        for kind, client in zip(SLOW, crowd, strict=False):
            client.settimeout(60)
            answer = b""
            with suppress(ConnectionResetError):
                while piece := client.recv(65536):
                    answer += piece
            assert (b"200 OK" in answer) == (kind == "kept connection"), (kind, answer[:100])
