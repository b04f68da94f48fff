"""RabbitMQ's management API: what AMQP cannot ask, and the policies."""

import http.client
import json
import ssl
import urllib.error
import urllib.request
from base64 import b64encode
from functools import cache
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from celery import current_app
from django.conf import settings

from delivery.broker import BrokerUnavailable

TIMEOUT_SECONDS = 10.0


class NotAllowed(BrokerUnavailable):
    """The user of BROKER_MANAGEMENT_URL lacks the right for this."""


class ManagementApi:
    """The objects of our virtual host. Every call raises BrokerUnavailable when there is no answer, or a refusal:
    NotAllowed where another user would be answered.
    """

    def __init__(self) -> None:
        self._nodes = [_Node(url.strip()) for url in settings.BROKER_MANAGEMENT_URL.split(";")]
        self._virtual_host = quote(current_app.connection_for_write().virtual_host, safe="")

    def get(self, kind: str) -> list[dict[str, Any]]:
        """All `queues`, `exchanges`, `bindings` or `policies` of the virtual host."""
        answer: list[dict[str, Any]] = self._ask("GET", f"{kind}/{self._virtual_host}")
        return answer

    def nodes(self) -> list[dict[str, Any]]:
        """All nodes of the cluster, with their alarms. Refused to users without the tag `monitoring`."""
        answer: list[dict[str, Any]] = self._ask("GET", "nodes")
        return answer

    def set_policy(self, name: str, policy: dict[str, Any]) -> None:
        """Make the policy what is given, whether it was there or not."""
        self._ask("PUT", f"policies/{self._virtual_host}/{quote(name, safe='')}", policy)

    def delete_policy(self, name: str) -> None:
        """Remove a policy that is there."""
        self._ask("DELETE", f"policies/{self._virtual_host}/{quote(name, safe='')}")

    def _ask(self, method: str, path: str, document: Any = None) -> Any:
        """Of the first node that answers: each knows the whole cluster."""
        silent: list[str] = []
        for node in self._nodes:
            try:
                return node.ask(method, path, document)
            except (OSError, http.client.HTTPException) as error:
                silent.append(f"{node.url} ({error})")
        raise BrokerUnavailable(f"no management API at {', '.join(silent)}: BROKER_MANAGEMENT_URL")


@cache
def _verifying(authorities: str | None) -> ssl.SSLContext:
    """What asks whose certificate it is: of the URL's host, and of the file's authorities or the system's.

    Once: to read the system's takes longer than an answer.
    """
    return ssl.create_default_context(cafile=authorities)


class _Node:
    """One address of BROKER_MANAGEMENT_URL."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            raise BrokerUnavailable("BROKER_MANAGEMENT_URL must be set, as in http://USER:PASSWORD@HOST:15672")
        address = parts.hostname or ""
        self.url = urlunsplit((parts.scheme, f"{address}:{parts.port}" if parts.port else address, parts.path, "", ""))
        user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        self._authorization = f"Basic {b64encode(user.encode()).decode()}"
        self._tls = _verifying(settings.BROKER_CA_FILE) if parts.scheme == "https" else None

    def ask(self, method: str, path: str, document: Any) -> Any:
        """Raises OSError or HTTPException when there is no whole answer, BrokerUnavailable when it is a refusal."""
        headers = {"Authorization": self._authorization, "Content-Type": "application/json"}
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(f"{self.url}/api/{path}", body, headers, method=method)  # noqa: S310 (of the settings)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS, context=self._tls) as response:  # noqa: S310
                content = response.read()
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace").strip()
            refusal = NotAllowed if error.code in (401, 403) else BrokerUnavailable
            raise refusal(f"{self.url} (BROKER_MANAGEMENT_URL): {method} {path}: {error.code} {text}") from error
        return json.loads(content) if content else None
