"""``dead-letters list|show|replay|discard`` and ``breaker list|park``.

ORDER: a parked event holds its key's later events back. Replaying it lets them through, oldest
first, in one transaction; discarding it does the same without it. Both take ``--dry-run``.
"""

import argparse
import getpass
import json
import sys
from pathlib import Path
from typing import Any

from contracts.events import AuditOperation
from services.chassis import audit, breaker, dead_letters, sight
from services.chassis.intake import Tally
from services.chassis.service import Service


class _DryRun(Exception):
    """Rolls a rehearsal back."""


def add(commands: Any) -> None:
    """Add both commands to a service's parser."""
    letters = commands.add_parser("dead-letters", help="events that were refused")
    verbs = letters.add_subparsers(required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="open letters, a line each")
    listing.add_argument("--all", action="store_true", help="the settled ones too")
    listing.add_argument("--limit", type=int, default=100)
    listing.set_defaults(run=_with_database(_list))
    show = verbs.add_parser("show", help="one letter; its body only with --body")
    show.add_argument("id", type=int)
    show.add_argument("--body", action="store_true", help="print the body: personal data")
    show.set_defaults(run=_with_database(_show))
    replay = verbs.add_parser("replay", help="take a letter in again, and what waits behind it")
    replay.add_argument("id", type=int, nargs="+")
    replay.add_argument("--body", type=Path, help="a file with the mended body (one id only)")
    replay.add_argument("--dry-run", action="store_true")
    replay.set_defaults(run=_with_database(_replay))
    discard = verbs.add_parser("discard", help="give a letter up; what waits behind it goes on")
    discard.add_argument("id", type=int, nargs="+")
    discard.add_argument("--reason", required=True, help="a code or a few words, no personal data")
    discard.add_argument("--dry-run", action="store_true")
    discard.set_defaults(run=_with_database(_discard))
    breakers = commands.add_parser("breaker", help="topics whose intake waits")
    verbs = breakers.add_subparsers(required=True, metavar="VERB")
    verbs.add_parser("list", help="open breakers").set_defaults(run=_with_database(_breakers))
    park = verbs.add_parser("park", help="let the refused records through to the dead letters")
    park.add_argument("topic")
    park.set_defaults(run=_with_database(_park))


def _with_database(run: Any) -> Any:
    async def wrapped(service: Service, arguments: argparse.Namespace) -> int:
        with sight.everybody():
            async with service.opened():
                status: int = await run(service, arguments)
                return status

    return wrapped


def _print(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, default=str))


async def _list(service: Service, arguments: argparse.Namespace) -> int:
    states = None if arguments.all else ["parked", "waiting"]
    async with service.database.read() as connection:
        for row in await dead_letters.listing(connection, states, arguments.limit):
            _print(row)
    return 0


async def _show(service: Service, arguments: argparse.Namespace) -> int:
    async with service.unit_of_work() as uow:
        letter = await dead_letters.show(uow.connection, arguments.id)
        if letter is None:
            print(f"no dead letter {arguments.id}", file=sys.stderr)
            return 1
        if arguments.body:
            _record(service, uow, "show", arguments.id)
            letter["body"] = letter["body"].decode("utf-8", "backslashreplace")
        else:
            letter["body"] = f"({len(letter['body'])} bytes; --body shows them)"
        letter["mended"] = letter["mended"] is not None
    _print(letter)
    return 0


async def _replay(service: Service, arguments: argparse.Namespace) -> int:
    if arguments.body and len(arguments.id) != 1:
        print("--body goes with one id", file=sys.stderr)
        return 2
    body = arguments.body.read_bytes() if arguments.body else None
    return await _each(service, arguments, body=body, discard=None)


async def _discard(service: Service, arguments: argparse.Namespace) -> int:
    return await _each(service, arguments, body=None, discard=arguments.reason)


async def _each(
    service: Service,
    arguments: argparse.Namespace,
    *,
    body: bytes | None,
    discard: str | None,
) -> int:
    status = 0
    for letter_id in arguments.id:
        tally = await resolve(
            service, letter_id, body=body, discard=discard, dry_run=arguments.dry_run
        )
        if tally is None:
            print(f"no open dead letter {letter_id}", file=sys.stderr)
            status = 1
            continue
        _print({"id": letter_id, "dry_run": arguments.dry_run, "done": tally.handled,
                "refused_again": tally.refused, "still_waiting": tally.waiting})  # fmt: skip
        status = status or (1 if tally.refused else 0)
    return status


async def resolve(
    service: Service,
    letter_id: int,
    *,
    body: bytes | None = None,
    discard: str | None = None,
    dry_run: bool = False,
    by: str | None = None,
) -> Tally | None:
    """Replay or discard one parked letter and let what waits behind it go on, in one transaction.

    None if there is no such open letter. With ``dry_run`` the same is done and rolled back.
    """
    by = by or f"operator:{getpass.getuser()}"
    async with service.database.read() as connection:
        letter = await dead_letters.show(connection, letter_id)
    if letter is None:
        return None
    tally: Tally | None = None
    try:
        async with service.unit_for_shards([letter["shard"]]) as uow:
            if body is not None:
                await dead_letters.mend(uow.connection, letter_id, body)
            letters = await dead_letters.lock_key(uow.connection, letter)
            if letter_id not in {each.id for each in letters}:
                return None
            if discard is not None:
                await dead_letters.settle(
                    uow.connection,
                    [letter_id],
                    "discarded",
                    uow.now,
                    f"{by}: {discard}",
                )
                letters = [each for each in letters if each.id != letter_id]
            tally = await service.intake.replay(uow, letters, by)
            verb = "discard" if discard is not None else "replay"
            _record(
                service,
                uow,
                verb,
                letter_id,
                mended=body is not None,
                done=tally.handled,
            )
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return tally


def _record(
    service: Service, uow: Any, verb: str, letter_id: int, **details: str | int | bool
) -> None:
    audit.record(
        uow,
        AuditOperation.DEAD_LETTER,
        details={"verb": verb, "letter": letter_id, "service": service.name,
                 "by": f"operator:{getpass.getuser()}", **details},
    )  # fmt: skip


async def _breakers(service: Service, _arguments: argparse.Namespace) -> int:
    async with service.database.read() as connection:
        for row in await breaker.listing(connection):
            _print(row)
    return 0


async def _park(service: Service, arguments: argparse.Namespace) -> int:
    async with service.unit_of_work() as uow:
        if not await breaker.park_anyway(uow.connection, arguments.topic):
            print(f"no breaker is open for {arguments.topic}", file=sys.stderr)
            return 1
        audit.record(
            uow,
            AuditOperation.DEAD_LETTER,
            details={"verb": "park", "topic": arguments.topic},
        )
    return 0
