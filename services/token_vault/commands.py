"""The vault's commands, for the operator at its own machine."""

import argparse
import getpass
import re
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import cast

from contracts.events import AuditOperation
from contracts.sealing import SealingSuite
from services.chassis import audit
from services.chassis.service import Command, Service
from services.token_vault import key_management, unborne
from services.token_vault.domain.errors import VaultError
from services.token_vault.domain.keys import (
    KeyVersions,
    NoActiveKey,
    SealingKey,
    SealingKeyState,
    VersionedKind,
)
from services.token_vault.domain.quotas import Operation, Quota, in_force
from services.token_vault.medium import PASSWORD_PATTERN, WEAK_BELOW
from services.token_vault.settings import Settings
from services.token_vault.stores import keys as key_store
from services.token_vault.stores import numbers as store
from services.token_vault.vault import Vault


class Refused(VaultError):
    """What was asked for is not done; the message says why."""


async def _init_keys(service: Service, arguments: argparse.Namespace) -> int:
    async with service.unit_of_work() as uow:
        made = await key_management.initialise(
            uow,
            _vault(service).keyring,
            _settings(service),
            new_passphrase=arguments.new_passphrase,
        )
    print("made: " + ", ".join(made) if made else "nothing to make: all keys are there")
    return 0


async def _publish_key(service: Service, arguments: argparse.Namespace) -> int:
    async with service.database.read() as connection:
        keys = await _vault(service).load(connection)
    if arguments.key_id:
        private = keys.private.get(arguments.key_id)
        if private is None:
            raise Refused(f"there is no sealing key {arguments.key_id}, or it is destroyed")
    elif keys.sealing_active is None:
        raise NoActiveKey("sealing")
    else:
        private = keys.sealing_active
    text = private.public.model_dump_json() + "\n"
    if arguments.out:
        arguments.out.write_text(text)
    else:
        sys.stdout.write(text)
    return 0


async def _rotate_inbound_key(service: Service, arguments: argparse.Namespace) -> int:
    async with service.unit_of_work() as uow:
        key_id = await key_management.rotate_sealing_key(
            uow, _vault(service).keyring, suite=arguments.suite, prepare=arguments.prepare
        )
    state = "pending" if arguments.prepare else "active"
    print(f"{key_id} is {state}; give it to upstream: publish-key --key-id {key_id}")
    return 0


async def _destroy_inbound_keys(service: Service, arguments: argparse.Namespace) -> int:
    async with service.unit_of_work() as uow:
        results = await key_management.destroy_sealing_keys(
            uow, _settings(service), arguments.key_id
        )
    for result in results:
        print(result.reason)
    if not results:
        print("no key is retiring")
    return 1 if arguments.key_id and not results[0].destroyed else 0


async def _rotate_data_key(service: Service, _arguments: argparse.Namespace) -> int:
    return await _rotate(service, VersionedKind.DATA)


async def _rotate_index_key(service: Service, _arguments: argparse.Namespace) -> int:
    return await _rotate(service, VersionedKind.INDEX)


async def _rotate(service: Service, kind: VersionedKind) -> int:
    async with service.unit_of_work() as uow:
        version = await key_management.rotate_version(uow, _vault(service).keyring, kind)
    print(f"{kind} key {version} is active; now run rewrap")
    return 0


async def _rewrap(service: Service, arguments: argparse.Namespace) -> int:
    done = 0
    async for done, total in key_management.rewrap(
        service.unit_of_work, _vault(service), limit=arguments.batch
    ):
        print(f"{done} of {total}", flush=True)
    print(f"{done} numbers rewrapped; no superseded key is left")
    return 0


async def _set_medium_password(service: Service, _arguments: argparse.Namespace) -> int:
    if sys.stdin.isatty():
        password = getpass.getpass("password designated by JPS: ")
        if getpass.getpass("again: ") != password:
            raise Refused("the two entries differ")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not re.fullmatch(PASSWORD_PATTERN, password):
        raise Refused("a medium password has 8 to 64 printable ASCII characters, no spaces")
    async with service.unit_of_work() as uow:
        await key_management.set_password(uow, _vault(service).keyring, password)
    if len(password) < WEAK_BELOW:
        print(
            f"warning: shorter than {WEAK_BELOW} characters; ZIP protects a short password poorly",
            file=sys.stderr,
        )
    print("the medium password is set")
    return 0


async def _set_quota(service: Service, arguments: argparse.Namespace) -> int:
    async with service.unit_of_work() as uow:
        valid_from = arguments.valid_from or uow.today
        if valid_from < uow.today or arguments.allowed < 0:
            raise Refused("a quota is at least 0 and begins today or later")
        former = in_force(await store.quotas(uow.connection), arguments.operation, valid_from)
        quota = Quota(arguments.operation, valid_from, former.period, arguments.allowed)
        if not await store.add_quota(uow.connection, quota):
            raise Refused(f"{quota.operation} has a quota from {valid_from} on already")
        audit.record(
            uow,
            AuditOperation.RIGHTS_CHANGE,
            details={"quota": quota.operation, "allowed": quota.allowed},
        )
    print(f"{quota.operation}: {quota.allowed} per {quota.period} from {valid_from} on")
    return 0


async def _ask_unborne(service: Service, arguments: argparse.Namespace) -> int:
    asked = await unborne.ask(service, timedelta(hours=arguments.after_hours))
    print(f"asked about {asked} numbers that staff entered")
    return 0


async def _keys(service: Service, _arguments: argparse.Namespace) -> int:
    async with service.database.read() as connection:
        sealing = await key_store.sealing_keys(connection)
        stored = await key_store.versioned_keys(connection)
        password = await store.medium_password(connection)
    settings = _settings(service)
    for key in sealing:
        print(_line("sealing", key.key.key_id, key.key.state, _life(key.key, settings)))
    for kind in VersionedKind:
        versions = KeyVersions(kind, {s.version: s.state for s in stored if s.kind is kind})
        for version, state in versions.states.items():
            minimum = "minimum accepted" if version == versions.minimum else ""
            print(_line(kind, str(version), state, minimum))
    when = f"set {password.set_at:%Y-%m-%d %H:%MZ}" if password else "not set"
    print(_line("medium", "password", when, ""))
    return 0


def _life(key: SealingKey, settings: Settings) -> str:
    parts = [key.suite.value, f"made {key.created_at:%Y-%m-%d}"]
    if key.state is SealingKeyState.DESTROYED and key.destroyed_at:
        parts.append(f"destroyed {key.destroyed_at:%Y-%m-%d}")
    due = key.destroyable_from(settings.inbound_retention, settings.inbound_key_margin)
    if due:
        parts.append(f"destroyable from {due:%Y-%m-%d %H:%MZ}")
    return ", ".join(parts)


def _line(*parts: str) -> str:
    return "  ".join(part.ljust(width) for part, width in zip(parts, (8, 24, 10, 0), strict=True))


def _vault(service: Service) -> Vault:
    return cast(Vault, service.state)


def _settings(service: Service) -> Settings:
    return cast(Settings, service.settings)


def _init_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--new-passphrase",
        action="store_true",
        help="also make the passphrase file, with a random passphrase, if it is missing",
    )


def _publish_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key-id", help="by default the active key")
    parser.add_argument("--out", type=Path, help="write to this file, by default to the output")


def _rotate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--prepare", action="store_true", help="only make it, to be given to upstream beforehand"
    )
    parser.add_argument("--suite", type=SealingSuite, default=SealingSuite.HYBRID)


def _destroy_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key-id", help="only this one; fails if it is not due")


def _rewrap_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--batch", type=int, default=5_000, help="numbers in one transaction")


def _hours(text: str) -> int:
    hours = int(text)
    if hours < 1:
        raise ValueError("an entry may be under way")
    return hours


def _unborne_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--after-hours", type=_hours, default=24, help="entered last so long ago (24; at least 1)"
    )


def _quota_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("operation", type=Operation, choices=list(Operation))
    parser.add_argument("allowed", type=int)
    parser.add_argument("--from", dest="valid_from", type=date.fromisoformat)


COMMANDS: Sequence[Command] = (
    Command("init-keys", "make the keys that are missing", _init_keys, _init_arguments),
    Command(
        "publish-key", "print the public sealing key for upstream", _publish_key, _publish_arguments
    ),
    Command("rotate-inbound-key", "take a new sealing key", _rotate_inbound_key, _rotate_arguments),
    Command(
        "destroy-inbound-keys",
        "destroy retired sealing keys whose events have left the bus",
        _destroy_inbound_keys,
        _destroy_arguments,
    ),
    Command("rotate-data-key", "encrypt new numbers under a new key", _rotate_data_key),
    Command("rotate-index-key", "index new numbers under a new key", _rotate_index_key),
    Command(
        "rewrap",
        "write all numbers anew under the active keys and destroy the former ones",
        _rewrap,
        _rewrap_arguments,
    ),
    Command(
        "set-medium-password",
        "keep the password that JPS designated (from standard input, never an argument)",
        _set_medium_password,
    ),
    Command("set-quota", "change a limit from a date on", _set_quota, _quota_arguments),
    Command(
        "ask-unborne",
        "have identity say which numbers that staff entered nobody bears: they are erased",
        _ask_unborne,
        _unborne_arguments,
    ),
    Command("keys", "list keys, versions and states, no secrets", _keys),
)
