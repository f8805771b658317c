"""The running service finds damage by itself, and an operator's alerts see it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from deploy.local.testing import TestStack
from services.audit.commands import make_checkpoint
from services.audit.handlers import on_audit_events
from services.audit.watch import keep_verifying, verify_once
from services.chassis.service import Service
from tests.audit.keeping import audit_service, received

pytestmark = pytest.mark.stack


@pytest.fixture
def database(fresh_database: Callable[[str], str]) -> str:
    return fresh_database("audit")


@pytest.fixture
async def audit(stack: TestStack, database: str, tmp_path: Path) -> AsyncIterator[Service]:
    settings = {
        "DATABASE_NAME": database,
        "CHECKPOINT_KEY": str(tmp_path / "checkpoint.key"),
        "CHECKPOINT_DIR": str(tmp_path / "checkpoints"),
        "VERIFY_EVERY_S": "1",
    }
    async with audit_service(stack, **settings).opened() as service:
        async with service.unit_of_work() as uow:
            await on_audit_events([received(number, number % 2) for number in range(60)], uow)
        yield service


def shown(audit: Service, name: str, **labels: str) -> float | None:
    return audit.metrics.registry.get_sample_value(name, labels)


def broken(audit: Service) -> set[str]:
    return {
        sample.labels["part"]
        for family in audit.metrics.registry.collect()
        if family.name == "audit_chain_broken"
        for sample in family.samples
        if sample.value
    }


async def damage(stack: TestStack, database: str, statement: str) -> None:
    async with stack.database_server.superuser(database) as connection:
        await connection.execute("set session_replication_role = replica")
        await connection.execute(statement)


async def test_sound_records(audit: Service) -> None:
    assert shown(audit, "audit_chain_verified_timestamp_seconds") == 0
    await verify_once(audit)
    assert broken(audit) == set()
    assert shown(audit, "audit_chain_broken", part="0") == 0
    assert shown(audit, "audit_chain_verified_records") == 60
    now = audit.clock.now().timestamp()
    assert now - (shown(audit, "audit_chain_verified_timestamp_seconds") or 0) < 60


async def test_a_damaged_chain_is_shown_by_its_shard(
    audit: Service, stack: TestStack, database: str
) -> None:
    await damage(
        stack, database, "update audit.records set source = 'x' where shard = 1 and position = 5"
    )
    await verify_once(audit)
    assert broken(audit) == {"1"}


async def test_records_that_a_checkpoint_saw_are_missed(
    audit: Service, stack: TestStack, database: str, tmp_path: Path
) -> None:
    await make_checkpoint(audit, tmp_path / "checkpoints")
    await damage(stack, database, "truncate audit.records, audit.chains")
    await verify_once(audit)
    assert broken(audit) == {"0", "1"}


async def test_a_forged_checkpoint_is_shown_and_the_chains_are_checked_all_the_same(
    audit: Service, stack: TestStack, database: str, tmp_path: Path
) -> None:
    file, _ = await make_checkpoint(audit, tmp_path / "checkpoints")
    file.write_text(file.read_text().replace('"position": 30', '"position": 29'))
    await damage(stack, database, "delete from audit.records where shard = 0 and position = 3")
    await verify_once(audit)
    assert broken(audit) == {"0", "checkpoints"}


async def test_it_looks_again_and_again(audit: Service, stack: TestStack, database: str) -> None:
    task = asyncio.create_task(keep_verifying(audit))
    try:
        async with asyncio.timeout(30):
            while not shown(audit, "audit_chain_verified_records"):  # noqa: ASYNC110  it tells nobody
                await asyncio.sleep(0.05)
            await damage(stack, database, "delete from audit.records where position = 30")
            while broken(audit) != {"0", "1"}:  # noqa: ASYNC110  a gauge tells nobody
                await asyncio.sleep(0.05)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
