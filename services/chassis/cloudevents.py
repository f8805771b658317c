"""CloudEvents 1.0 in Kafka binary mode: attributes as headers, data as the value.

Headers carry no personal data. ``ce_sequence`` is the sender's number of the event on its topic
and shard, ``EPOCH.NUMBER``; upstream senders have none.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

CONTENT_TYPE = b"application/json"


class BadHeaders(Exception):
    """The record's headers are not a CloudEvent's; ``reason`` says what is wrong."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def write(
    event_id: UUID,
    type_: str,
    source: str,
    time: datetime,
    sequence: tuple[int, int],
    trace: str | None,
) -> tuple[tuple[str, bytes], ...]:
    """The headers of one event."""
    headers = [
        ("content-type", CONTENT_TYPE),
        ("ce_specversion", b"1.0"),
        ("ce_id", str(event_id).encode()),
        ("ce_type", type_.encode()),
        ("ce_source", source.encode()),
        ("ce_time", time.astimezone(UTC).isoformat().encode()),
        ("ce_sequence", b"%d.%d" % sequence),
    ]
    if trace:
        headers.append(("traceparent", trace.encode()))
    return tuple(headers)


class Attributes:
    """The attributes of one received record."""

    __slots__ = ("event_id", "sequence", "source", "time", "trace", "type")

    def __init__(self, headers: Mapping[str, str]) -> None:
        """Raise ``BadHeaders`` unless all that is required is there and well-formed."""
        if headers.get("ce_specversion") != "1.0":
            raise BadHeaders("ce_specversion is not 1.0")
        try:
            self.event_id = UUID(headers["ce_id"])
            self.type = headers["ce_type"]
            self.source = headers["ce_source"]
            self.time = datetime.fromisoformat(headers["ce_time"])
        except KeyError as missing:
            raise BadHeaders(f"header {missing.args[0]} is missing") from None
        except ValueError:
            raise BadHeaders("ce_id is no UUID or ce_time no RFC 3339 time") from None
        if self.time.tzinfo is None:
            raise BadHeaders("ce_time has no offset")
        self.trace = headers.get("traceparent")
        self.sequence: tuple[int, int] | None = None
        if (sequence := headers.get("ce_sequence")) is not None:
            epoch, _, number = sequence.partition(".")
            if not (epoch.isdecimal() and number.isdecimal()):
                raise BadHeaders("ce_sequence is not EPOCH.NUMBER")
            self.sequence = int(epoch), int(number)


def read_headers(headers: Sequence[tuple[str, bytes]]) -> dict[str, str]:
    """Kafka's headers as text; what is no UTF-8 is shown escaped, never dropped."""
    return {name: value.decode("utf-8", "backslashreplace") for name, value in headers}
