"""TLS to the broker: a certificate of another host, or of nobody known, is refused."""

import socket
import ssl
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from tests.processes import BACKEND, PATIENCE_SECONDS, environment

CONNECT = "from config import celery_app; from delivery.broker import open_connection; open_connection()"


class Server:
    """Ends after the handshake: what is asked here is whether a client got so far."""

    def __init__(self, directory: Path, host: str) -> None:
        self.certificate, key = directory / "certificate.pem", directory / "key.pem"
        subject = ("-subj", "/CN=broker", "-addext", f"subjectAltName={host}")
        command = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key)
        subprocess.run([*command, "-out", self.certificate, *subject], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.handshakes = 0
        self._socket = context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True)
        self.port = self._socket.getsockname()[1]
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            with suppress(OSError):
                self._socket.accept()[0].close()
                self.handshakes += 1

    def connect(self, **more: str) -> str:
        """Connects a process of ours to 127.0.0.1; returns what it said."""
        url = f"amqps://guest:guest@127.0.0.1:{self.port}//"
        variables = environment() | {"CELERY_BROKER_URL": url, **more}
        command = [sys.executable, "-c", CONNECT]
        run = subprocess.run(
            command, cwd=BACKEND, env=variables, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
        return run.stderr


@pytest.mark.parametrize(
    ("host", "is_known", "said", "handshakes"),
    [
        ("IP:127.0.0.1", True, "", True),
        ("DNS:elsewhere", True, "IP address mismatch", False),
        ("IP:127.0.0.1", False, "self-signed certificate", False),
    ],
)
def test_the_brokers_certificate_must_be_of_its_host_and_known(
    tmp_path: Path, host: str, is_known: bool, said: str, handshakes: bool
) -> None:
    server = Server(tmp_path, host)
    output = server.connect(**({"BROKER_CA_FILE": str(server.certificate)} if is_known else {}))
    assert said in output
    assert bool(server.handshakes) == handshakes
