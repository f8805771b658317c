"""Fresh ids, as ``uuid4`` makes them: random, and asked of the system for many at a time.

A batch of the bus takes some thousands; ``uuid4`` calls the system for each, which costs more than
all the rest of it.
"""

import os
from typing import Final
from uuid import UUID, SafeUUID

_AT_ONCE: Final = 256
_BYTES: Final = 16
# RFC 9562, 5.4: version 4 in bits 48 to 51, the variant in bits 64 and 65.
_RANDOM: Final = ~(0xF000 << 64 | 0xC000 << 48)
_VERSION_4: Final = 0x4000 << 64 | 0x8000 << 48

_fresh: list[UUID] = []
# A process that was forked off would hand out the same ones.
os.register_at_fork(after_in_child=_fresh.clear)


def fresh_id() -> UUID:
    """An id that nobody has had."""
    try:
        return _fresh.pop()
    except IndexError:
        random = os.urandom(_BYTES * _AT_ONCE)
        _fresh.extend(
            _id(int.from_bytes(random[at : at + _BYTES])) for at in range(0, len(random), _BYTES)
        )
        return _fresh.pop()


def _id(random: int) -> UUID:
    # What UUID(int=...) does once it has seen which of its seven arguments was given.
    made = object.__new__(UUID)
    object.__setattr__(made, "int", random & _RANDOM | _VERSION_4)
    object.__setattr__(made, "is_safe", SafeUUID.unknown)
    return made
