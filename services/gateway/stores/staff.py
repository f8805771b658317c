"""Staff, their rights and their passwords."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from contracts.functions import Function
from services.gateway.domain.staff import FUNCTIONS, Grant, Period, Staff, TwoPeople


class AlreadyThere(Exception):
    """The user id is, or was, somebody's (C13), or the person is disabled already."""


class NotThere(Exception):
    """No such staff member."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against."""

    staff: Staff
    password_hash: str | None


_STAFF = """
select s.staff_id, s.name, s.department, s.valid_from, s.valid_to,
       d.staff_id is not null as disabled
  from gateway.staff s
  left join gateway.disablements d using (staff_id)
"""


def staff_of(row: asyncpg.Record) -> Staff:
    return Staff(
        staff_id=row["staff_id"],
        name=row["name"],
        department=row["department"],
        employment=Period(row["valid_from"], row["valid_to"]),
        disabled=row["disabled"],
    )


async def add_staff(
    connection: asyncpg.Connection, staff: Staff, people: TwoPeople, now: datetime
) -> None:
    """Enter a new staff member. Raises `AlreadyThere` for an id that was ever used."""
    entered = await connection.fetchval(
        "insert into gateway.staff (staff_id, name, department, valid_from, valid_to, applicant,"
        " approver, recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8)"
        " on conflict (staff_id) do nothing returning 1",
        staff.staff_id,
        staff.name,
        staff.department,
        staff.employment.valid_from,
        staff.employment.valid_to,
        people.applicant,
        people.approver,
        now,
    )
    if entered is None:
        raise AlreadyThere("the user id is or was in use; ids are not used again")


async def staff_member(connection: asyncpg.Connection, staff_id: str) -> Staff:
    """One staff member. Raises `NotThere`."""
    row = await connection.fetchrow(_STAFF + " where s.staff_id = $1", staff_id)
    if row is None:
        raise NotThere("no staff member has this user id")
    return staff_of(row)


async def all_staff(connection: asyncpg.Connection) -> Sequence[Staff]:
    """Everybody who ever had a user id, in order of ids."""
    return [staff_of(row) for row in await connection.fetch(_STAFF + " order by s.staff_id")]


def _grant(row: asyncpg.Record) -> Grant:
    return Grant(
        grant_id=row["grant_id"],
        staff_id=row["staff_id"],
        function=FUNCTIONS[row["function"]],
        period=Period(row["valid_from"], row["valid_to"]),
        revoked_from=row["effective"],
    )


async def grants(connection: asyncpg.Connection, staff_id: str | None = None) -> Sequence[Grant]:
    """Every grant ever made, of one person or of all, with its revocation."""
    rows = await connection.fetch(
        "select g.grant_id, g.staff_id, g.function, g.valid_from, g.valid_to, r.effective"
        " from gateway.grants g left join gateway.revocations r using (grant_id)"
        " where $1::text is null or g.staff_id = $1"
        " order by g.staff_id, g.function, g.valid_from",
        staff_id,
    )
    return [_grant(row) for row in rows]


async def add_grants(
    connection: asyncpg.Connection,
    new: Iterable[Grant],
    people: TwoPeople,
    now: datetime,
) -> None:
    """Record grants."""
    await connection.executemany(
        "insert into gateway.grants (grant_id, staff_id, function, valid_from, valid_to,"
        " applicant, approver, recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            (
                grant.grant_id,
                grant.staff_id,
                grant.function.value,
                grant.period.valid_from,
                grant.period.valid_to,
                people.applicant,
                people.approver,
                now,
            )
            for grant in new
        ],
    )


async def note_change(
    connection: asyncpg.Connection,
    change_id: UUID,
    staff_id: str,
    change: str,
    people: TwoPeople,
    now: datetime,
) -> None:
    """Keep who applied for and approved a change that leaves no fact of its own."""
    await connection.execute(
        "insert into gateway.changes (change_id, staff_id, change, applicant, approver,"
        " recorded_at) values ($1, $2, $3, $4, $5, $6)",
        change_id,
        staff_id,
        change,
        people.applicant,
        people.approver,
        now,
    )


async def revoke(
    connection: asyncpg.Connection,
    staff_id: str,
    functions: Iterable[Function],
    effective: date,
    people: TwoPeople,
    now: datetime,
) -> Sequence[Grant]:
    """Revoke what is or will be held of these functions from a day on; return what that ends."""
    rows = await connection.fetch(
        "with ended as ("
        " insert into gateway.revocations (grant_id, effective, applicant, approver, recorded_at)"
        " select g.grant_id, $3, $4, $5, $6 from gateway.grants g"
        "  left join gateway.revocations r using (grant_id)"
        "  where g.staff_id = $1 and g.function = any($2::text[]) and r.grant_id is null"
        "    and (g.valid_to is null or g.valid_to >= $3)"
        " returning grant_id)"
        " select g.grant_id, g.staff_id, g.function, g.valid_from, g.valid_to,"
        "  $3::date as effective"
        " from ended join gateway.grants g using (grant_id)",
        staff_id,
        [function.value for function in functions],
        effective,
        people.applicant,
        people.approver,
        now,
    )
    return [_grant(row) for row in rows]


async def disable(
    connection: asyncpg.Connection, staff_id: str, people: TwoPeople, now: datetime
) -> None:
    """Disable a staff member for good. Raises `AlreadyThere` where that was done before."""
    done = await connection.fetchval(
        "insert into gateway.disablements (staff_id, applicant, approver, recorded_at)"
        " values ($1, $2, $3, $4) on conflict (staff_id) do nothing returning 1",
        staff_id,
        people.applicant,
        people.approver,
        now,
    )
    if done is None:
        raise AlreadyThere("this staff member is disabled already")


async def credentials(connection: asyncpg.Connection, staff_id: str) -> Credentials | None:
    """What a sign-in of this user id is checked against; None where nobody has it."""
    row = await connection.fetchrow(
        "select s.staff_id, s.name, s.department, s.valid_from, s.valid_to,"
        " d.staff_id is not null as disabled, p.hash from gateway.staff s"
        " left join gateway.disablements d using (staff_id)"
        " left join gateway.passwords p using (staff_id) where s.staff_id = $1",
        staff_id,
    )
    return Credentials(staff_of(row), row["hash"]) if row else None


async def still_holds(connection: asyncpg.Connection, known: Credentials) -> bool:
    """Whether ``known`` is still so, and stays so until the transaction ends."""
    await connection.execute(
        "select 1 from gateway.passwords where staff_id = $1 for no key update",
        known.staff.staff_id,
    )
    now = await credentials(connection, known.staff.staff_id)
    return (
        now is not None
        and now.password_hash == known.password_hash
        and now.staff.disabled == known.staff.disabled
    )


async def set_password(
    connection: asyncpg.Connection, staff_id: str, password_hash: str, now: datetime
) -> None:
    """Keep a new password hash."""
    await connection.execute(
        "insert into gateway.passwords (staff_id, hash, set_at) values ($1, $2, $3)"
        " on conflict (staff_id) do update set hash = excluded.hash, set_at = excluded.set_at",
        staff_id,
        password_hash,
        now,
    )


async def rehash(connection: asyncpg.Connection, staff_id: str, new_hash: str) -> None:
    """Replace a hash by one of the same password at today's cost, after `still_holds`."""
    await connection.execute(
        "update gateway.passwords set hash = $2 where staff_id = $1", staff_id, new_hash
    )
