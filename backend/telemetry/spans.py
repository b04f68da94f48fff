"""The use of OpenTelemetry's library, imported where it is configured only (telemetry.tracing).

Each process has a provider of its own, made with its first span: a queue and a thread that sends, which do not survive
a fork. What ends a span puts it into the queue and goes on; a full queue loses it. So a collector that is slow, hangs
or is away costs spans and nothing else.
"""

import atexit
import logging
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from telemetry import tracing
from telemetry.roles import role
from telemetry.tracing import Carrier, Kind

logger = logging.getLogger(__name__)

KINDS = {kind.name.lower(): kind for kind in trace.SpanKind}
# The one W3C standard that is kept in rows; baggage is whatever a client writes.
_PROPAGATOR = TraceContextTextMapPropagator()
_lock = threading.Lock()
_provider: TracerProvider | None = None


class LiveSpan(tracing.Span):
    """A span of the library."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def set(self, attributes: Mapping[str, Any]) -> None:
        self._span.set_attributes(_present(attributes))

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def link(self, carrier: Carrier | None) -> None:
        if linked := _span_context(carrier):
            self._span.add_link(linked)

    def note(self, name: str, attributes: Mapping[str, Any]) -> None:
        self._span.add_event(name, _present(attributes))

    def fail(self, error_type: str, text: str = "") -> None:
        self._span.set_attribute("error.type", error_type)
        self._span.set_status(trace.StatusCode.ERROR, text or None)


@contextmanager
def around(
    name: str, kind: Kind, attributes: Mapping[str, Any], parent: Carrier | None, links: Sequence[Carrier | None]
) -> Iterator[tracing.Span]:
    """See tracing.span."""
    linked = [trace.Link(found) for one in links if (found := _span_context(one))]
    span = _tracer().start_span(name, _context(parent), kind=KINDS[kind], attributes=_present(attributes), links=linked)
    live, token = LiveSpan(span), context.attach(trace.set_span_in_context(span))
    try:
        yield live
    except BaseException as error:
        live.fail(type(error).__name__)
        raise
    finally:
        context.detach(token)
        span.end()


def record(
    name: str,
    kind: Kind,
    attributes: Mapping[str, Any],
    parent: Carrier,
    seconds: tuple[float, float],
    error_type: str,
) -> None:
    """See tracing.record."""
    begun, ended = (int(moment * 1e9) for moment in seconds)
    span = _tracer().start_span(
        name, _context(parent), kind=KINDS[kind], attributes=_present(attributes), start_time=begun
    )
    if error_type:
        LiveSpan(span).fail(error_type)
    span.end(ended)


def current_carrier() -> Carrier | None:
    """See tracing.carrier."""
    found: Carrier = {}
    _PROPAGATOR.inject(found)
    return tracing.carrier_in(found)


def current_ids() -> tuple[str, str] | None:
    """See tracing.current_ids."""
    found = trace.get_current_span().get_span_context()
    return (f"{found.trace_id:032x}", f"{found.span_id:016x}") if found.is_valid else None


def end() -> None:
    """See tracing.end."""
    global _provider
    with _lock:
        provider, _provider = _provider, None
    if provider is not None:
        # In a thread: the library itself would wait for half a minute. What hangs is left behind.
        ending = threading.Thread(target=provider.shutdown, name="tracing-end", daemon=True)
        ending.start()
        ending.join(tracing.END_SECONDS)
        if ending.is_alive():
            logger.warning("some spans were not sent: no answer within %g s", tracing.END_SECONDS)


def _tracer() -> trace.Tracer:
    global _provider
    if (provider := _provider) is None:
        with _lock:
            provider = _provider = _provider or _make_provider()
    return provider.get_tracer("placar")


def _make_provider() -> TracerProvider:
    """Sampler, limits, address, headers, queue and pace are set by OTEL_*, which the library reads."""
    attributes: dict[str, Any] = {"placar.role": role(), "process.pid": os.getpid()}
    if "service.name" not in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", ""):
        attributes["service.name"] = os.environ.get("OTEL_SERVICE_NAME") or "placar"
    provider = TracerProvider(resource=Resource.create(attributes), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _forget() -> None:
    """In a child: its parent's thread is not there, and its connection must not be used by two."""
    global _provider, _lock
    _provider, _lock = None, threading.Lock()


def _context(parent: Carrier | None) -> context.Context | None:
    """None: the current one."""
    if parent is None:
        return None
    return _PROPAGATOR.extract(parent, context=context.Context())


def _span_context(carrier: Carrier | None) -> trace.SpanContext | None:
    if carrier is None:
        return None
    found = trace.get_current_span(_PROPAGATOR.extract(carrier, context=context.Context())).get_span_context()
    return found if found.is_valid else None


def _present(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}


os.register_at_fork(after_in_child=_forget)
atexit.register(end)
