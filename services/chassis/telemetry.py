"""Traces: one from the upstream event to the medium, across every outbox.

Spans exist for sampled traces only: an unsampled event costs nothing. All spans are made here, and
what is not on the allow-list never gets into one: no personal data, keys or URLs (promise 10).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from services.chassis.settings import ServiceSettings

ALLOWED = frozenset(
    {
        "topic",
        "shard",
        "event.type",
        "batch.size",
        "http.route",
        "http.method",
        "http.status",
        "peer",
        "error.code",
        "error.type",
        "item.kind",
        "count",
        "outcome",
    }
)
"""Attribute names that may be on a span. All are codes, names of the house's own, or counts."""

Attribute = str | int | bool

_propagator = TraceContextTextMapPropagator()
_SAMPLED = tuple("13579bdf")  # the lowest bit of the flags; others are set by newer senders


class NotAllowed(Exception):
    """An attribute that is not on the allow-list; found by tests, never in production data."""


class AllowListExporter(SpanExporter):
    """The last gate: drops spans' foreign attributes and all span events before they leave."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._inner.export([_clean(span) for span in spans])

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)


def _clean(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={k: v for k, v in (span.attributes or {}).items() if k in ALLOWED},
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


class Tracing:
    """The process's tracer; made by the service, closed with it."""

    def __init__(self, settings: ServiceSettings, exporter: SpanExporter | None = None) -> None:
        self._provider = TracerProvider(
            resource=Resource({"service.name": settings.service}),
            sampler=ParentBased(TraceIdRatioBased(settings.trace_percent / 100)),
        )
        exporter = exporter or _exporter(settings)
        if exporter is not None:
            self._provider.add_span_processor(
                BatchSpanProcessor(AllowListExporter(exporter), schedule_delay_millis=1_000)
            )
        self._tracer = self._provider.get_tracer("nenkin")

    def close(self) -> None:
        self._provider.shutdown()

    def start(
        self,
        name: str,
        *,
        parent: str | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        links: Sequence[str] = (),
        attributes: Mapping[str, Attribute] | None = None,
    ) -> Span:
        """A span that the caller ends. ``parent`` and ``links`` are traceparents."""
        if attributes and (foreign := attributes.keys() - ALLOWED):
            raise NotAllowed(f"span attributes not on the allow-list: {sorted(foreign)}")
        context = _propagator.extract({"traceparent": parent}) if parent else None
        return self._tracer.start_span(
            name,
            context=context,
            kind=kind,
            links=[link for link in map(_link, links) if link],
            attributes=dict(attributes) if attributes else None,
        )

    @contextmanager
    def span(
        self,
        name: str,
        *,
        parent: str | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        links: Sequence[str] = (),
        attributes: Mapping[str, Attribute] | None = None,
    ) -> Iterator[Span]:
        """A span around a block; an error shows as its type, never its message."""
        span = self.start(name, parent=parent, kind=kind, links=links, attributes=attributes)
        with trace.use_span(
            span,
            end_on_exit=True,
            record_exception=False,
            set_status_on_exception=False,
        ):
            try:
                yield span
            except BaseException as error:
                span.set_status(StatusCode.ERROR)
                span.set_attribute("error.type", type(error).__name__)
                raise

    def hop(
        self, name: str, parent: str | None, attributes: Mapping[str, Attribute]
    ) -> Span | None:
        """A span for one event's stay in this service, if its trace is sampled."""
        if not is_sampled(parent):
            return None
        return self.start(name, parent=parent, kind=SpanKind.CONSUMER, attributes=attributes)


def is_sampled(traceparent: str | None) -> bool:
    """Whether this trace is being recorded."""
    return traceparent is not None and traceparent.endswith(_SAMPLED)


def traceparent_of(span: Span) -> str | None:
    """The W3C traceparent of a span."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier, trace.set_span_in_context(span))
    return carrier.get("traceparent")


def current_trace() -> str | None:
    """The traceparent of the span under way, if any."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


def current_trace_id() -> str | None:
    """The trace id of the span under way, for logs and problems."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def _link(traceparent: str) -> Link | None:
    context = trace.get_current_span(
        _propagator.extract({"traceparent": traceparent})
    ).get_span_context()
    return Link(context) if context.is_valid else None


def _exporter(settings: ServiceSettings) -> SpanExporter | None:
    # Each with an HTTP client of its own, a tenth of what a service imports: only what is used.
    if settings.trace_exporter == "zipkin":
        from opentelemetry.exporter.zipkin.json import ZipkinExporter

        return ZipkinExporter(endpoint=settings.trace_endpoint, timeout=5)
    if settings.trace_exporter == "otlp":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter(endpoint=settings.trace_endpoint, timeout=5)
    return None
