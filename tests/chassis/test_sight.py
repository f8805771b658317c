"""Who is hidden is not there for a transaction that has not said that it sees everybody."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest
from fastapi import APIRouter, Depends

from contracts.functions import Function
from contracts.topics import consumed_by
from deploy.local.testing import TestStack
from services.chassis import sight
from services.chassis.clock import SystemClock
from services.chassis.database import connect
from services.chassis.http import current_service, requires
from services.chassis.service import Service
from services.chassis.settings import ServiceSettings
from tests.audit.calling import Caller

pytestmark = pytest.mark.stack

HIDDEN, VISIBLE, SEEN_AGAIN = (UUID(int=n, version=4) for n in (1, 2, 3))
_TABLES = """
create table claims.toys (toy_id int primary key, owner uuid not null, borrower uuid);
grant select, insert, update, delete on claims.toys to claims;
select bus.hide('claims.toys', 'owner', 'borrower');
create table claims.parts (part_id int primary key, toy_id int not null references claims.toys);
grant select, insert, update, delete on claims.parts to claims;
select bus.hide_with('claims.parts', 'claims.toys', 'toy_id');
"""
_COUNT = "select (select count(*) from claims.toys), (select count(*) from claims.parts)"


async def nothing(_batch: Any, _uow: Any) -> None:
    """A handler for tests that receive nothing."""


def _router() -> APIRouter:
    router = APIRouter()

    @router.get("/toys", dependencies=[Depends(requires(Function.PERSON_VIEW))])
    async def toys(service: Annotated[Service, Depends(current_service)]) -> list[int]:
        async with service.unit_of_work() as uow:
            found = await uow.connection.fetchrow(_COUNT)
        async with service.database.read() as connection:
            assert await connection.fetchrow(_COUNT) == found
        return list(found)

    return router


@pytest.fixture
async def toys(stack: TestStack, fresh_database: Callable[[str], str]) -> AsyncIterator[Service]:
    """Three toys of two parts each: the second of somebody hidden, the third lent to them."""
    settings = stack.settings(
        ServiceSettings, "claims", DATABASE_NAME=fresh_database("claims"), HTTP_PORT="0",
        DATABASE_POOL="2",
    )  # fmt: skip
    owner = settings.model_copy(update={"certs_dir": stack.layout.certs / "claims_migrate"})
    connection = await connect(owner, role="claims_migrate")
    await connection.execute(_TABLES)
    await connection.executemany(
        "insert into claims.toys values ($1, $2, $3)",
        [(1, VISIBLE, None), (2, HIDDEN, None), (3, VISIBLE, HIDDEN), (4, SEEN_AGAIN, VISIBLE)],
    )
    await connection.executemany(
        "insert into claims.parts values ($1, $2)", [(n, 1 + n % 4) for n in range(8)]
    )
    await connection.executemany(
        "insert into bus.hidden values ($1, 1, $2, now())", [(HIDDEN, True), (SEEN_AGAIN, False)]
    )
    await connection.close()
    service = Service(
        settings=settings,
        migrations=Path("none"),
        handlers=dict.fromkeys(consumed_by("claims"), nothing),
        routers=[_router()],
        clock=SystemClock(),
    )
    async with service.opened():
        yield service


async def test_a_request_sees_who_its_staff_member_may_see(stack: TestStack, toys: Service) -> None:
    call = Caller(stack, toys)
    for _ in range(3):  # two connections for all: what one may see does not stay on it
        blind = await call("s001", Function.PERSON_VIEW, get="/toys")
        assert blind.json() == [2, 4]
        seeing = await call("s002", Function.PERSON_VIEW, Function.SEALED_VIEW, get="/toys")
        assert seeing.json() == [4, 8]
    with sight.everybody():  # whoever asks from within the service gains nothing by it
        blind = await call("s001", Function.PERSON_VIEW, get="/toys")
        assert blind.json() == [2, 4]


async def test_who_says_nothing_does_not_see_them(toys: Service) -> None:
    connection = await connect(toys.settings)
    try:
        assert tuple(await connection.fetchrow(_COUNT)) == (2, 4)
        await connection.execute("select set_config('nenkin.sight', 'some', false)")
        assert tuple(await connection.fetchrow(_COUNT)) == (2, 4)
    finally:
        await connection.close()
    async with toys.unit_of_work() as uow:
        assert tuple(await uow.connection.fetchrow(_COUNT)) == (2, 4)
    with sight.everybody():
        async with toys.unit_of_work() as uow:
            assert tuple(await uow.connection.fetchrow(_COUNT)) == (4, 8)


async def test_what_is_not_seen_is_not_changed_or_removed(toys: Service) -> None:
    async with toys.database.transaction() as connection:
        changed = await connection.execute("update claims.toys set borrower = null")
        removed = await connection.execute("delete from claims.parts")
        locked = await connection.fetch("select from claims.toys for update")
        assert (changed, removed, len(locked)) == ("UPDATE 2", "DELETE 4", 2)
    with sight.everybody():
        async with toys.database.read() as connection:
            assert tuple(await connection.fetchrow(_COUNT)) == (4, 4)


async def test_the_running_role_cannot_take_the_filter_off(toys: Service) -> None:
    for statement in (
        "alter table claims.toys disable row level security",
        "drop policy sight on claims.toys",
        "select bus.put_filter('claims.toys', 'true')",
        "delete from bus.hidden",
    ):
        with pytest.raises(Exception, match=r"permission denied|must be owner"):
            async with toys.database.transaction() as connection:
                await connection.execute(statement)
    async with toys.database.transaction() as connection:
        await connection.execute("set local row_security = off")
        with pytest.raises(Exception, match="row-level security"):
            await connection.fetchrow(_COUNT)


async def test_a_new_row_about_somebody_hidden_can_be_added(toys: Service) -> None:
    """Who may is for the caller: sealed between the question and the entry, it is no error."""
    async with toys.database.transaction() as connection:
        await connection.execute("insert into claims.toys values (5, $1, null)", HIDDEN)
        assert tuple(await connection.fetchrow(_COUNT)) == (2, 4)
        assert await connection.fetchval("select count(*) from claims.toys where owner = $1",
                                         uuid4()) == 0  # fmt: skip
