"""Placar as a client on the network sees it."""

import json
import ssl
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from composed.report import CheckFailed


class Web:
    """One site, and the account by which it is asked."""

    def __init__(self, site: str, account: str, password: str, *, authority: Path | None = None) -> None:
        """`authority`: the certificate by which the site's is verified, where the system does not know it."""
        self.site, self.account, self.password, self.authority = site, account, password, authority
        self._tls = ssl.create_default_context(cafile=authority) if authority else None
        self._token = ""
        self.slowest = 0.0  # seconds, of any request yet

    def log_in(self) -> None:
        form = urlencode({"username": self.account, "password": self.password}).encode()
        self._token = json.loads(self._send(urllib.request.Request(f"{self.site}/api/v1/token", form)))["token"]

    def ask(self, path: str, document: Any = None, *, method: str | None = None, key: str = "") -> Any:
        """The API's answer. Raises CheckFailed when it is an error."""
        return json.loads(self.text(path, document, method=method, key=key))

    def text(self, path: str, document: Any = None, *, method: str | None = None, key: str = "") -> str:
        """The same, as it is. A request with a document is a POST; `key` names it, so that it counts once."""
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        if self._token:
            headers["Authorization"] = f"Token {self._token}"
        body = None if document is None else json.dumps(document).encode()
        return self._send(urllib.request.Request(f"{self.site}/api/v1/{path}", body, headers, method=method))

    def _send(self, request: urllib.request.Request) -> str:
        began = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=60, context=self._tls) as response:
                return str(response.read().decode())
        except urllib.error.HTTPError as error:
            raise CheckFailed(f"{request.full_url}: {error.code} {error.read().decode()[:500]}") from error
        except OSError as error:
            raise CheckFailed(f"{request.full_url}: {error}") from error
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)
