"""What the gateway's own role may do in its database, and what nobody may (C13, C14)."""

from datetime import timedelta

import asyncpg
import pytest

from contracts.functions import Function
from services.gateway.stores import sessions
from tests.gateway.house import House, sign_in

pytestmark = pytest.mark.stack

ALLOWED = {
    "changes": {"SELECT", "INSERT"},
    "disablements": {"SELECT", "INSERT"},
    "grants": {"SELECT", "INSERT"},
    "passwords": {"SELECT", "INSERT"},
    "revocations": {"SELECT", "INSERT"},
    "sessions": {"SELECT", "INSERT", "DELETE"},
    "staff": {"SELECT", "INSERT"},
    "throttles": {"SELECT", "INSERT", "UPDATE", "DELETE"},
}
COLUMNS = {
    ("passwords", "hash"),
    ("passwords", "set_at"),
    ("sessions", "last_active_at"),
    ("sessions", "ended_at"),
    ("sessions", "end_reason"),
}


async def test_grants_are_these_and_no_others(gateway: House) -> None:
    rows = await gateway.execute(
        "select table_name, privilege_type from information_schema.table_privileges"
        " where table_schema = 'gateway' and grantee = current_user"
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["table_name"], set()).add(row["privilege_type"])
    assert found == ALLOWED
    rows = await gateway.execute(
        "select table_name, column_name from information_schema.column_privileges"
        " where table_schema = 'gateway' and grantee = current_user"
        " and privilege_type = 'UPDATE' and table_name <> 'throttles'"
    )
    assert {(row["table_name"], row["column_name"]) for row in rows} == COLUMNS


@pytest.mark.parametrize(
    "statement",
    [
        "delete from gateway.staff",
        "update gateway.staff set name = 'x'",
        "update gateway.grants set valid_to = null",
        "delete from gateway.revocations",
        "delete from gateway.disablements",
        "update gateway.sessions set state = 'authenticated'",
        "update gateway.sessions set signed_in_at = now()",
        "create table gateway.mine ()",
        "truncate gateway.grants",
    ],
)
async def test_rights_cannot_be_rewritten(gateway: House, statement: str) -> None:
    await gateway.hire("sato", Function.PERSON_VIEW)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await gateway.execute(statement)


async def test_same_person_twice_is_refused_by_the_database_too(gateway: House) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await gateway.execute(
            "insert into gateway.staff values"
            " ('ito', '伊藤', '課', '2026-04-01', null, '佐藤', '佐藤', now())"
        )


async def test_old_sessions_and_throttles_are_deleted(gateway: House) -> None:
    async with gateway.signed_in() as browser:
        await sign_in(browser, "nobody")
    now = gateway.clock.now()
    async with gateway.service.database.transaction() as connection:
        await sessions.purge(connection, now, now)
    assert len(await gateway.execute("select 1 from gateway.sessions")) == 1
    later = now + timedelta(seconds=1)
    async with gateway.service.database.transaction() as connection:
        await sessions.purge(connection, later, later)
    assert await gateway.execute("select 1 from gateway.sessions") == []
    assert await gateway.execute("select 1 from gateway.throttles") == []
