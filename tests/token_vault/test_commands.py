"""The operator's commands, as they are typed."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from contracts.events import AuditOperation, AuditOutcome, AuditRecorded
from contracts.numbers import synthetic_individual_number as digits
from contracts.sealing import PublicSealingKey
from deploy.local.testing import TestStack
from services.chassis.clock import FixedClock
from services.chassis.received import Rejected
from services.chassis.service import Service
from services.token_vault import key_management
from services.token_vault.command_line import command_line
from services.token_vault.key_encryption import KeyFileError
from services.token_vault.settings import Settings
from tests.token_vault.vaults import (
    initialise,
    keys_of,
    outbox,
    public_key,
    sealed_change,
    take,
    vault_of,
)

pytestmark = pytest.mark.stack

PASSWORD = "designated-by-JPS-2026-10"


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Ended]


@pytest.fixture
def variables(stack: TestStack, settings: Settings) -> dict[str, str]:
    return {
        **stack.env("token_vault", database=settings.database),
        "NENKIN_VAULT_KEY_FILE": str(settings.vault_key_file),
        "NENKIN_VAULT_PASSPHRASE_FILE": str(settings.vault_passphrase_file),
    }


@pytest.fixture
def run(
    variables: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """``run("keys")``: the command line, with a service built anew each time."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    def command(*words: str, text: str = "") -> Ended:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            command_line(words)
        said = capsys.readouterr()
        if isinstance(end.value.code, str):  # what sys.exit prints and turns into 1
            return Ended(1, said.out, said.err + end.value.code)
        return Ended(int(end.value.code or 0), said.out, said.err)

    return command


def test_as_a_process(variables: dict[str, str]) -> None:
    others = {name: v for name, v in os.environ.items() if not name.startswith("NENKIN_")}
    done = subprocess.run(
        [sys.executable, "-m", "services.token_vault", "init-keys"],
        env={**others, **variables},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "passphrase cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_first_day(run: Run, settings: Settings, tmp_path: Path) -> None:
    assert run("publish-key").returncode != 0

    made = run("init-keys", "--new-passphrase")
    assert made.returncode == 0, made.stderr
    assert "key file, data key 1, index key 1, sealing key inbound-" in made.stdout
    assert "nothing to make" in run("init-keys").stdout
    for file in (settings.vault_key_file, settings.vault_passphrase_file):
        assert file.stat().st_mode & 0o777 == 0o600

    published = run("publish-key")
    public = PublicSealingKey.model_validate_json(published.stdout)
    assert set(json.loads(published.stdout)) == {"key_id", "suite", "public"}
    assert run("publish-key", "--out", str(tmp_path / "key.json")).returncode == 0
    assert (tmp_path / "key.json").read_text() == published.stdout

    prepared = run("rotate-inbound-key", "--prepare", "--suite", "x25519")
    assert "is pending" in prepared.stdout
    assert "is pending already" in run("rotate-inbound-key", "--prepare").stderr
    assert run("publish-key").stdout == published.stdout
    following = PublicSealingKey.model_validate_json(
        run("publish-key", "--key-id", f"{public.key_id}-2").stdout
    )
    assert following.suite == "x25519"
    assert run("rotate-inbound-key").returncode == 0
    assert PublicSealingKey.model_validate_json(run("publish-key").stdout) == following

    early = run("destroy-inbound-keys", "--key-id", public.key_id)
    assert early.returncode == 1
    assert "may be destroyed from" in early.stdout
    assert run("destroy-inbound-keys").returncode == 0
    assert "no sealing key other" in run("destroy-inbound-keys", "--key-id", "other").stderr

    assert "data key 2 is active" in run("rotate-data-key").stdout
    assert "0 numbers rewrapped" in run("rewrap").stdout
    listed = run("keys").stdout
    assert [line.split()[:3] for line in listed.splitlines()] == [
        ["sealing", public.key_id, "retiring"],
        ["sealing", following.key_id, "active"],
        ["data", "1", "destroyed"],
        ["data", "2", "active"],
        ["index", "1", "active"],
        ["medium", "password", "not"],
    ]


def test_the_medium_password_comes_from_standard_input(run: Run) -> None:
    run("init-keys", "--new-passphrase")
    for bad in ("", "short", "with space in it", "日本年金機構の指定", "x" * 65):
        refused = run("set-medium-password", text=bad + "\n")
        assert refused.returncode != 0
        assert "8 to 64 printable" in refused.stderr
    assert run("set-medium-password", PASSWORD).returncode == 2  # never an argument
    done = run("set-medium-password", text=PASSWORD + "\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert PASSWORD not in done.stdout
    assert "warning" in run("set-medium-password", text="12345678\n").stderr
    assert "set 2" in run("keys").stdout.splitlines()[-1]


def test_quotas_change_from_a_date_on(run: Run) -> None:
    run("init-keys", "--new-passphrase")
    assert (
        "100 per hour from 2030-01-01"
        in run("set-quota", "number_lookup", "100", "--from", "2030-01-01").stdout
    )
    assert "already" in run("set-quota", "number_lookup", "90", "--from", "2030-01-01").stderr
    assert "today or later" in run("set-quota", "medium_seal", "9", "--from", "2026-01-01").stderr


async def test_a_lost_key_file_is_not_replaced(opened: Service, settings: Settings) -> None:
    settings.vault_key_file.unlink()
    with pytest.raises(KeyFileError, match="restore that file"):
        await initialise(opened)
    assert not settings.vault_key_file.exists()


async def test_a_retired_key_is_destroyed_when_its_events_are_gone(
    opened: Service, clock: FixedClock
) -> None:
    vault, settings = vault_of(opened), opened.settings
    assert isinstance(settings, Settings)
    old = await public_key(opened)
    on_the_way = sealed_change(digits(1), old, 1)

    async def destroy() -> list[key_management.Destruction]:
        async with opened.unit_of_work() as uow:
            return await key_management.destroy_sealing_keys(uow, settings, old.key_id)

    assert not (await destroy())[0].destroyed  # active
    async with opened.unit_of_work() as uow:
        await key_management.rotate_sealing_key(uow, vault.keyring, suite=old.suite, prepare=False)
    clock.move(timedelta(days=3))
    (token,) = await take(opened, [on_the_way])  # upstream was slow: this counts as a use
    clock.move(timedelta(days=8))
    assert "may be destroyed from" in (await destroy())[0].reason
    clock.move(timedelta(hours=1))
    async with opened.database.transaction() as connection:
        await connection.execute(
            "insert into bus.dead_letters"
            " (key, shard, topic, kafka_offset, headers, body, state, code) values"
            " ('k', 0, 'inbound.residents', 1, '{}', $1, 'parked', 'TV-1007')",
            on_the_way.event.model_dump_json().encode(),
        )
    assert "1 events sealed to it wait" in (await destroy())[0].reason
    async with opened.database.transaction() as connection:
        await connection.execute("update bus.dead_letters set state = 'discarded'")
    assert (await destroy())[0].destroyed

    with pytest.raises(Rejected) as rejected:
        await take(opened, [on_the_way])
    assert [r.code for r in rejected.value.rejections] == ["TV-1002"]
    assert old.key_id not in (await keys_of(opened)).private
    new = await public_key(opened)
    assert await take(opened, [sealed_change(digits(1), new, 1)]) == [token]

    records = [e for e in await outbox(opened) if isinstance(e, AuditRecorded)]
    told = [
        r.outcome
        for r in records
        if r.operation is AuditOperation.KEY_MANAGEMENT
        and r.details == {"action": "destroy_inbound", "key": old.key_id}
    ]
    assert told == [AuditOutcome.REFUSED] * 3 + [AuditOutcome.DONE]


FORBIDDEN = [
    "delete from token_vault.numbers",
    "truncate token_vault.numbers",
    "update token_vault.numbers set token = '\\x00'",
    "update token_vault.numbers set created_at = now()",
    "delete from token_vault.sealing_keys",
    "update token_vault.sealing_keys set public = '\\x00'",
    "update token_vault.sealing_keys set key_id = 'x'",
    "delete from token_vault.versioned_keys",
    "update token_vault.versioned_keys set version = 9",
    "delete from token_vault.medium_password",
    "update token_vault.quotas set allowed = 1000",
    "delete from token_vault.quotas",
    "alter table token_vault.numbers disable trigger all",
    "create table token_vault.copies (number text)",
    "drop table token_vault.numbers",
    "copy token_vault.numbers to program 'cat'",
]


async def test_what_the_running_role_may_not_do(opened: Service) -> None:
    allowed = []
    for statement in FORBIDDEN:
        async with opened.database.pool.acquire() as connection:
            try:
                await connection.execute(statement)
            except asyncpg.InsufficientPrivilegeError:
                continue
            allowed.append(statement)
    assert not allowed


async def test_the_grants_are_these_and_no_others(opened: Service, stack: TestStack) -> None:
    async with stack.database_server.superuser(opened.settings.database) as connection:
        tables = await connection.fetch(
            "select table_name, string_agg(privilege_type, ' ' order by privilege_type) as may"
            " from information_schema.role_table_grants"
            " where table_schema = 'token_vault' and grantee = 'token_vault' group by 1"
        )
        columns = await connection.fetch(
            "select table_name, string_agg(column_name::text, ' ' order by column_name) as may"
            " from information_schema.role_column_grants where table_schema = 'token_vault'"
            " and grantee = 'token_vault' and privilege_type = 'UPDATE' group by 1"
        )
    assert {row["table_name"]: row["may"] for row in tables} == {
        "numbers": "INSERT SELECT",
        "sealing_keys": "INSERT SELECT",
        "versioned_keys": "INSERT SELECT",
        "medium_password": "INSERT SELECT",
        "quotas": "INSERT SELECT",
        "quota_uses": "DELETE INSERT SELECT",
    }
    assert {row["table_name"]: row["may"] for row in columns} == {
        "numbers": "blind_index ciphertext data_version entered_at index_version",
        "sealing_keys": ("activated_at destroyed_at last_opened_at retired_at state wrapped_seed"),
        "versioned_keys": "destroyed_at retired_at state wrapped",
        "medium_password": "set_at wrapped wrapped_by",
        "quota_uses": "used",
    }


async def test_a_destroyed_key_does_not_come_back(opened: Service, stack: TestStack) -> None:
    async with stack.database_server.superuser(opened.settings.database) as connection:
        for table, secret in (("sealing_keys", "wrapped_seed"), ("versioned_keys", "wrapped")):
            await connection.execute(
                f"update token_vault.{table} set state = 'destroyed', retired_at = now(),"
                f" destroyed_at = now(), {secret} = null"
            )
            with pytest.raises(asyncpg.RaiseError, match="does not become"):
                await connection.execute(
                    f"update token_vault.{table}"
                    f" set state = 'retiring', destroyed_at = null, {secret} = '\\x00'"
                )
