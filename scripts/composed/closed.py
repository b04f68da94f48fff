"""What a production deployment must refuse."""

import http.client
import re
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from composed.deployment import Deployment
from composed.queues import WORKERS
from composed.report import must, wait_until
from composed.web import Web

# Process by process: its user. Read from inside, with nothing but a shell.
USERS = "for f in /proc/[0-9]*/status; do grep -s ^Uid: $f || true; done"
OURS = (
    *("backend", "relay", "dead-letters", "celery-beat", "flower", "metrics"),
    *WORKERS,
)
# What a user of the broker may not do, tried with its own credentials, in the container that has them.
TRY = """
import sys
from amqp.exceptions import AccessRefused
from config.celery import app
channel = app.connection_for_write().default_channel
try:
    channel.{attempt}
except AccessRefused:
    sys.exit(0)
sys.exit("it was allowed")
"""
# Four times as many as gunicorn has threads.
SLOW_CLIENTS = 64
# On any machine; who waits for a thread waits for as long as the slow ones hold theirs.
SOON_SECONDS = 20.0
FORBIDDEN = (
    ("celery-worker", "queue_delete('events.dead')"),
    ("celery-worker", "queue_purge('events.dead')"),
    ("celery-worker", "queue_declare('mine', durable=True)"),
    ("relay", "basic_get('events')"),
    ("relay", "queue_delete('events')"),
    ("dead-letters", "queue_delete('events.dead')"),
    ("dead-letters", "queue_delete('events')"),
    ("flower", "basic_get('events')"),
    ("flower", "queue_purge('events')"),
    ("metrics", "basic_get('events')"),
)
SCRAPE = (
    "from urllib.request import urlopen; print(urlopen('http://127.0.0.1:9100/metrics', timeout=10).read().decode())"
)
# Whoever has it may unsubscribe somebody: it stands in no log.
TOKEN = "token-of-the-check"


def check_doors(deployment: Deployment) -> None:
    """Nothing but the proxy can be reached from outside."""
    published = {
        container["Service"]
        for container in deployment.containers()
        for port in container["Publishers"] or []
        if port["PublishedPort"]
    }
    must(published == {"proxy"}, f"only the proxy is published, not {published}")


def check_processes(deployment: Deployment) -> None:
    """No process is root's, and ours find a file system that they cannot write to."""
    for service in (*OURS, "proxy", "rabbitmq", "postgres"):
        users = set(re.findall(r"^Uid:\s+(\d+)", deployment.execute(service, "sh", "-c", USERS), re.MULTILINE))
        must(users and "0" not in users, f"no process of {service} is root's: {users}")
    for service in (*OURS, "proxy"):
        must(deployment.fails(service, "touch", "/probe"), f"the file system of {service} is read-only")


def check_broker_users(deployment: Deployment) -> None:
    """There is no guest, and everybody may do what they do."""
    must(deployment.fails("rabbitmq", "rabbitmqctl", "authenticate_user", "guest", "guest"), "guest is refused")
    for service, attempt in FORBIDDEN:
        deployment.execute(service, "python", "-c", TRY.format(attempt=attempt))
    must(
        deployment.fails("backend", "python", "-c", "import socket; socket.create_connection(('rabbitmq', 5672), 3)"),
        "the web server has no way to the broker",
    )


def check_monitoring(deployment: Deployment) -> None:
    """The account of the metrics, which has no right to any queue, may ask whether the topology is as it should be."""
    wait_until(
        lambda: "placar_topology_differences 0.0" in deployment.execute("metrics", "python", "-c", SCRAPE),
        "the metrics tell that the topology does not differ",
    )


def check_access_log(deployment: Deployment, web: Web) -> None:
    """What is in an address and gives rights does not get into the log."""
    for path in (f"/unsubscribe/{TOKEN}/", f"/admin/login/?next=/&token={TOKEN}"):
        _status(web.site, web.authority, "GET", path)
    log = deployment.run("logs", "--no-color", "proxy").stdout
    must(log.count("[REDACTED]") >= 2, "the access log has the addresses without their tokens")
    must(TOKEN not in log, "the access log has no token")


def check_flower(deployment: Deployment, web: Web) -> None:
    """Nobody sees Flower without a log-in as staff, and nobody gets at what it leaves open; nor does it get at ours."""
    for secret in ("secret_key", "database_password", "email_url"):
        must(deployment.fails("flower", "cat", f"/run/secrets/{secret}"), f"Flower has no {secret}")
    must(
        deployment.fails("flower", "python", "-c", "import socket; socket.create_connection(('backend', 8000), 3)"),
        "Flower has no way to the web server",
    )
    authority = web.authority
    must(authority, "the proxy ends TLS")
    for method, path, status in (
        ("GET", "/flower/", 302),
        ("GET", "/flower/workers", 302),
        ("POST", "/flower/", 405),
        ("GET", "/flower/metrics", 404),
        ("GET", "/flower/healthcheck", 404),
        ("GET", "/flower/api/workers", 404),
        ("GET", "/metrics", 404),
    ):
        got = _status(web.site, authority, method, path)
        must(got == status, f"{method} {path} is answered with {got}, not {status}")


def check_settings(deployment: Deployment) -> None:
    """Django's own list for deployments, and ours, have nothing to say but that links would lead to localhost."""
    command = ("python", "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    deployment.execute("backend", *command, SITE_URL="https://placar.example.com")


def check_hostile_clients(web: Web) -> None:
    """Who sends slowly, or too much, keeps nobody else from being served."""
    slow = [_begin_request(web) for _ in range(SLOW_CLIENTS)]
    try:
        before, web.slowest = web.slowest, 0.0
        web.ask("events")
        must(web.slowest < SOON_SECONDS, f"{SLOW_CLIENTS} slow clients, and an answer in {web.slowest:.1f} s")
        web.slowest = max(before, web.slowest)
    finally:
        for connection in slow:
            connection.close()
    got = _status(web.site, web.authority, "POST", "/api/v1/token", b"x" * (4 << 20))
    must(got == 413, f"a body of 4 MiB is answered with {got}, not 413")


def _begin_request(web: Web) -> http.client.HTTPSConnection:
    """Sends the beginning of a body, and never the rest."""
    connection = _connect(web.site, web.authority)
    connection.putrequest("POST", "/api/v1/token")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", "1000")
    connection.endheaders(b'{"username": ')
    return connection


def _status(site: str, authority: Path | None, method: str, path: str, body: bytes | None = None) -> int:
    connection = _connect(site, authority)
    try:
        connection.request(method, path, body)
        return connection.getresponse().status
    finally:
        connection.close()


def _connect(site: str, authority: Path | None) -> http.client.HTTPSConnection:
    parts = urlsplit(site)
    tls = ssl.create_default_context(cafile=authority)
    return http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=30, context=tls)
