"""What was found about numbers and persons, as work for staff.

Sealed means absent: findings are read through ``identity.visible_findings``, where one that
concerns someone sealed is not, and persons through ``identity.visible_residents``.
"""

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from contracts.events.residents import ResidentRecord
from services.identity.domain.findings import UNDECIDED, Decision, FindingKind, FindingState
from services.identity.domain.merging import Number
from services.identity.domain.numbers import NumberState
from services.identity.domain.sight import sees_sealed
from services.identity.stores.bulk import add

LIMIT: Final = 50

_ITEMS: Final = """
f.finding_id, f.kind, f.state, f.person_id, f.other_person_id, f.system, f.addressee_number,
f.found_at, f.decision, f.decision_person_id, f.proposed_by, f.proposed_at
"""
_LIST: Final = f"""
select {_ITEMS} from identity.visible_findings($1) f
where f.state = any($2::text[]) and ($3::text is null or f.kind = $3)
  and ($4::timestamptz is null or (f.found_at, f.finding_id) > ($4, $5))
order by f.found_at, f.finding_id limit $6
"""  # noqa: S608 - constant names
_COUNT: Final = """
select count(*) from identity.visible_findings($1)
where state = any($2::text[]) and ($3::text is null or kind = $3)
"""
_ONE: Final = f"""
select {_ITEMS} from identity.visible_findings($1) f where f.finding_id = $2
"""  # noqa: S608 - constant names
_OF_PERSON: Final = f"""
select {_ITEMS} from identity.visible_findings($1) f
where f.finding_id in (
    select finding_id from identity.findings where person_id = any($2::uuid[])
    union
    select finding_id from identity.findings where other_person_id = any($2::uuid[])
)
order by f.found_at, f.finding_id
"""  # noqa: S608 - constant names
_LOCK: Final = "select from identity.findings where finding_id = $1 for update"
_STEPS: Final = """
select s.step, s.staff_id, s.decision, s.person_id, s.at from identity.finding_steps s
join identity.visible_findings($1) f using (finding_id)
where finding_id = $2 order by s.at
"""
_RECORDS: Final = """
select coalesce(r.former_id, r.person_id) as own_id, r.person_id as surviving_id, r.system,
       r.addressee_number, p.number_state, v.record
from identity.visible_residents($1) r
join identity.persons p on p.person_id = coalesce(r.former_id, r.person_id)
join identity.record_versions v using (addressee_number, system, record_version)
where r.former_id = any($2::uuid[]) or (r.former_id is null and r.person_id = any($2::uuid[]))
order by (r.resident_status = '1') desc, r.linked_at
"""
_RAISE: Final = """
insert into identity.findings (finding_id, kind, state, person_id, other_person_id, system,
                               addressee_number, record_version, found_at)
select $1, $2, 'open', $3, $4, system, addressee_number, record_version, $5
from identity.residents
where former_id = $3 or (former_id is null and person_id = $3)
order by linked_at limit 1
on conflict do nothing
returning finding_id
"""
_PROPOSE: Final = """
update identity.findings
set state = 'proposed', decision = $2, decision_person_id = $3, proposed_by = $4, proposed_at = $5
where finding_id = $1
"""
_CLOSE: Final = """
update identity.findings
set state = $2, decision = $3, decision_person_id = $4, proposed_by = null, proposed_at = null
where finding_id = $1
"""
_RESOLVE: Final = """
update identity.findings
set state = 'resolved', decision = null, decision_person_id = null, proposed_by = null,
    proposed_at = null
where finding_id <> all($2::uuid[]) and state in ('open', 'proposed', 'awaiting_register')
  and {which}
returning finding_id
"""
_RENUMBERED: Final = _RESOLVE.format(
    which="""(person_id = any($1::uuid[])
        and kind in ('number_changed', 'number_withdrawn', 'number_shared', 'numbers_differ',
                     'number_doubted')
     or other_person_id = any($1::uuid[]) and kind = 'numbers_differ')"""
)
_NOW_ONE: Final = _RESOLVE.format(
    which="""person_id = any($1::uuid[]) and other_person_id = any($1::uuid[])
        and kind in ('number_shared', 'same_person')"""
)
_NOW_TWO: Final = _RESOLVE.format(
    which="""person_id = any($1::uuid[]) and other_person_id = any($1::uuid[])
        and kind in ('numbers_differ', 'merge_doubted')
        and identity.surviving(person_id) <> identity.surviving(other_person_id)"""
)
_NUMBER: Final = """
select individual_number_token, number_state from identity.persons where person_id = $1
"""
_STEP: Final = ("finding_id", "step", "staff_id", "decision", "person_id", "at")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding as it stands."""

    finding_id: UUID
    kind: FindingKind
    state: FindingState
    person_id: UUID
    other_person_id: UUID | None
    system: str
    addressee_number: str
    """Of the record that it was found by."""
    found_at: datetime
    decision: Decision | None
    decision_person_id: UUID | None
    proposed_by: str | None
    proposed_at: datetime | None

    @property
    def persons(self) -> tuple[UUID, ...]:
        """The one or two whom it is about, by the ids that they were found under."""
        other = self.other_person_id
        return (self.person_id,) if other is None else (self.person_id, other)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a finding's history."""

    step: str
    staff_id: str | None
    decision: Decision | None
    person_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """A register's record, the person that it made, and who answers for that person now."""

    own_id: UUID
    surviving_id: UUID
    system: str
    addressee_number: str
    number_state: NumberState
    record: ResidentRecord


async def listing(
    connection: asyncpg.Connection,
    functions: Set[str],
    states: Collection[FindingState],
    kind: FindingKind | None,
    after: UUID | None,
) -> tuple[list[Finding], bool, int]:
    """The next findings, oldest first, whether there are more, and how many there are in all."""
    sees, wanted = sees_sealed(functions), [state.value for state in states]
    last = None if after is None else await connection.fetchrow(_ONE, sees, after)
    since = None if last is None else last["found_at"]
    rows = await connection.fetch(_LIST, sees, wanted, kind, since, after, LIMIT + 1)
    total = await connection.fetchval(_COUNT, sees, wanted, kind)
    return [_finding(row) for row in rows[:LIMIT]], len(rows) > LIMIT, total


async def find(
    connection: asyncpg.Connection, functions: Set[str], finding_id: UUID, *, lock: bool = False
) -> Finding | None:
    """One finding; with ``lock`` nobody else changes it before the transaction ends."""
    if lock:
        await connection.fetch(_LOCK, finding_id)
    row = await connection.fetchrow(_ONE, sees_sealed(functions), finding_id)
    return None if row is None else _finding(row)


async def of_person(
    connection: asyncpg.Connection, functions: Set[str], ids: Collection[UUID]
) -> list[Finding]:
    """What was found about somebody who has these ids."""
    rows = await connection.fetch(_OF_PERSON, sees_sealed(functions), list(ids))
    return [_finding(row) for row in rows]


async def steps(
    connection: asyncpg.Connection, functions: Set[str], finding_id: UUID
) -> list[Step]:
    """A finding's history, oldest first."""
    rows = await connection.fetch(_STEPS, sees_sealed(functions), finding_id)
    return [
        Step(r["step"], r["staff_id"], r["decision"] and Decision(r["decision"]), r["person_id"],
             r["at"])
        for r in rows
    ]  # fmt: skip


async def records(
    connection: asyncpg.Connection, functions: Set[str], own_ids: Collection[UUID]
) -> dict[UUID, Record]:
    """Of each of these persons that can be seen, the record that it made; by its own id."""
    found: dict[UUID, Record] = {}
    for row in await connection.fetch(_RECORDS, sees_sealed(functions), list(own_ids)):
        found.setdefault(
            row["own_id"],
            Record(
                own_id=row["own_id"],
                surviving_id=row["surviving_id"],
                system=row["system"],
                addressee_number=row["addressee_number"],
                number_state=NumberState(row["number_state"]),
                record=ResidentRecord.model_validate_json(row["record"]),
            ),
        )
    return found


async def number(connection: asyncpg.Connection, person_id: UUID, *, lock: bool = False) -> Number:
    """The number that the record of a person bears (never the number itself: its token)."""
    row = await connection.fetchrow(_NUMBER + ("for update" if lock else ""), person_id)
    if row is None:
        return Number()
    return Number(NumberState(row["number_state"]), row["individual_number_token"])


async def open_one(
    connection: asyncpg.Connection,
    kind: FindingKind,
    person_id: UUID,
    other_person_id: UUID | None,
    staff_id: str | None,
    now: datetime,
) -> UUID | None:
    """Put a finding on the list; None where staff raise what is there already."""
    finding_id: UUID | None = await connection.fetchval(
        _RAISE, uuid4(), kind, person_id, other_person_id, now
    )
    if finding_id is not None and staff_id is not None:
        await step(connection, finding_id, "raised", staff_id, None, None, now)
    return finding_id


async def propose(
    connection: asyncpg.Connection,
    finding: Finding,
    decision: Decision,
    person_id: UUID | None,
    staff_id: str,
    now: datetime,
) -> None:
    """Note what one proposes."""
    await connection.execute(_PROPOSE, finding.finding_id, decision, person_id, staff_id, now)
    await step(connection, finding.finding_id, "proposed", staff_id, decision, person_id, now)


async def reject(
    connection: asyncpg.Connection, finding: Finding, staff_id: str, now: datetime
) -> None:
    """Another does not agree: the finding is open again."""
    await connection.execute(_CLOSE, finding.finding_id, FindingState.OPEN, None, None)
    await step(
        connection, finding.finding_id, "rejected", staff_id, finding.decision,
        finding.decision_person_id, now,
    )  # fmt: skip


async def settle(
    connection: asyncpg.Connection,
    finding: Finding,
    decision: Decision,
    staff_id: str,
    now: datetime,
) -> None:
    """Another agrees."""
    person_id = finding.decision_person_id
    await connection.execute(_CLOSE, finding.finding_id, decision.leaves, decision, person_id)
    await step(connection, finding.finding_id, "settled", staff_id, decision, person_id, now)


async def resolve_renumbered(
    connection: asyncpg.Connection,
    persons: Collection[UUID],
    fresh: Collection[UUID],
    now: datetime,
) -> None:
    """The register has told another number of these persons: what was found about the one before
    is over. ``fresh``: findings that were made by the same telling."""
    await _resolve(connection, _RENUMBERED, persons, fresh, now)


async def resolve_merged(
    connection: asyncpg.Connection, members: Collection[UUID], but: UUID, now: datetime
) -> None:
    """These are one person now: whether they are is no question any more."""
    await _resolve(connection, _NOW_ONE, members, [but], now)


async def resolve_separated(
    connection: asyncpg.Connection, members: Collection[UUID], but: UUID, now: datetime
) -> None:
    """These are no longer all one person: what spoke against it is over."""
    await _resolve(connection, _NOW_TWO, members, [but], now)


async def _resolve(
    connection: asyncpg.Connection,
    statement: str,
    persons: Collection[UUID],
    but: Collection[UUID],
    now: datetime,
) -> None:
    rows = await connection.fetch(statement, list(persons), list(but))
    over = [(row["finding_id"], "resolved", None, None, None, now) for row in rows]
    await add(connection, "finding_steps", _STEP, over)


async def step(
    connection: asyncpg.Connection,
    finding_id: UUID,
    what: str,
    staff_id: str | None,
    decision: Decision | None,
    person_id: UUID | None,
    now: datetime,
) -> None:
    """Note a step of a finding's history."""
    row: Sequence[object] = (finding_id, what, staff_id, decision, person_id, now)
    await add(connection, "finding_steps", _STEP, [tuple(row)])


def undecided(finding: Finding) -> bool:
    """Whether something can still be proposed."""
    return finding.state in UNDECIDED


def _finding(row: asyncpg.Record) -> Finding:
    decision = row["decision"]
    return Finding(
        finding_id=row["finding_id"],
        kind=FindingKind(row["kind"]),
        state=FindingState(row["state"]),
        person_id=row["person_id"],
        other_person_id=row["other_person_id"],
        system=row["system"],
        addressee_number=row["addressee_number"],
        found_at=row["found_at"],
        decision=None if decision is None else Decision(decision),
        decision_person_id=row["decision_person_id"],
        proposed_by=row["proposed_by"],
        proposed_at=row["proposed_at"],
    )
