"""Ids, in the class that the database's driver has for them.

asyncpg's ``UUID`` is a ``uuid.UUID`` in all that one sees of it, but in C: read, written, hashed
and sent to the database at a tenth of the cost. Every event has some, and most of what is done
with a batch is done by them.

Fresh ones are random, as ``uuid4`` makes them, and asked of the system for many at a time: a batch
of the bus takes some thousands; ``uuid4`` calls the system for each, which costs more than all the
rest of it.
"""

import os
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

_fresh: list[uuid.UUID] = []
# A process that was forked off would hand out the same ones.
os.register_at_fork(after_in_child=_fresh.clear)


def fresh_id() -> uuid.UUID:
    """An id that nobody has had."""
    try:
        return _fresh.pop()
    except IndexError:
        random = int.from_bytes(os.urandom(_SIZE)) & ~_FIXED | _VERSION_4
        ids = random.to_bytes(_SIZE)
        _fresh.extend([_UUID(ids[at : at + _BYTES]) for at in range(0, _SIZE, _BYTES)])
        return _fresh.pop()


def read_id(text: str) -> uuid.UUID:
    """The id that a text writes, in any form that ``uuid.UUID`` reads. Raises ``ValueError``."""
    try:
        return _UUID(text)
    except ValueError:
        return uuid.UUID(text)  # in braces, or as a URN


def same_id(id_: uuid.UUID) -> uuid.UUID:
    """The same id, for who looks it up again and again."""
    return _UUID(id_.bytes)
