"""SQL of JPS's records of persons: whose they are, and which were told."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from contracts.events import NumberStanding, PersonTold
from services.jps_reporting.domain.records import RecordRow

Connection = Any

_BY_MEDIUM = """
select w.place, p.person_id, i.basic_pension_number
from unnest($1::bigint[], $2::int[]) with ordinality as w (serial, position, place)
join jps_reporting.media as m on m.serial = w.serial
join jps_reporting.provisions as p on p.medium_id = m.medium_id and p.position = w.position
     and p.voided_at is null
join jps_reporting.items as i on i.item_id = p.item_id
"""
# Who is one person since is asked of by the id that answers for them.
_BY_NUMBER = """
select distinct w.number, bus.surviving(k.person_id) as person_id
from unnest($1::text[]) as w (number) cross join lateral (
    select i.person_id from jps_reporting.items as i where i.basic_pension_number = w.number
    union
    select i.person_id from jps_reporting.decisions as d
    join jps_reporting.items as i using (item_id) where d.assigned_number = w.number
      and d.taken_back_at is null
    union
    select n.person_id from jps_reporting.told_numbers as n where n.number = w.number
) as k
order by 1, 2
"""
_ADD = """
insert into jps_reporting.told_persons (told_id, person_id, as_of, line, file_id, recorded_at)
select distinct on (told_id) *, $5::uuid, $6::timestamptz
from unnest($1::uuid[], $2::uuid[], $3::date[], $4::bigint[])
    as t (told_id, person_id, as_of, line)
order by told_id, line
on conflict (told_id) do nothing returning told_id
"""
_ADD_NUMBERS = """
insert into jps_reporting.told_numbers (number, person_id)
select distinct * from unnest($1::text[], $2::uuid[]) order by 1, 2 on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose a record may be."""

    by_medium: UUID | None
    """The person of the medium's record that it names."""
    number: str | None
    """The basic pension number of that record."""
    by_number: tuple[UUID, ...]
    """All whom its basic pension number is known of here."""

    @property
    def all(self) -> tuple[UUID, ...]:
        """Everybody whose it may be."""
        named = () if self.by_medium is None else (self.by_medium,)
        return (*named, *self.by_number)

    def without(self, hidden: Set[UUID]) -> "Whose":
        """The same before somebody to whom these do not exist."""
        named = None if self.by_medium in hidden else self.by_medium
        return Whose(
            by_medium=named,
            number=self.number if named else None,
            by_number=tuple(person for person in self.by_number if person not in hidden),
        )


async def persons_of(connection: Connection, rows: Sequence[RecordRow]) -> list[Whose]:
    """Whose these records may be, in their order."""
    named = await connection.fetch(
        _BY_MEDIUM, [row.medium_serial for row in rows], [row.position for row in rows]
    )
    of_medium = {row["place"]: row for row in named}
    numbers = sorted({row.basic_pension_number for row in rows if row.basic_pension_number})
    of_number: dict[str, list[UUID]] = {}
    for row in await connection.fetch(_BY_NUMBER, numbers):
        of_number.setdefault(row["number"], []).append(row["person_id"])
    found = []
    for place, row in enumerate(rows, start=1):
        there = of_medium.get(place)
        found.append(
            Whose(
                there["person_id"] if there else None,
                there["basic_pension_number"] if there else None,
                tuple(of_number.get(row.basic_pension_number or "", ())),
            )
        )
    return found


_IS_TAKEN_BACK = """
select told_id from jps_reporting.told_persons
where told_id = any($1::uuid[]) and taken_back_at is not null
"""
_TAKE_BACK = """
update jps_reporting.told_persons set taken_back_at = $4
where told_id = $1 and file_id = $2 and line = $3 and taken_back_at is null returning told_id
"""
_FORGET_NUMBERS = """
delete from jps_reporting.told_numbers where person_id = $1 and number = any($2::text[])
"""


async def anew(connection: Connection, told: Sequence[PersonTold]) -> list[PersonTold]:
    """The same records; one that was told of its person, and taken back, under an id of its own."""
    found = list(told)
    while True:
        rows = await connection.fetch(_IS_TAKEN_BACK, [event.told_id for event in found])
        gone = {row["told_id"] for row in rows}
        if not gone:
            return found
        found = [
            event.model_copy(update={"told_id": uuid5(event.told_id, "again")})
            if event.told_id in gone
            else event
            for event in found
        ]


async def take_back(
    connection: Connection, event: PersonTold, file_id: UUID, line: int, now: datetime
) -> bool:
    """Let what a row told of a person count no more; False: another file told it, and it stands.

    By the numbers that it told nobody is found from then on: who bears one in truth is named anew.
    """
    tag = await connection.execute(_TAKE_BACK, event.told_id, file_id, line, now)
    if tag != "UPDATE 1":
        return False
    numbers = [number.basic_pension_number for number in event.numbers]
    await connection.execute(_FORGET_NUMBERS, event.person_id, numbers)
    return True


async def add(
    connection: Connection, file_id: UUID, told: Sequence[tuple[int, PersonTold]], now: datetime
) -> set[UUID]:
    """Note what was told; the ids of what is new."""
    rows = await connection.fetch(
        _ADD,
        [event.told_id for _, event in told],
        [event.person_id for _, event in told],
        [event.as_of for _, event in told],
        [line for line, _ in told],
        file_id,
        now,
    )
    numbers = [
        (number.basic_pension_number, event.person_id)
        for _, event in told
        for number in event.numbers
        if number.standing is not NumberStanding.WITHDRAWN
    ]
    await connection.execute(
        _ADD_NUMBERS, [number for number, _ in numbers], [person for _, person in numbers]
    )
    return {row["told_id"] for row in rows}
