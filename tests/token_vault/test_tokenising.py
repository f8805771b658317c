"""The vault's database: one token a number, whatever happens to keys and rows."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest

from contracts.events import AuditOperation, AuditRecorded, ResidentTokenised
from contracts.numbers import synthetic_individual_number as digits
from services.chassis.received import Rejected
from services.chassis.service import Service
from services.token_vault import key_management
from services.token_vault.app import build
from services.token_vault.domain.keys import VersionedKind
from services.token_vault.keyring import NumberDamaged
from services.token_vault.settings import Settings
from tests.token_vault.vaults import (
    emitted,
    initialise,
    keys_of,
    outbox,
    public_key,
    sealed_change,
    take,
    vault_of,
)

pytestmark = pytest.mark.stack


async def test_the_same_number_has_the_same_token_and_others_have_others(opened: Service) -> None:
    public = await public_key(opened)
    batch = [sealed_change(digits(i), public, i) for i in (1, 2, 3, 1, 2, 1)]
    first = await take(opened, batch)
    assert first[0] == first[3] == first[5]
    assert first[1] == first[4]
    assert len(set(first)) == 3
    again = await take(opened, [sealed_change(digits(i), public, i) for i in (3, 4, 1)])
    assert again[0] == first[2]
    assert again[2] == first[0]
    assert again[1] not in first


async def test_what_leaves_is_the_change_with_a_token(opened: Service) -> None:
    public = await public_key(opened)
    batch = [sealed_change(digits(1), public, 1), sealed_change(None, public, 2)]
    one, two, record = await emitted(opened, batch)
    for event, before in ((one, batch[0].event), (two, batch[1].event)):
        assert isinstance(event, ResidentTokenised)
        assert event.model_dump(exclude={"individual_number_token"}) == before.model_dump(
            exclude={"sealed_number"}
        )
    assert two.individual_number_token is None
    assert isinstance(record, AuditRecorded)
    assert record.operation is AuditOperation.TOKENISE
    assert (record.count, record.number_accessed, record.details) == (1, True, {"new": 1})
    assert record.staff_id is None
    assert record.person_id is None


async def test_a_batch_without_numbers_accesses_none(opened: Service) -> None:
    public = await public_key(opened)
    (event,) = await emitted(opened, [sealed_change(None, public, 1)])
    assert isinstance(event, ResidentTokenised)


async def test_all_that_is_refused_is_named_at_once_and_nothing_is_kept(opened: Service) -> None:
    public = await public_key(opened)
    good = sealed_change(digits(1), public, 1)
    wrong = digits(2)[:11] + str((int(digits(2)[11]) + 1) % 10)
    bad_digit = sealed_change(wrong, public, 2)
    foreign = sealed_change(digits(3), public.model_copy(update={"key_id": "inbound-x"}), 3)
    with pytest.raises(Rejected) as rejected:
        await take(opened, [good, bad_digit, foreign])
    told = {(r.received, r.code) for r in rejected.value.rejections}
    assert told == {(bad_digit, "TV-1007"), (foreign, "TV-1001")}
    assert not any(wrong in r.reason for r in rejected.value.rejections)
    async with opened.database.read() as connection:
        assert await connection.fetchval("select count(*) from token_vault.numbers") == 0


async def test_two_instances_with_the_same_new_numbers_agree(opened: Service) -> None:
    public = await public_key(opened)

    def batch(order: Any) -> list[Any]:
        return [sealed_change(digits(i), public, i) for i in order]

    runs = await asyncio.gather(
        take(opened, batch(range(200))),
        take(opened, batch(reversed(range(200)))),
        take(opened, batch(range(100, 300))),
    )
    assert runs[0] == runs[1][::-1]
    assert runs[0][100:] == runs[2][:100]
    async with opened.database.read() as connection:
        assert await connection.fetchval("select count(*) from token_vault.numbers") == 300


async def test_rotating_and_rewrapping_keep_every_token_and_destroy_the_old_keys(
    opened: Service,
) -> None:
    vault = vault_of(opened)
    public = await public_key(opened)
    batch = [sealed_change(digits(i), public, i) for i in range(25)]
    before = await take(opened, batch)
    for kind in VersionedKind:
        async with opened.unit_of_work() as uow:
            assert await key_management.rotate_version(uow, vault.keyring, kind) == 2
    # Between rotation and rewrapping, old and new numbers are found side by side.
    between = await take(opened, [*batch[:5], sealed_change(digits(900), public, 900)])
    assert between[:5] == before[:5]
    assert await _versions(opened) == {(1, 1): 25, (2, 2): 1}

    progress = [p async for p in key_management.rewrap(opened.unit_of_work, vault, limit=10)]
    assert progress == [(10, 25), (20, 25), (25, 25)]
    assert await _versions(opened) == {(2, 2): 26}
    assert await take(opened, batch) == before
    keys = await keys_of(opened)
    assert keys.data_versions.accepted == keys.index_versions.accepted == (2,)
    async with opened.database.read() as connection:
        left = await connection.fetchval(
            "select count(*) from token_vault.versioned_keys"
            " where state = 'destroyed' and wrapped is null"
        )
        assert left == 2
    records = [e for e in await outbox(opened) if isinstance(e, AuditRecorded)]
    rewrapped = [r for r in records if r.details.get("action") == "rewrap"]
    assert [r.count for r in rewrapped] == [10, 10, 5]
    assert all(r.number_accessed for r in rewrapped)
    assert [p async for p in key_management.rewrap(opened.unit_of_work, vault, limit=10)] == []


async def test_rewrapping_goes_on_where_it_was_stopped(opened: Service) -> None:
    vault = vault_of(opened)
    public = await public_key(opened)
    batch = [sealed_change(digits(i), public, i) for i in range(30)]
    before = await take(opened, batch)
    async with opened.unit_of_work() as uow:
        await key_management.rotate_version(uow, vault.keyring, VersionedKind.DATA)
    run = key_management.rewrap(opened.unit_of_work, vault, limit=10)
    assert await anext(run) == (10, 30)
    assert isinstance(run, AsyncGenerator)
    await run.aclose()
    assert await _versions(opened) == {(1, 1): 20, (2, 1): 10}
    assert (await keys_of(opened)).data_versions.accepted == (2, 1)
    again = key_management.rewrap(opened.unit_of_work, vault, limit=10)
    assert [p async for p in again] == [(10, 20), (20, 20)]
    assert await take(opened, batch) == before


async def test_a_batch_and_a_rotation_wait_for_each_other(opened: Service) -> None:
    """Nobody writes under a version that is destroyed by the time of the commit."""
    vault = vault_of(opened)
    public = await public_key(opened)

    async def rotate_and_rewrap() -> None:
        for _ in range(3):
            async with opened.unit_of_work() as uow:
                await key_management.rotate_version(uow, vault.keyring, VersionedKind.DATA)
            async for _progress in key_management.rewrap(opened.unit_of_work, vault, limit=50):
                pass

    async def write(start: int) -> list[str | None]:
        tokens = []
        for i in range(start, start + 100, 10):
            tokens += await take(
                opened, [sealed_change(digits(n), public, n) for n in range(i, i + 10)]
            )
        return tokens

    _, *written = await asyncio.gather(rotate_and_rewrap(), write(0), write(50))
    assert written[0][50:] == written[1][:50]
    keys = await keys_of(opened)
    async with opened.unit_of_work() as uow:
        tokens = [t for t in {*written[0], *written[1]} if t]
        numbers = await vault.numbers(uow.connection, keys, tokens)
    assert {number.digits for number in numbers.values()} == {digits(n) for n in range(150)}


async def test_a_row_moved_to_another_token_does_not_open(opened: Service, stack: Any) -> None:
    public = await public_key(opened)
    one, two = await take(opened, [sealed_change(digits(i), public, i) for i in (1, 2)])
    assert one
    assert two
    async with stack.database_server.superuser(opened.settings.database) as connection:
        await connection.execute(
            "update token_vault.numbers set ciphertext ="
            " (select ciphertext from token_vault.numbers where token = $1) where token = $2",
            bytes.fromhex(one),
            bytes.fromhex(two),
        )
    async with opened.unit_of_work() as uow:
        keys = await vault_of(opened).keys(uow.connection)
        with pytest.raises(NumberDamaged):
            await vault_of(opened).numbers(uow.connection, keys, [two])
        assert (await vault_of(opened).numbers(uow.connection, keys, [one]))[one].digits == digits(
            1
        )


async def test_a_restarted_vault_finds_what_it_kept(opened: Service) -> None:
    public = await public_key(opened)
    before = await take(opened, [sealed_change(digits(1), public, 1)])
    restarted = build(cast(Settings, opened.settings))
    async with restarted.opened():
        assert await initialise(restarted) == []
        assert await take(restarted, [sealed_change(digits(1), public, 1)]) == before


async def test_no_file_of_the_database_holds_a_number(opened: Service, stack: Any) -> None:
    public = await public_key(opened)
    numbers = [digits(i) for i in range(300)]
    batch = [sealed_change(d, public, i) for i, d in enumerate(numbers)]
    tokens = await take(opened, batch)
    async with stack.database_server.superuser(opened.settings.database) as connection:
        await connection.execute("checkpoint")
        files = await connection.fetch(
            "select c.oid::regclass::text as name, pg_relation_filepath(c.oid) as path"
            " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where pg_relation_filenode(c.oid) is not null and c.relkind in ('r', 'i', 't')"
            " and (n.nspname in ('token_vault', 'bus') or c.relkind = 't')"
        )
        raw = {
            row["name"]: await connection.fetchval("select pg_read_binary_file($1)", row["path"])
            for row in files
        }
    everything = b"".join(raw.values())
    assert bytes.fromhex(tokens[0] or "") in raw["token_vault.numbers"]  # we read the right files
    assert "架空　花子".encode() in everything
    assert not [d for d in numbers if d.encode() in everything or bytes.fromhex(d) in everything]


async def _versions(service: Service) -> dict[tuple[int, int], int]:
    async with service.database.read() as connection:
        rows = await connection.fetch(
            "select data_version, index_version, count(*) as n from token_vault.numbers"
            " group by 1, 2"
        )
    return {(row["data_version"], row["index_version"]): row["n"] for row in rows}
