"""The session's services by TLS. Their certificates are of 127.0.0.1, and other names lead there as well.

(Kombu makes 127.0.0.1 of localhost by itself, so for AMQP it is another number.)
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

RIGHT, WRONG, WRONG_BUT_FOR_AMQP = "127.0.0.1", "127.0.0.2", "localhost"


def services() -> tuple[Path, dict[str, Any]]:
    """Where the session's services live, and what is told of them there."""
    directory = Path(os.environ.get("PLACAR_SERVICES_DIR") or pytest.fail("needs services of its own: `make test`"))
    state = json.loads((directory / "state.json").read_text())
    if state["mode"] != "processes":
        pytest.skip("containers have no certificate here")
    return directory, state


class TlsBroker:
    """The session's RabbitMQ by TLS."""

    def __init__(self) -> None:
        directory, state = services()
        self._ports = state["nodes"][0]
        self.authority = str(directory / "broker-1" / "certificate.pem")

    def by(self, name: str, *, known: bool = True) -> dict[str, str]:
        """The environment of a process that asks for it by that name; the management API is at one address only."""
        management = RIGHT if name == WRONG else name
        return {
            "CELERY_BROKER_URL": f"amqps://guest:guest@{name}:{self._ports['amqp_tls']}/placar",
            "BROKER_MANAGEMENT_URL": f"https://guest:guest@{management}:{self._ports['management_tls']}",
            "BROKER_CA_FILE": self.authority if known else "",
        }
