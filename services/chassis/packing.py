"""Many events in one outbox row.

A row of its own for each event costs a third of the throughput (see the README's figures), so a
transaction's events are packed into one. The packing is length-prefixed bytes, nothing more: the
relay only cuts it apart and sends.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import field
from functools import lru_cache

from contracts.values import value

_HEAD = struct.Struct(">BBHII")  # topic, shard, key, headers, body (lengths but for the shard)


Headers = tuple[tuple[str, bytes], ...]


@value
class Message:
    """One event as it goes onto the bus."""

    topic: str
    shard: int
    key: bytes
    headers: Headers
    body: bytes
    packed_headers: bytes | None = field(default=None, compare=False, repr=False)
    """What `pack_headers` makes of them, where it is at hand."""


def pack(messages: Iterable[Message]) -> bytes:
    """All messages, in order, as one value."""
    parts: list[bytes] = []
    for message in messages:
        topic = _encoded(message.topic)
        headers = message.packed_headers
        if headers is None:
            headers = pack_headers(message.headers)
        parts.append(
            _HEAD.pack(
                len(topic),
                message.shard,
                len(message.key),
                len(headers),
                len(message.body),
            )
        )
        parts += (topic, message.key, headers, message.body)
    return b"".join(parts)


def pack_headers(headers: Headers) -> bytes:
    """Names and values in turn, NUL between them. Raises ``ValueError`` where one holds NUL."""
    packed = b"\0".join([part for name, value in headers for part in (_encoded(name), value)])
    if headers and packed.count(b"\0") != 2 * len(headers) - 1:
        raise ValueError("a header holds NUL: it would come out as more headers")
    return packed


@lru_cache(maxsize=256)
def _encoded(name: str) -> bytes:
    # Of topics and headers there are few, and each message has nine of them.
    return name.encode()


def unpack(packed: bytes) -> Iterator[Message]:
    """The messages again, in order."""
    at = 0
    while at < len(packed):
        topic_len, shard, key_len, headers_len, body_len = _HEAD.unpack_from(packed, at)
        at += _HEAD.size
        topic = packed[at : at + topic_len].decode()
        at += topic_len
        key = packed[at : at + key_len]
        at += key_len
        fields = packed[at : at + headers_len].split(b"\0")
        at += headers_len
        body = packed[at : at + body_len]
        at += body_len
        headers = tuple((fields[i].decode(), fields[i + 1]) for i in range(0, len(fields) - 1, 2))
        yield Message(topic, shard, key, headers, body)
