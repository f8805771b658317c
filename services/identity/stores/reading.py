"""What staff may see. Every statement here reads residents through ``identity.visible_residents``
(see the migration), and nothing else in
this service reads for staff: sealed means absent (支援措置, promise 8 of the architecture)."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.events.residents import ResidentRecord
from services.identity.domain.criteria import LIMIT, Criteria
from services.identity.domain.numbers import FindingKind, FindingState, NumberState
from services.identity.domain.sight import sees_sealed

_SEARCH: Final = """
select m.person_id, m.by_former_name, v.record
from (
    select r.person_id, r.addressee_number, r.system, r.record_version,
           not n.current as by_former_name, row_number() over (order by {order}) as place
    from identity.visible_residents($1) r
    join identity.names n using (addressee_number, system)
    where {conditions}
    order by {order}
    limit {limit}
) m
join identity.record_versions v using (addressee_number, system, record_version)
order by m.place
"""
_BEARERS: Final = """
    select person_id from identity.persons
    where individual_number_token = {token} and number_state = 'assigned'
    union all
    select person_id from identity.persons
    where individual_number_token = {token} and number_state = 'conflict'
"""
_PERSON: Final = """
select r.person_id, r.system, r.addressee_number, r.household_id, r.linked_at, r.recorded_at,
       p.number_state, v.record
from identity.visible_residents($1) r
join identity.persons p using (person_id)
join identity.record_versions v using (addressee_number, system, record_version)
where r.person_id = $2
order by r.linked_at, r.system, r.addressee_number
"""
_MEMBERS: Final = """
select r.person_id, v.record
from identity.visible_residents($1) r
join identity.record_versions v using (addressee_number, system, record_version)
where r.household_id = $2 and r.resident_status = '1'
order by r.birth_sort nulls last, r.person_id
"""
_FINDINGS: Final = """
select f.finding_id, f.kind, f.state, f.found_at,
       case when f.person_id = $2 then f.other_person_id else f.person_id end as other_person_id
from identity.findings f
where $2 in (f.person_id, f.other_person_id)
  and f.person_id in (select person_id from identity.visible_residents($1))
  and (f.other_person_id is null
       or f.other_person_id in (select person_id from identity.visible_residents($1)))
order by f.found_at, f.finding_id
"""

# Sorts after every text that begins like the one it is put behind.
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Hit:
    """One person found."""

    person_id: UUID
    record: ResidentRecord
    by_former_name: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A record of another system that is this person's."""

    system: str
    addressee_number: str
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the register has them."""

    person_id: UUID
    record: ResidentRecord
    household_id: UUID | None
    number_state: NumberState
    links: tuple[Link, ...]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """One of those who live in a household."""

    person_id: UUID
    record: ResidentRecord


@dataclass(frozen=True, slots=True)
class FoundAbout:
    """A finding about a person, as the person's page shows it."""

    finding_id: UUID
    kind: FindingKind
    state: FindingState
    found_at: datetime
    other_person_id: UUID | None


async def search(
    connection: asyncpg.Connection, functions: Set[str], criteria: Criteria
) -> tuple[list[Hit], bool]:
    """At most `LIMIT` persons, the nearest first, and whether there are more."""
    found: dict[UUID, Hit] = {}
    for question in _questions(sees_sealed(functions), criteria):
        await _collect(connection, question, found)
        if len(found) > LIMIT:
            break
    return list(found.values())[:LIMIT], len(found) > LIMIT


async def _collect(
    connection: asyncpg.Connection, question: "_Question", found: dict[UUID, Hit]
) -> None:
    """Add persons in the question's order until there are more than `LIMIT` or no more.

    Someone may be found by several names: so more rows than persons may have to be read.
    """
    limit = 2 * LIMIT
    while True:
        rows = await connection.fetch(question.statement(limit), *question.values)
        for row in rows:
            hit = found.get(row["person_id"])
            if hit is None or (hit.by_former_name and not row["by_former_name"]):
                record = ResidentRecord.model_validate_json(row["record"])
                found[row["person_id"]] = Hit(row["person_id"], record, row["by_former_name"])
        if len(found) > LIMIT or len(rows) < limit:
            return
        limit *= 4


class _Question:
    """One statement: conditions that must all hold, their values, and an order.

    The order is that of an index, so that the first rows are there without reading the others.
    """

    def __init__(self, sees_sealed: bool, criteria: Criteria) -> None:
        self.values: list[Any] = [sees_sealed]
        self._conditions: list[str] = []
        self._order = "r.birth_sort, r.addressee_number, r.system"
        if criteria.kanji is not None:
            self._name(criteria.kanji, criteria.latin)
        if criteria.birth is not None:
            first, last = self._given(criteria.birth.first), self._given(criteria.birth.last)
            self._conditions.append(f"r.birth_sort between {first} and {last}")
        if criteria.addressee_number is not None:
            number = self._given(criteria.addressee_number)
            self._conditions.append(f"r.addressee_number = {number}")
        if criteria.token is not None:
            bearers = _BEARERS.format(token=self._given(criteria.token))
            self._conditions.append(f"r.person_id in ({bearers})")

    def statement(self, limit: int) -> str:
        """The text for so many rows."""
        conditions = " and ".join(self._conditions)
        return _SEARCH.format(conditions=conditions, order=self._order, limit=limit)

    def _given(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def _begins(self, column: str, prefix: str) -> str:
        # A text that is there: the partial indexes hold no others.
        first, last = self._given(prefix), self._given(prefix + _LAST)
        return f"({column} <> '' and {column} >= {first} and {column} < {last})"

    def _name(self, kanji: str, latin: str | None) -> None:
        alternatives = [self._begins("n.kanji_key", kanji)]
        if latin is not None and latin.isascii():
            alternatives.append(self._begins("n.latin_key", latin))
        self._conditions.append(f"({' or '.join(alternatives)})")
        self._by("n.kanji_key")

    def read_as(self, reading: str) -> None:
        """Only names that are read so."""
        self._conditions.append(self._begins("n.reading", reading))
        self._by("n.reading")

    def sounds_like(self, kana: str, reading: str) -> None:
        """Only names that sound so and are not read so."""
        self._conditions.append(self._begins("n.kana_key", kana))
        self._conditions.append(f"not {self._begins('n.reading', reading)}")
        self._by("n.kana_key")

    def of_current_names(self) -> None:
        """Where no name is asked for, each person once."""
        self._conditions.append("n.current and n.kind = 'name'")

    def _by(self, key: str) -> None:
        self._order = f"{key}, n.addressee_number, n.system"


def _questions(sees_sealed: bool, criteria: Criteria) -> Iterator[_Question]:
    """What to ask, one after the other until enough are found."""
    question = _Question(sees_sealed, criteria)
    if criteria.kana is None:
        if criteria.kanji is None:
            question.of_current_names()
        yield question
        return
    reading = criteria.reading or criteria.kana
    question.read_as(reading)
    yield question
    question = _Question(sees_sealed, criteria)
    question.sounds_like(criteria.kana, reading)
    yield question


async def person(
    connection: asyncpg.Connection, functions: Set[str], person_id: UUID
) -> Person | None:
    """The person, or None: there is none, or none for someone with these functions."""
    rows = await connection.fetch(_PERSON, sees_sealed(functions), person_id)
    if not rows:
        return None
    first = rows[0]
    return Person(
        person_id=first["person_id"],
        record=ResidentRecord.model_validate_json(first["record"]),
        household_id=first["household_id"],
        number_state=NumberState(first["number_state"]),
        links=tuple(Link(row["system"], row["addressee_number"], row["linked_at"]) for row in rows),
        recorded_at=first["recorded_at"],
    )


async def members(
    connection: asyncpg.Connection, functions: Set[str], household_id: UUID
) -> list[Member]:
    """Those who live in the household and can be seen, the oldest first."""
    rows = await connection.fetch(_MEMBERS, sees_sealed(functions), household_id)
    return [
        Member(row["person_id"], ResidentRecord.model_validate_json(row["record"])) for row in rows
    ]


async def findings(
    connection: asyncpg.Connection, functions: Set[str], person_id: UUID
) -> list[FoundAbout]:
    """What is found about the person; not what also concerns someone who cannot be seen."""
    rows = await connection.fetch(_FINDINGS, sees_sealed(functions), person_id)
    return [
        FoundAbout(
            row["finding_id"],
            FindingKind(row["kind"]),
            FindingState(row["state"]),
            row["found_at"],
            row["other_person_id"],
        )
        for row in rows
    ]
