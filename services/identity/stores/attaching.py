"""Numbers of other systems that are nobody's yet: compared again when the register knows more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events.feeds import FourAttributes
from services.identity.domain.feeds import Number, Place
from services.identity.domain.register import Register

# Two statements in one: the numbers whose name somebody bears since this batch, and those that are
# waiting for one of the persons it is about. Both lists are short, or empty.
_LOOK_AGAIN: Final = """
with waiting as (
    select system, addressee_number from identity.feed_links
    where kanji_key = any($1::text[]) and state in ('held', 'near', 'nobody')
    union
    select system, addressee_number from identity.comparisons
    where person_id = any($2::uuid[]) and entry_id is not null
)
update identity.feed_links l set due_at = $3
from waiting w
where l.addressee_number = w.addressee_number and l.system = w.system
  and l.state in ('held', 'near', 'nobody')
"""
_DUE: Final = """
select system, addressee_number, subject, record_version, told
from identity.feed_links
where due_at <= $1 and state in ('held', 'near', 'nobody')
order by due_at limit $2
for update skip locked
"""
_ALL_DUE: Final = """
update identity.feed_links set due_at = $1
where state in ('held', 'near', 'nobody') and due_at is distinct from $1
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A number to compare again, with what was told of it last."""

    place: Place
    record_version: int
    told: FourAttributes

    @property
    def number(self) -> Number:
        """The system and its number."""
        return self.place[:2]

    @classmethod
    def of(cls, row: asyncpg.Record) -> "Waiting":
        """From a row that has all of it."""
        return cls(
            (row["system"], row["addressee_number"], row["subject"]),
            row["record_version"],
            FourAttributes.model_validate_json(row["told"]),
        )


async def look_again(connection: asyncpg.Connection, register: Register, now: datetime) -> None:
    """Have the numbers compared again that may be one of those whom the register told of."""
    if not register.touched:
        return
    keys = {name.keys.kanji for borne in register.names.values() for name in borne}
    persons = [known.person_id for known in register.touched.values()]
    persons += [known.answered_by for known in register.touched.values() if known.answered_by]
    await connection.execute(_LOOK_AGAIN, list(keys), persons, now)


async def waiting(connection: asyncpg.Connection, persons: Collection[UUID], now: datetime) -> None:
    """Have the numbers compared again that wait for one of these persons."""
    await connection.execute(_LOOK_AGAIN, [], list(persons), now)


async def due(connection: asyncpg.Connection, now: datetime, limit: int) -> Sequence[Waiting]:
    """The numbers that are due, locked; those that somebody else has taken are passed over."""
    return [Waiting.of(row) for row in await connection.fetch(_DUE, now, limit)]


async def all_due(connection: asyncpg.Connection, now: datetime) -> int:
    """Make every number due that is not certain; how many there are."""
    done: str = await connection.execute(_ALL_DUE, now)
    return int(done.split()[-1])
