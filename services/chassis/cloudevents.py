"""CloudEvents 1.0 in Kafka binary mode: attributes as headers, data as the value.

Headers carry no personal data. ``ce_sequence`` is the sender's number of the event on its topic
and shard, ``EPOCH.NUMBER``; upstream senders have none.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from services.chassis.ids import read_id
from services.chassis.packing import Headers, pack_headers

CONTENT_TYPE = b"application/json"
_YEARS = range(2000, 2200)
_TRACE = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_SEQUENCE = re.compile(r"([0-9]{1,9})\.([0-9]{1,18})")


class BadHeaders(Exception):
    """The record's headers are not a CloudEvent's; ``reason`` says what is wrong."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_CONTENT_TYPE = ("content-type", CONTENT_TYPE)
_SPEC_VERSION = ("ce_specversion", b"1.0")


def writer(
    source: str, time: datetime, epoch: int
) -> Callable[[UUID, str, int, str | None], tuple[Headers, bytes]]:
    """What writes the headers of a sender's events of one moment, and packs them.

    The writer takes an event's id, its type, its number on its topic and shard, and its trace.
    What all events of a type have in common is packed once. Raises ``ValueError`` for a trace that
    holds NUL.
    """
    of_source = ("ce_source", source.encode())
    of_time = ("ce_time", time.astimezone(UTC).isoformat().encode())
    common: dict[str, tuple[Headers, bytes]] = {}

    def headers(
        event_id: UUID, type_: str, number: int, trace: str | None
    ) -> tuple[Headers, bytes]:
        if (known := common.get(type_)) is None:
            of_type = ("ce_type", type_.encode())
            of_all: Headers = (_CONTENT_TYPE, _SPEC_VERSION, of_type, of_source, of_time)
            known = common[type_] = of_all, pack_headers(of_all)
        shared, packed = known
        of_id, of_number = str(event_id).encode(), b"%d.%d" % (epoch, number)
        written = (*shared, ("ce_id", of_id), ("ce_sequence", of_number))
        packed = b"%b\0ce_id\0%b\0ce_sequence\0%b" % (packed, of_id, of_number)
        if not trace:
            return written, packed
        of_trace = (("traceparent", trace.encode()),)
        return written + of_trace, b"%b\0%b" % (packed, pack_headers(of_trace))

    return headers


def write(
    event_id: UUID,
    type_: str,
    source: str,
    time: datetime,
    sequence: tuple[int, int],
    trace: str | None,
) -> Headers:
    """The headers of one event."""
    epoch, number = sequence
    return writer(source, time, epoch)(event_id, type_, number, trace)[0]


# All that leaves a service in one transaction has one time.
_read_time: Final = lru_cache(maxsize=256)(datetime.fromisoformat)


class Attributes:
    """The attributes of one received record."""

    __slots__ = ("event_id", "sequence", "source", "time", "trace", "type")

    def __init__(self, headers: Mapping[str, str]) -> None:
        """Raise ``BadHeaders`` unless all that is required is there and well-formed."""
        if headers.get("ce_specversion") != "1.0":
            raise BadHeaders("ce_specversion is not 1.0")
        try:
            self.event_id = read_id(headers["ce_id"])
            self.type = headers["ce_type"]
            self.source = headers["ce_source"]
            self.time = _read_time(headers["ce_time"])
        except KeyError as missing:
            raise BadHeaders(f"header {missing.args[0]} is missing") from None
        except ValueError:
            raise BadHeaders("ce_id is no UUID or ce_time no RFC 3339 time") from None
        if self.time.tzinfo is None:
            raise BadHeaders("ce_time has no offset")
        if self.time.year not in _YEARS:  # at the calendar's ends no clock can be compared with it
            raise BadHeaders("ce_time is not of this age")
        # It is handed on from hop to hop, so it is one or it is nothing.
        trace = headers.get("traceparent")
        self.trace = trace if trace and _TRACE.fullmatch(trace) else None
        self.sequence: tuple[int, int] | None = None
        if (sequence := headers.get("ce_sequence")) is not None:
            self.sequence = read_sequence(sequence)
            if self.sequence is None:
                raise BadHeaders("ce_sequence is not EPOCH.NUMBER")


# Held against the marks, and looked at again with the other headers.
@lru_cache(maxsize=4_096)
def read_sequence(sequence: str) -> tuple[int, int] | None:
    """``EPOCH.NUMBER`` as two numbers that the database can hold, or None."""
    found = _SEQUENCE.fullmatch(sequence)
    return (int(found[1]), int(found[2])) if found else None


def read_headers(headers: Sequence[tuple[str, bytes | None]]) -> dict[str, str]:
    """Kafka's headers as text that PostgreSQL can hold: what is no UTF-8, and NUL, is shown
    escaped, never dropped. A header without a value is none."""
    try:
        read = {name: value.decode() for name, value in headers if value is not None}
    except UnicodeDecodeError:
        pass
    else:
        if "\0" not in "".join([*read, *read.values()]):
            return read  # nearly all: at a fraction of what looking at each costs
    return {
        name.replace("\0", "\\x00"): text(value) for name, value in headers if value is not None
    }


def text(value: bytes) -> str:
    """Bytes of anybody's as text that PostgreSQL can hold."""
    return value.decode("utf-8", "backslashreplace").replace("\0", "\\x00")
