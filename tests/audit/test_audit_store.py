"""Records in the real database: kept as they are, in one chain a shard, whatever happens."""

import asyncio
import json
from argparse import Namespace
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import asyncpg
import pytest

from contracts.events import (
    AuditAlike,
    AuditAlikeRecorded,
    AuditManyRecorded,
    AuditOfPerson,
    AuditRecorded,
    AuditRecordOfMany,
    Event,
)
from deploy.local.testing import TestStack
from services.audit import store
from services.audit.commands import Tally, make_checkpoint, verify_chains
from services.audit.domain.chain import Head
from services.audit.domain.verification import Damage, Fault
from services.audit.handlers import on_audit_events
from services.chassis.received import Received
from services.chassis.service import Service
from tests.audit.chains import an_event
from tests.audit.keeping import audit_service, batches, received

pytestmark = pytest.mark.stack

ONE, OTHER = 1, 4


@pytest.fixture
def database(fresh_database: Callable[[str], str]) -> str:
    return fresh_database("audit")


@pytest.fixture
async def audit(stack: TestStack, database: str, tmp_path: Path) -> AsyncIterator[Service]:
    key = tmp_path / "checkpoint.key"
    async with audit_service(stack, DATABASE_NAME=database, CHECKPOINT_KEY=str(key)).opened() as it:
        yield it


async def keep(audit: Service, numbers: range, *, size: int = 100) -> None:
    """Keep events in batches of both shards."""
    for batch in batches(numbers, size):
        async with audit.unit_of_work() as uow:
            events = [received(number, ONE if number % 3 else OTHER) for number in batch]
            await on_audit_events(events, uow)


async def faults(audit: Service, *marks: Head, shards: list[int] | None = None) -> list[Fault]:
    return await verify_chains(audit, shards, marks, Tally())


async def heads(audit: Service) -> dict[int, Head]:
    async with audit.database.read() as connection:
        return {head.shard: head for head in await store.heads(connection)}


async def test_batches_of_two_shards_go_to_two_chains_in_order(audit: Service) -> None:
    await keep(audit, range(1, 1001))
    assert await faults(audit) == []
    ends = await heads(audit)
    assert {shard: head.position for shard, head in ends.items()} == {ONE: 667, OTHER: 333}
    async with audit.database.read() as connection:
        async for piece in store.stored(connection, ONE, piece=50):
            for record in piece:
                number = (record.position - 1) // 2 * 3 + (record.position - 1) % 2 + 1
                assert record.entry.event_id == UUID(int=1000 + number)
                assert record.entry.body == an_event(number).model_dump_json().encode()


async def test_what_came_before_changes_nothing(audit: Service) -> None:
    await keep(audit, range(1, 31))
    before = await heads(audit)
    await keep(audit, range(1, 31))
    async with audit.unit_of_work() as uow:
        await on_audit_events([received(31, ONE), received(31, ONE)], uow)
    after = await heads(audit)
    assert after[OTHER] == before[OTHER]
    assert after[ONE].position == before[ONE].position + 1
    assert await faults(audit) == []


def written_out(alone: Sequence[Received[AuditRecorded]]) -> Event:
    return AuditManyRecorded(
        records=tuple(AuditRecordOfMany(record_id=r.event_id, record=r.event) for r in alone)
    )


def alike(alone: Sequence[Received[AuditRecorded]]) -> Event:
    """What each says once for all that say the same, in the order in which they came."""
    nobody = {"person_id": None, "reference": None}
    said = [(received.event.model_copy(update=nobody), received) for received in alone]
    return AuditAlikeRecorded(
        alike=tuple(
            AuditAlike(
                record=record,
                of=tuple(
                    AuditOfPerson(
                        record_id=received.event_id,
                        person_id=cast(UUID, received.event.person_id),
                        reference=received.event.reference,
                    )
                    for _, received in run
                ),
            )
            for record, run in groupby(said, key=itemgetter(0))
        )
    )


@pytest.mark.parametrize("packed", [written_out, alike])
async def test_records_that_came_together_are_kept_as_if_each_came_by_itself(
    audit: Service, packed: Callable[[Sequence[Received[AuditRecorded]]], Event]
) -> None:
    """Each under its own id, in the chain, found by its person; and none twice."""
    alone = [received(number, ONE) for number in range(1, 60, 2)]  # each of a person
    many = packed(alone)
    together: Received[Any] = replace(
        cast(Received[Any], alone[0]), event=many, event_id=UUID(int=1), type=many.TYPE,
        key="identity", body=many.model_dump_json().encode(),
    )  # fmt: skip
    for batch in ([*alone[:3], together], [together]):
        async with audit.unit_of_work() as uow:
            await on_audit_events(batch, uow)
    assert await faults(audit) == []
    async with audit.database.read() as connection:
        kept = [r async for piece in store.stored(connection, ONE) for r in piece]
        found = await store.page(
            connection, store.Filter(person_id=UUID(int=7)), before=None, limit=10
        )
    assert [(r.entry.event_id, r.entry.type, r.entry.body) for r in kept] == [
        (r.event_id, AuditRecorded.TYPE, r.body) for r in alone
    ]
    assert [row["event_id"] for row in found] == [UUID(int=1007)]


async def test_a_batch_that_is_rolled_back_leaves_nothing_and_comes_again(audit: Service) -> None:
    await keep(audit, range(1, 31))
    before = await heads(audit)

    async def broken() -> None:
        async with audit.unit_of_work() as uow:
            await on_audit_events([received(number, ONE) for number in range(31, 61)], uow)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()
    assert await heads(audit) == before
    await keep(audit, range(31, 61))
    assert await faults(audit) == []


async def test_instances_that_overlap_do_not_fork_a_chain(audit: Service) -> None:
    """Each takes the same events and some of its own, in both shards, in opposite order."""

    async def instance(offset: int) -> None:
        for round_ in range(6):
            common = [received(round_ * 10 + n, (ONE, OTHER)[n % 2]) for n in range(10)]
            own = [received(offset + round_ * 10 + n, (ONE, OTHER)[n % 2]) for n in range(10)]
            async with audit.unit_of_work() as uow:
                await on_audit_events(common + own if offset == 1000 else own + common, uow)

    await asyncio.gather(instance(1000), instance(2000), instance(3000))
    assert await faults(audit) == []
    assert sum(head.position for head in (await heads(audit)).values()) == 60 + 3 * 60


ROLES = ("audit", "audit_migrate", "postgres")


CHANGES = (
    "update audit.records set body = '' where position = 1",
    "delete from audit.records where position = 1",
    "truncate audit.records",
    "delete from audit.chains",
    "truncate audit.chains",
    "update audit.chains set position = position - 1",
    "update audit.chains set chain_hash = chain_hash",
    "update audit.chains set shard = shard + 1",
)


@pytest.mark.parametrize("role", ROLES)
async def test_nobody_changes_a_record_not_even_its_owner(
    stack: TestStack, database: str, audit: Service, role: str
) -> None:
    await keep(audit, range(1, 10))
    certificate = "admin" if role == "postgres" else role
    server = stack.database_server
    async with server.connect(certificate, role=role, database=database) as connection:
        for change in CHANGES:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(change)


async def test_the_running_role_has_these_rights_and_no_others(
    stack: TestStack, database: str
) -> None:
    async with stack.database_server.superuser(database) as connection:
        granted = await connection.fetch(
            "select table_name, privilege_type from information_schema.role_table_grants"
            " where grantee = 'audit' and table_schema = 'audit'"
        )
    assert {tuple(row) for row in granted} == {
        ("records", "SELECT"),
        ("records", "INSERT"),
        ("shown_records", "SELECT"),
        ("chains", "SELECT"),
        ("chains", "INSERT"),
    }


class Intruder:
    """Somebody who has the whole database: the refusing triggers are off for them."""

    def __init__(self, stack: TestStack, database: str) -> None:
        self._stack = stack
        self._database = database

    async def run(self, *statements: str) -> None:
        async with self._stack.database_server.superuser(self._database) as connection:
            await connection.execute("set session_replication_role = replica")
            for statement in statements:
                await connection.execute(statement)


@pytest.fixture
def intruder(stack: TestStack, database: str) -> Intruder:
    return Intruder(stack, database)


_AT_20 = f"where shard = {ONE} and position = 20"


@pytest.mark.parametrize(
    ("statements", "position", "damage"),
    [
        ((f"update audit.records set body = body || '\\x20' {_AT_20}",), 20, Damage.ALTERED),
        ((f"update audit.records set source = 'gateway' {_AT_20}",), 20, Damage.ALTERED),
        (
            (f"update audit.records set sent_at = sent_at + '1 microsecond' {_AT_20}",),
            20,
            Damage.ALTERED,
        ),
        (
            (f"update audit.records set chain_hash = sha256(chain_hash) {_AT_20}",),
            20,
            Damage.ALTERED,
        ),
        ((f"update audit.records set person_id = null {_AT_20}",), 20, Damage.INDEX_ALTERED),
        (
            (f"update audit.records set staff_id = 'somebody' {_AT_20}",),
            20,
            Damage.INDEX_ALTERED,
        ),
        (
            (f"update audit.records set number_accessed = not number_accessed {_AT_20}",),
            20,
            Damage.INDEX_ALTERED,
        ),
        ((f"delete from audit.records {_AT_20}",), 20, Damage.MISSING),
        (
            (
                f"delete from audit.records {_AT_20}",
                f"delete from audit.records where shard = {ONE} and position = 7",
            ),
            7,
            Damage.MISSING,
        ),
        (
            (
                f"update audit.records set position = 1000000 {_AT_20}",
                f"update audit.records set position = 20 where shard = {ONE} and position = 30",
                "update audit.records set position = 30 where position = 1000000",
            ),
            20,
            Damage.DISPLACED,
        ),
        (
            (f"delete from audit.records where shard = {ONE} and position > 20",),
            21,
            Damage.TRUNCATED,
        ),
        ((f"delete from audit.chains where shard = {ONE}",), 67, Damage.HEAD_ALTERED),
    ],
)
async def test_what_an_intruder_did_first_is_named(
    audit: Service,
    intruder: Intruder,
    statements: tuple[str, ...],
    position: int,
    damage: Damage,
) -> None:
    await keep(audit, range(1, 101))
    await intruder.run(*statements)
    assert await faults(audit) == [Fault(ONE, position, damage)]
    assert await faults(audit, shards=[OTHER]) == []


async def test_a_cut_off_chain_with_its_head_set_back_is_found_by_a_checkpoint(
    audit: Service, intruder: Intruder, tmp_path: Path
) -> None:
    await keep(audit, range(1, 101))
    _, seen = await make_checkpoint(audit, tmp_path)
    async with audit.database.read() as connection:
        pieces = [piece async for piece in store.stored(connection, ONE)]
    kept = pieces[0][49]
    await intruder.run(
        f"delete from audit.records where shard = {ONE} and position > 50",
        f"update audit.chains set position = 50, chain_hash = '\\x{kept.chain_hash.hex()}'"
        f" where shard = {ONE}",
    )
    assert await faults(audit) == []
    assert await faults(audit, *seen) == [Fault(ONE, 51, Damage.TRUNCATED)]


async def test_the_command_says_what_it_found_and_exits_accordingly(
    stack: TestStack,
    database: str,
    audit: Service,
    intruder: Intruder,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    commands = {command.name: command for command in audit.commands}

    async def run(name: str, **arguments: Any) -> tuple[int, dict[str, Any]]:
        code = await commands[name].run(audit, Namespace(**arguments))
        said = capsys.readouterr().out
        return code, json.loads(said) if said else {}

    asked: dict[str, Any] = {"shard": None, "checkpoint": None, "public_key": None}
    await keep(audit, range(1, 101))
    code, said = await run("checkpoint", folder=tmp_path / "carried")
    assert (code, said["records"]) == (0, 100)
    asked["checkpoint"] = [tmp_path / "carried"]
    code, said = await run("verify", **asked)
    assert (code, said["sound"], said["records"], said["compared_heads"]) == (0, True, 100, 2)

    await intruder.run(f"delete from audit.records where shard = {OTHER} and position = 9")
    code, said = await run("verify", **asked)
    assert code == 1
    assert said["faults"] == [{"shard": OTHER, "position": 9, "damage": "missing"}]
    code, said = await run("verify", **{**asked, "shard": ONE})
    assert code == 0

    other_key = tmp_path / "other.key"
    async with audit_service(
        stack, DATABASE_NAME=database, CHECKPOINT_KEY=str(other_key)
    ).opened() as other:
        await make_checkpoint(other, tmp_path / "carried")
    code, said = await run("verify", **asked)
    assert code == 2


async def test_verification_needs_no_more_memory_for_more_records(audit: Service) -> None:
    """Records come through a cursor, a piece at a time."""
    await keep(audit, range(1, 2001), size=500)
    async with audit.database.read() as connection:
        sizes = [len(piece) async for piece in store.stored(connection, ONE, piece=100)]
    assert max(sizes) == 100
    assert sum(sizes) == 1333 + 1
