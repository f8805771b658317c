"""What operators watch: lag, outbox, batches, freshness, duplicates, losses, dead letters."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """One registry a process. Labels are names of topics and codes, never data."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.handled = Counter(
            "bus_events_handled_total",
            "Events taken in",
            ["topic"],
            registry=self.registry,
        )
        self.duplicates = Counter(
            "bus_duplicates_total", "Events seen before and skipped", ["topic"],
            registry=self.registry,
        )  # fmt: skip
        self.lost = Counter(
            "bus_events_missing_total",
            "Numbers that never came: events lost on the way, a resync is due",
            ["topic"],
            registry=self.registry,
        )
        self.refused = Counter(
            "bus_events_refused_total", "Events parked in dead letters", ["topic", "code"],
            registry=self.registry,
        )  # fmt: skip
        self.failures = Counter(
            "bus_batch_failures_total", "Batches that will be tried again", ["kind"],
            registry=self.registry,
        )  # fmt: skip
        self.stopped = Gauge(
            "bus_intake_stopped", "1: an unknown error keeps this topic from going on", ["topic"],
            registry=self.registry,
        )  # fmt: skip
        self.unreadable = Gauge(
            "bus_partition_unreadable", "1: a partition of this topic cannot be decoded", ["topic"],
            registry=self.registry,
        )  # fmt: skip
        self.breaker = Gauge(
            "bus_breaker_open", "1: too much was refused, intake waits", ["topic"],
            registry=self.registry,
        )  # fmt: skip
        self.batch_size = Histogram(
            "bus_batch_size", "Events a transaction", buckets=(1, 10, 50, 100, 250, 500, 1000),
            registry=self.registry,
        )  # fmt: skip
        self.batch_seconds = Histogram(
            "bus_batch_seconds",
            "Time a batch takes",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.freshness = Gauge(
            "bus_freshness_seconds",
            "How old what is known of a topic may be: 0 when all is taken in",
            ["topic"],
            registry=self.registry,
        )
        self.latency = Gauge(
            "bus_latency_seconds", "Age of the newest event when it was taken in", ["topic"],
            registry=self.registry,
        )  # fmt: skip
        self.lag = Gauge(
            "bus_lag_events", "Events on the bus that are not taken in yet", ["topic"],
            registry=self.registry,
        )  # fmt: skip
        self.sent = Counter("outbox_sent_total", "Events sent", registry=self.registry)
        self.outbox_rows = Gauge(
            "outbox_rows",
            "Transactions whose events are not sent yet",
            registry=self.registry,
        )
        self.outbox_age = Gauge(
            "outbox_age_seconds", "Age of the oldest unsent row", registry=self.registry
        )
        self.relaying = Gauge(
            "outbox_relaying",
            "1: this instance sends for the service",
            registry=self.registry,
        )
        self.dead_letters = Gauge(
            "dead_letters_open",
            "Open dead letters, by why they were refused; without a code: behind a refused one",
            ["state", "code"],
            registry=self.registry,
        )
        self.ready = Gauge(
            "service_ready", "1: this part of the service works", ["part"], registry=self.registry
        )
        self.requests = Histogram(
            "http_request_seconds", "Requests by route", ["route", "method", "status"],
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self._known: dict[str, datetime] = {}

    def begin(self, topics: Iterable[str], now: datetime) -> None:
        """Show every topic from the start: an increase from nothing at all is none to Prometheus.

        Nothing is known of what waited before ``now``, so freshness is counted from then.
        """
        for topic in topics:
            for counter in (self.handled, self.duplicates, self.lost):
                counter.labels(topic)
            for gauge in (self.stopped, self.unreadable, self.breaker):
                gauge.labels(topic).set(0)
            self._known[topic] = now
        for kind in ("unknown", "breaker", "transient"):
            self.failures.labels(kind)

    def took_in(self, topic: str, time: datetime, now: datetime) -> None:
        """The newest event of a batch, of ``time``, was taken in."""
        self.latency.labels(topic).set(max((now - time).total_seconds(), 0))
        known = self._known.get(topic)
        # A sender's clock may be ahead; nobody knows more than there is.
        self._known[topic] = min(max(time, known) if known else time, now)

    def behind(self, lag: Mapping[str, int] | None, now: datetime) -> None:
        """What waits on the bus, by topic; ``None``: nobody could say. Brings freshness up to date:
        how long ago all was taken in, or else how old the newest is that was."""
        if lag is None:
            self.lag.clear()
        for topic in self._known:
            if lag is not None:
                self.lag.labels(topic).set(lag.get(topic, 0))
                if not lag.get(topic, 0):
                    self._known[topic] = now
            self.freshness.labels(topic).set((now - self._known[topic]).total_seconds())

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)
