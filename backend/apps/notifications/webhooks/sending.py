"""Sending webhooks: each try resolves, checks and connects anew, and ends at its deadline whatever is answered."""

import asyncio
from datetime import datetime

import aiohttp
from django.conf import settings
from django.utils import timezone

from apps.notifications.channels.base import Outcome, Outgoing, Result
from apps.notifications.webhooks.addresses import AddressRefused, UrlRefused, check_url
from apps.notifications.webhooks.answers import Answer, judge, printable, unanswered
from apps.notifications.webhooks.health import gone_if_it_fails_for_long
from apps.notifications.webhooks.requests import WebhookRequest, make_headers
from apps.notifications.webhooks.resolving import CheckedResolver, open_socket

# Of an answer no more is read, in bytes; more of them would only help who wants to hold us.
LONGEST_ANSWER = 64 * 1024
LONGEST_LINE = 8 * 1024
MOST_HEADERS = 100


class WebhookSender:
    """Has an event loop of its own; threads use it one after another."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._session: aiohttp.ClientSession | None = None

    def send(self, message: Outgoing) -> Result:
        """Try once. Returns within WEBHOOK_TIMEOUT_SECONDS, the time to resolve and to read included."""
        result = self._runner.run(self._send(message.content))
        return gone_if_it_fails_for_long(result, message.delivery)

    def close(self) -> None:
        """End the session and the loop."""
        if self._session is not None:
            self._runner.run(self._session.close())
            self._session = None
        self._runner.close()

    async def _send(self, request: WebhookRequest) -> Result:
        deadline = asyncio.get_running_loop().time() + settings.WEBHOOK_TIMEOUT_SECONDS
        try:
            answer = await self._ask(request, deadline)
        except UrlRefused as refusal:
            return Result(Outcome.FINAL, printable(f"the URL is refused: {refusal}"))
        except TimeoutError:
            return unanswered(f"no answer within {settings.WEBHOOK_TIMEOUT_SECONDS:g} s")
        except aiohttp.ClientError as error:
            return unanswered(_reason(error))
        return judge(answer, timezone.now())

    async def _ask(self, request: WebhookRequest, deadline: float) -> Answer:
        url = check_url(request.url)
        now: datetime = timezone.now()
        async with asyncio.timeout_at(deadline):
            response = await self._opened().post(
                url, data=request.body.encode(), headers=make_headers(request, now), allow_redirects=False
            )
        try:
            return Answer(
                status=response.status,
                retry_after=response.headers.get("Retry-After", ""),
                location=response.headers.get("Location", ""),
                text=await _beginning(response, deadline),
            )
        finally:
            response.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=CheckedResolver(),
                socket_factory=open_socket,
                use_dns_cache=False,
                force_close=True,  # a connection that was kept would go to an address that was checked long ago
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),  # the deadline is ours
                auto_decompress=False,
                trust_env=False,  # no proxy: that would resolve for us
                max_line_size=LONGEST_LINE,
                max_field_size=LONGEST_LINE,
                max_headers=MOST_HEADERS,
            )
        return self._session


async def _beginning(response: aiohttp.ClientResponse, deadline: float) -> str:
    """What comes of the body until the deadline, and no more than LONGEST_ANSWER of it."""
    read = b""
    try:
        async with asyncio.timeout_at(deadline):
            while len(read) < LONGEST_ANSWER and (chunk := await response.content.read(LONGEST_ANSWER - len(read))):
                read += chunk
    except (TimeoutError, aiohttp.ClientError):
        pass  # the status is known, and it decides
    return read.decode(errors="replace")


def _reason(error: aiohttp.ClientError) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"its certificate is not accepted: {error.certificate_error}"
    if isinstance(error, aiohttp.ClientConnectorError):
        if isinstance(error.os_error, AddressRefused):
            return f"the address is refused: {error.os_error}"
        doing = "found" if isinstance(error, aiohttp.ClientConnectorDNSError) else "reached"
        return f"{error.host} cannot be {doing}: {error.os_error.strerror or error.os_error}"
    if isinstance(error, aiohttp.ClientResponseError):
        return f"its answer cannot be read: {error.message}"
    return f"{type(error).__name__}: {error}"
