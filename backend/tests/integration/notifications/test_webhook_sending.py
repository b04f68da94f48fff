"""One try to send, at receivers of every sort: real servers on 127.0.0.1, which the settings allow here."""

import gzip
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from aiohttp import connector
from pytest_django import Settings
from yarl import URL

from apps.notifications.channels.base import Outcome, Outgoing, Result
from apps.notifications.models import Delivery, Lane
from apps.notifications.webhooks import sending
from apps.notifications.webhooks.requests import WebhookRequest
from apps.notifications.webhooks.sending import LONGEST_ANSWER, WebhookSender
from tests import receivers
from tests.receivers import Receiver, answer, closed_port

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    settings.WEBHOOK_ALLOW_HTTP, settings.WEBHOOK_PORTS = True, []


@pytest.fixture
def sender() -> Iterator[WebhookSender]:
    sender = WebhookSender()
    yield sender
    sender.close()


def send(sender: WebhookSender, url: str) -> Result:
    request = WebhookRequest(url, "msg_1", '{"a":"é"}', SECRET, "", None)
    return sender.send(Outgoing(Delivery(lane=Lane()), request))


def test_what_is_sent(sender: WebhookSender) -> None:
    with Receiver(answer(200, b"thanks", Set_Cookie="a=b")) as receiver:
        assert send(sender, receiver.url) == Result(Outcome.SENT, "200 OK: thanks")
        send(sender, f"{receiver.url}?key=%2B%20")
    first, second = receiver.requests
    assert first.body == '{"a":"é"}'
    kept = {name: first.headers.get(name) for name in ("content-type", "accept-encoding", "webhook-id", "user-agent")}
    assert kept == {
        "content-type": "application/json",
        "accept-encoding": "identity",
        "webhook-id": "msg_1",
        "user-agent": "Placar-Webhooks/1",
    }
    assert first.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert second.path == "/hook?key=%2B%20"
    assert "cookie" not in second.headers


def test_no_redirect_is_followed(sender: WebhookSender) -> None:
    with Receiver(answer(200)) as trap:
        for status in (301, 302, 303, 307, 308):
            with Receiver(answer(status, Location=trap.url)) as receiver:
                result = send(sender, receiver.url)
            assert result.outcome == Outcome.FINAL
            assert result.answer.endswith(f"redirects are not followed; it points to {trap.url}")
        assert trap.connections == 0


def test_no_proxy_is_asked(sender: WebhookSender, monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver(answer(200)) as proxy, Receiver(answer(204)) as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert send(sender, receiver.url).answer == "204 No Content"
        assert proxy.connections == 0


@pytest.mark.parametrize("status", [200, 500])
def test_of_an_endless_body_a_little_is_read(sender: WebhookSender, status: int) -> None:
    with Receiver(receivers.endless_body(status)) as receiver:
        result = send(sender, receiver.url)
        assert result.outcome == (Outcome.SENT if status == 200 else Outcome.RETRY)
        # The connection is closed: whoever sends into it notices. What it sent lay in buffers.
        wait_for_end(receiver)
    assert len(result.answer) <= 500
    assert receiver.bytes_sent < 1000 * LONGEST_ANSWER


def wait_for_end(receiver: Receiver) -> None:
    """Return once nothing more can be sent."""
    before = -1
    while receiver.bytes_sent != before:
        before = receiver.bytes_sent
        time.sleep(0.2)


def test_what_is_compressed_stays_so(sender: WebhookSender) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    with Receiver(answer(500, bomb, Content_Encoding="gzip")) as receiver:
        result = send(sender, receiver.url)
    assert result.outcome == Outcome.RETRY
    assert "000" not in result.answer


@pytest.mark.parametrize(
    "start", [b"HTTP/1.1 200 OK\r\n\r\nhel", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"HT"]
)
def test_a_connection_is_closed_at_the_end_of_the_try(sender: WebhookSender, settings: Settings, start: bytes) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.3
    with Receiver(receivers.until_closed(start)) as receiver:
        send(sender, receiver.url)
        # And not only when the sender has something else to send.
        assert receiver.is_over.wait(30)


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (receivers.hang, "no answer within 0.5 s"),
        (receivers.drip_header, "no answer within 0.5 s"),
        (receivers.drip(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-Slow: "), "no answer within 0.5 s"),
        (receivers.reset, ""),
        (receivers.silent_close, "ServerDisconnectedError"),
        (receivers.endless_headers, "its answer cannot be read"),
        (receivers.raw(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n"), "its answer cannot be read"),
        (receivers.raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "its answer cannot be read"),
        (receivers.raw(b"HTTP/1.1 abc\r\n\r\n"), "its answer cannot be read"),
    ],
)
def test_who_does_not_answer_as_one_should_is_blamed(
    sender: WebhookSender, settings: Settings, behaviour: Any, said: str
) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.5
    with Receiver(behaviour) as receiver:
        result = send(sender, receiver.url)
        assert (result.outcome, result.blames_lane, result.is_gone) == (Outcome.RETRY, True, False), result
        assert said in result.answer
        # And the next message by the same sender is none the worse for it.
        with Receiver(answer(204)) as healthy:
            assert send(sender, healthy.url).outcome == Outcome.SENT


def test_the_status_counts_though_the_body_drips(sender: WebhookSender, settings: Settings) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.5
    with Receiver(receivers.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhel")) as receiver:
        result = send(sender, receiver.url)
    assert result.outcome == Outcome.SENT
    with Receiver(receivers.raw(b"HTTP/1.1 204 OK\r\nContent-Length: 9\r\n\r\n")) as receiver:
        assert send(sender, receiver.url).outcome == Outcome.SENT


def test_who_cannot_be_reached_or_found(sender: WebhookSender) -> None:
    closed = send(sender, f"http://127.0.0.1:{closed_port()}/")
    assert (closed.outcome, closed.blames_lane) == (Outcome.RETRY, True)
    assert "127.0.0.1 cannot be reached: Connect call failed" in closed.answer
    for host in ("no-such-host.invalid", "x" * 64 + ".invalid", f"{'a.' * 130}invalid"):
        unknown = send(sender, f"http://{host}/")
        assert (unknown.outcome, unknown.blames_lane) == (Outcome.RETRY, True)
        assert "cannot be found" in unknown.answer, unknown


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"]
)
def test_what_is_refused_is_not_even_connected_to(sender: WebhookSender, settings: Settings, host: str) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    with Receiver(answer(200)) as receiver:
        result = send(sender, f"http://{host}:{receiver.port}/")
        assert receiver.connections == 0
    # A name may resolve to something else in a moment; a literal address does not change.
    assert result.outcome == (Outcome.RETRY if host == "localhost" else Outcome.FINAL), result
    assert "refused" in result.answer


def test_the_last_look_is_at_what_is_connected_to(
    sender: WebhookSender, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were a URL read otherwise by us than by the library."""
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    monkeypatch.setattr(sending, "check_url", URL)
    with Receiver(answer(200)) as receiver:
        result = send(sender, receiver.url)
        assert receiver.connections == 0
    assert "the address is refused: 127.0.0.1 has an address that is not on the public internet" in result.answer


def test_the_address_is_looked_at_at_each_try(sender: WebhookSender, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the name resolves to what is allowed, then to something else."""
    resolve = socket.getaddrinfo

    answers = iter(["127.0.0.1", "10.0.0.1", "127.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **more: resolve(next(answers), *rest, **more))
    with Receiver(answer(204)) as receiver:
        url = f"http://rebinding.example:{receiver.port}/"
        results = [send(sender, url) for _ in range(3)]
        assert receiver.connections == 2
    assert [one.outcome for one in results] == [Outcome.SENT, Outcome.RETRY, Outcome.SENT]
    assert "rebinding.example has an address that is not on the public internet" in results[1].answer
    assert receiver.requests[0].headers["host"] == f"rebinding.example:{receiver.port}"


def test_a_name_server_that_hangs_holds_nothing_up(
    sender: WebhookSender, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.3
    resolve = socket.getaddrinfo
    with Receiver(receivers.hang) as name_server:

        def hanging(host: str, *args: Any, **options: Any) -> Any:
            if host == "hanging.example":
                name_server.is_over.wait()
            return resolve(host, *args, **options)

        monkeypatch.setattr(socket, "getaddrinfo", hanging)
        assert send(sender, "http://hanging.example/").answer == "no answer within 0.3 s"
        sender.close()  # returns though the lookup still hangs
        assert not name_server.is_over.is_set()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of localhost, with its key."""
    file, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    file.write_text(file.read_text() + key.read_text())
    return file


def test_a_certificate_must_be_known_and_of_the_host(
    sender: WebhookSender, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    behaviour = receivers.until_closed(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    with Receiver(behaviour, lambda connection: context.wrap_socket(connection, server_side=True)) as receiver:
        url = f"https://localhost:{receiver.port}/"
        unknown = send(sender, url)
        assert (unknown.outcome, unknown.blames_lane) == (Outcome.RETRY, True)
        assert "its certificate is not accepted" in unknown.answer
        # As if one of the authorities that the system knows had made it.
        monkeypatch.setattr(connector, "_SSL_CONTEXT_VERIFIED", ssl.create_default_context(cafile=str(certificate)))
        assert "its certificate is not accepted" in send(sender, url.replace("localhost", "127.0.0.1")).answer
        assert receiver.requests == []
        assert send(sender, url).outcome == Outcome.SENT
        assert receiver.is_over.wait(30), "the connection is closed"
