"""Ids, in the class that the database's driver has for them.

asyncpg's ``UUID`` is a ``uuid.UUID`` in all that one sees of it, but in C: read, written, hashed
and sent to the database at a tenth of the cost. Every event has some, and most of what is done
with a batch is done by them.

Who somebody is, or where they live, has a fresh one: random, as ``uuid4`` makes them, and saying
nothing. What is kept in the order in which it comes (events, requests, renewals, records of audit)
has an ordered one (RFC 9562, version 7), which begins with its moment: neighbours in time are
neighbours in an index. Among random ones each row of a batch lands on another page, and each is
looked up on another; that was an eighth of what a renewal costs the database.

Randomness is asked of the system for many at a time: a batch of the bus takes some thousands;
``uuid4`` calls the system for each, which costs more than all the rest of it.
"""

import os
import time
import uuid
from collections.abc import Callable
from typing import Final

from asyncpg.pgproto import pgproto

_UUID: Final[Callable[[str | bytes], uuid.UUID]] = pgproto.UUID
_AT_ONCE: Final = 256
_BYTES: Final = 16
_SIZE: Final = _BYTES * _AT_ONCE
# RFC 9562, 5.4: version 4 in bits 48 to 51, the variant in bits 64 and 65.
# Each as one number, for all ids that are made at once.
_FIXED: Final = int.from_bytes((0xF000 << 64 | 0xC000 << 48).to_bytes(_BYTES) * _AT_ONCE)
_VERSION_4: Final = int.from_bytes((0x4000 << 64 | 0x8000 << 48).to_bytes(_BYTES) * _AT_ONCE)
_VERSION_7: Final = int.from_bytes((0x7000 << 64 | 0x8000 << 48).to_bytes(_BYTES) * _AT_ONCE)

_TIME: Final = 6
"""Bytes of an ordered one that say the millisecond."""

_fresh: list[uuid.UUID] = []
_ends: list[bytes] = []
"""What is random of ordered ones, behind the time."""
# A process that was forked off would hand out the same ones.
os.register_at_fork(after_in_child=_fresh.clear)
os.register_at_fork(after_in_child=_ends.clear)


def fresh_id() -> uuid.UUID:
    """An id that nobody has had, and that says nothing."""
    try:
        return _fresh.pop()
    except IndexError:
        _fresh.extend([_UUID(random) for random in _random(_VERSION_4)])
        return _fresh.pop()


def ordered_id() -> uuid.UUID:
    """An id that nobody has had, after those that were made in a millisecond before it. It tells
    that moment: not for persons and households."""
    now = (time.time_ns() // 1_000_000).to_bytes(_TIME)
    try:
        return _UUID(now + _ends.pop())
    except IndexError:
        _ends.extend([random[_TIME:] for random in _random(_VERSION_7)])
        return _UUID(now + _ends.pop())


def _random(version: int) -> list[bytes]:
    """So many ids as are made at once, random but for version and variant."""
    ids = (int.from_bytes(os.urandom(_SIZE)) & ~_FIXED | version).to_bytes(_SIZE)
    return [ids[at : at + _BYTES] for at in range(0, _SIZE, _BYTES)]


def read_id(text: str) -> uuid.UUID:
    """The id that a text writes, in any form that ``uuid.UUID`` reads. Raises ``ValueError``."""
    try:
        return _UUID(text)
    except ValueError:
        return uuid.UUID(text)  # in braces, or as a URN


def same_id(id_: uuid.UUID) -> uuid.UUID:
    """The same id, for who looks it up again and again."""
    return _UUID(id_.bytes)
