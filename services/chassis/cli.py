"""The command line of every service: ``python -m services.NAME run|migrate|dead-letters|…``."""

import argparse
import asyncio
import gc
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar, cast

import asyncpg
from pydantic import ValidationError
from pydantic_settings import SettingsError

from services.chassis import database, dead_letter_commands, memory, migrations, sight
from services.chassis.service import Service, spare_the_collector
from services.chassis.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)


def main(
    build: Callable[[S], Service],
    settings_type: type[S],
    argv: Sequence[str] | None = None,
) -> None:
    """Parse, run, and exit with the command's status."""
    try:
        settings = cast(Callable[[], S], settings_type)()
    except ValidationError as error:
        names = ", ".join("NENKIN_" + ".".join(map(str, e["loc"])).upper() for e in error.errors())
        sys.exit(f"settings missing or wrong: {names} (see services/chassis/settings.py)")
    except SettingsError as error:  # names the field, not its value
        sys.exit(f"settings: {error} (JSON is expected)")
    service = build(settings)
    gc.enable()  # see `still`
    arguments = _parser(service).parse_args(argv)
    try:
        sys.exit(asyncio.run(arguments.run(service, arguments)))
    except (*database.TRANSIENT, asyncpg.PostgresError) as error:
        sys.exit(f"{service.name}: {type(error).__name__}: is the stack running? (make status)")


def _parser(service: Service) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m services.{service.name}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run the service until it is told to stop")
    run.set_defaults(run=_run)
    migrate = commands.add_parser("migrate", help="bring the database up to date")
    migrate.set_defaults(run=_migrate)
    dead_letter_commands.add(commands)
    for command in service.commands:
        own = commands.add_parser(command.name, help=command.help)
        command.arguments(own)
        own.set_defaults(run=_opened(command.run))
    return parser


def _opened(
    run: Callable[[Service, argparse.Namespace], Awaitable[int]],
) -> Callable[[Service, argparse.Namespace], Awaitable[int]]:
    async def with_database(service: Service, arguments: argparse.Namespace) -> int:
        with sight.everybody():
            async with service.opened():
                spare_the_collector()
                memory.keep()
                return await run(service, arguments)

    return with_database


async def _run(service: Service, _arguments: argparse.Namespace) -> int:
    await service.run()
    return 0


async def _migrate(service: Service, _arguments: argparse.Namespace) -> int:
    connection = await database.connect(service.settings, role=f"{service.name}_migrate")
    try:
        ran = await migrations.apply(connection, service.name, service.migrations)
    finally:
        await connection.close()
    print(json.dumps({"service": service.name, "ran": ran}))
    return 0
