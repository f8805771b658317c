"""The hash chain over the records of one shard.

Each shard (bus partition) has a chain of its own, its records numbered from 1 without a gap. With
``||`` for concatenation, every integer big-endian, and ``n:x`` for x as n bytes::

    start(shard)    = SHA-256(0x02 || "nenkin/audit/chain/v1" || 2:shard)
    entry(record)   = "nenkin/audit/entry/v1" || 0x00
                      || 2:shard || 8:position || 16:event id
                      || 8:sent at || 8:recorded at        (microseconds since 1970-01-01T00:00Z)
                      || 2:length || type  || 2:length || source  || 4:length || body
    leaf(record)    = SHA-256(0x00 || entry(record))
    chain(0)        = start(shard)
    chain(position) = SHA-256(0x01 || chain(position - 1) || leaf(record))

``type`` and ``source`` are the CloudEvents attributes in UTF-8, ``body`` the event's bytes exactly
as they came; of a record that came among many, the bytes that an event of its own would have had.
The prefixes 0x00 and 0x01 keep leaves and inner nodes apart as in RFC 9162 section 2.1: a chain is
that tree, grown to one side only. Nothing but SHA-256 is needed to check one.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

_LEAF = b"\x00"
_NODE = b"\x01"
_START = b"\x02nenkin/audit/chain/v1"
_ENTRY = b"nenkin/audit/entry/v1\x00"
_HEAD = struct.Struct(">HQ16sqqH")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is recorded of one event: all of this is under the chain."""

    event_id: UUID
    type: str
    source: str
    sent_at: datetime
    """Aware; whole microseconds."""
    recorded_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The last record of a chain; position 0 is a chain without records."""

    shard: int
    position: int
    chain_hash: bytes


def start(shard: int) -> Head:
    """The chain of a shard before its first record."""
    return Head(shard, 0, sha256(_START + struct.pack(">H", shard)).digest())


def entry_bytes(shard: int, position: int, entry: Entry) -> bytes:
    """The bytes that a record's leaf hash is taken over (see the module)."""
    type_, source = entry.type.encode(), entry.source.encode()
    return b"".join(
        (
            _ENTRY,
            _HEAD.pack(
                shard,
                position,
                entry.event_id.bytes,
                (entry.sent_at - _EPOCH) // _MICROSECOND,
                (entry.recorded_at - _EPOCH) // _MICROSECOND,
                len(type_),
            ),
            type_,
            struct.pack(">H", len(source)),
            source,
            struct.pack(">I", len(entry.body)),
            entry.body,
        )
    )


def leaf_hash(shard: int, position: int, entry: Entry) -> bytes:
    """The hash of one record, 32 bytes."""
    return sha256(_LEAF + entry_bytes(shard, position, entry)).digest()


def link(head: Head, entry: Entry) -> Head:
    """The chain with one more record."""
    position = head.position + 1
    leaf = leaf_hash(head.shard, position, entry)
    return Head(head.shard, position, sha256(_NODE + head.chain_hash + leaf).digest())


def append(head: Head, entries: Iterable[Entry]) -> Sequence[Head]:
    """The chain after each of the entries, in their order."""
    heads = []
    for entry in entries:
        head = link(head, entry)
        heads.append(head)
    return heads
