"""The internal web server for Prometheus: /metrics, and /health/live of this process."""

import socket
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Server(ThreadingMixIn, WSGIServer):
    """A thread for each scrape, that ends with the process."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[WSGIRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)


class _Handler(WSGIRequestHandler):
    """Writes no line for each scrape, and waits for no silent client."""

    timeout = 10  # seconds

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name in the standard library)
        pass


def make_metrics_server(address: str, port: int, registry: CollectorRegistry) -> WSGIServer:
    """Listens already; `serve_forever` answers. Raises OSError where it cannot listen."""
    return make_server(address, port, _application(registry), _Server, _Handler)


def _application(registry: CollectorRegistry) -> Application:
    metrics = make_wsgi_app(registry)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            answer: Iterable[bytes] = metrics(environ, start_response)
            return answer
        status, body = ("200 OK", b"live\n") if path == "/health/live" else ("404 Not Found", b"there is /metrics\n")
        start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    return application
