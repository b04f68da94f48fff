"""Spans of OpenTelemetry where it is configured. Else nothing happens here, and its library is not even imported."""

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any, Literal

Kind = Literal["server", "client", "producer", "consumer", "internal"]
# W3C's trace context (https://www.w3.org/TR/trace-context/) as a message or a row takes it along: the headers
# `traceparent` and, if there is one, `tracestate`.
Carrier = dict[str, str]
HEADERS = ("traceparent", "tracestate")
# No system has to keep more of a tracestate: the specification, 3.3.1.5.
LONGEST_STATE = 512
# How long a process waits at its end for what it has not sent yet.
END_SECONDS = 3.0


class Span:
    """What may be done with a span; done with this one, nothing happens."""

    def set(self, attributes: Mapping[str, Any]) -> None:
        """Add attributes. None is left out."""

    def rename(self, name: str) -> None:
        """Once it is known what it is about."""

    def link(self, carrier: Carrier | None) -> None:
        """To a span of another trace, or another place in this one."""

    def note(self, name: str, attributes: Mapping[str, Any]) -> None:
        """Something that happened meanwhile."""

    def fail(self, error_type: str, text: str = "") -> None:
        """It ended with an error."""


NO_SPAN = Span()
_NOTHING = nullcontext(NO_SPAN)


@cache
def is_on() -> bool:
    """Whether there is an address to send spans to, and nothing says that they are not wanted.

    https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
    """
    names = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    is_disabled = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    is_unwanted = os.environ.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower() == "none"
    return any(os.environ.get(name, "").strip() for name in names) and not is_disabled and not is_unwanted


def span(
    name: str,
    kind: Kind,
    attributes: Mapping[str, Any],
    *,
    parent: Carrier | None = None,
    links: Sequence[Carrier | None] = (),
) -> AbstractContextManager[Span]:
    """A span around a block, which is the current one within. An exception that leaves the block is its error.

    Its parent is the span that `parent` carries, else the current one, else none: it begins a trace.
    """
    if not is_on():
        return _NOTHING
    from telemetry import spans

    return spans.around(name, kind, attributes, parent, links)


def record(
    name: str,
    kind: Kind,
    attributes: Mapping[str, Any],
    *,
    parent: Carrier,
    seconds: tuple[float, float],
    error_type: str = "",
) -> None:
    """A span of what is over: from and to in seconds of the epoch."""
    if is_on():
        from telemetry import spans

        spans.record(name, kind, attributes, parent, seconds, error_type)


def carrier() -> Carrier | None:
    """The current span, for a row or a message; None if there is none."""
    if not is_on():
        return None
    from telemetry import spans

    return spans.current_carrier()


def carrier_in(headers: Mapping[str, Any] | None) -> Carrier | None:
    """What of a message's or a request's headers carries a span."""
    if not headers:
        return None
    found = {name: value for name in HEADERS if isinstance(value := headers.get(name), str)}
    if len(found.get("tracestate", "")) > LONGEST_STATE:
        del found["tracestate"]
    return found if "traceparent" in found else None


def current_ids() -> tuple[str, str] | None:
    """Ids of the current trace and span in hexadecimal, if there are any."""
    if not is_on():
        return None
    from telemetry import spans

    return spans.current_ids()


def prepare() -> None:
    """Import the library, if it will be used: before a process forks, so that its children need not."""
    if is_on():
        from telemetry import spans  # noqa: F401


def end() -> None:
    """Send what was not sent yet, for END_SECONDS at most. For processes that end without Python's own exit."""
    if is_on():
        from telemetry import spans

        spans.end()
