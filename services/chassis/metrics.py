"""What operators watch: lag, outbox, batches, freshness, duplicates, losses, dead letters."""

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
            "bus_freshness_seconds", "Age of the newest event when it was taken in", ["topic"],
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
            "dead_letters_open", "Open dead letters", ["state"], registry=self.registry
        )
        self.requests = Histogram(
            "http_request_seconds", "Requests by route", ["route", "method", "status"],
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)
