"""Commands of identity's own: send the persons' views again, fold the names anew."""

import argparse
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from asyncpg import Connection

from contracts.events import AuditOperation, PersonBlocksChanged, PersonSightChanged
from contracts.topics import SHARDS
from services.chassis import audit
from services.chassis.clock import JAPAN
from services.chassis.service import Command, Service
from services.identity.attaching import attach_due
from services.identity.domain.merging import Told
from services.identity.stores import (
    attaching,
    blocks_told,
    measures,
    merging,
    refolding,
    republishing,
)

_BATCH: Final = 1000
_PAST: Final = 1000
"""More events than any person has between a backup and its restoration."""


Few = PersonSightChanged | PersonBlocksChanged | Told


async def republish(service: Service, arguments: argparse.Namespace) -> int:
    """Send every person's last event again, as it was, batch by batch.

    For a neighbour that lost its database or was restored from a backup. The version is the one
    sent before, so whoever has it drops it. Interrupted, the same command goes on where it stopped.

    ``--restored``, after this service's own database came back from a backup: neighbours may know
    versions that it has lost, so all are raised past them and what it knows now holds.
    """
    since: datetime | None = arguments.since
    ahead = _PAST if arguments.restored else 0
    await _republish_few(service, partial(_sights, ahead=ahead))
    await _republish_few(service, partial(_merges, ahead=ahead))
    async with service.unit_of_work() as uow:
        # Those set by a release that told nobody.
        await blocks_told.changed(uow.connection, await blocks_told.stopped(uow.connection))
    await _republish_few(service, partial(_blocks, ahead=ahead))
    async with service.unit_of_work() as uow:
        run = await republishing.take_up(uow.connection, since, ahead, uow.now)
    if run.persons:
        print(f"going on after {run.persons} persons", file=sys.stderr)
    while True:
        # With every shard held no change of a person can go out before an older view of them.
        async with service.unit_for_shards(range(SHARDS)) as uow:
            events = await republishing.views(uow.connection, run.last_person_id, since, _BATCH)
            if ahead:
                events = await republishing.raise_versions(uow.connection, events, ahead)
            for event in events:
                uow.emit(event, key=str(event.person_id))
            run = republishing.Republication(
                run.republication_id,
                events[-1].person_id if events else run.last_person_id,
                run.persons + len(events),
            )
            done = len(events) < _BATCH
            await republishing.note_progress(uow.connection, run, uow.now if done else None)
            audit.record(
                uow,
                AuditOperation.BATCH_JOB,
                count=len(events),
                reference=run.republication_id,
                details={"job": "republish", "finished": done, "ahead": ahead},
            )
        print(f"{run.persons} persons", file=sys.stderr)
        if done:
            return 0


async def _republish_few(
    service: Service,
    read: Callable[[Connection, UUID | None], Awaitable[Sequence[Few]]],
) -> None:
    """What concerns few, first of all. Interrupted, it begins again."""
    place: UUID | None = None
    while True:
        async with service.unit_of_work() as uow:
            events = await read(uow.connection, place)
            for event in events:
                uow.emit(event, key=str(event.person_id))
        if len(events) < _BATCH:
            return
        place = events[-1].person_id


async def _sights(
    connection: Connection, after: UUID | None, *, ahead: int
) -> Sequence[PersonSightChanged]:
    """Who is hidden and who is no more: who has lost it would show whom it must not."""
    events = await measures.sights(connection, after, _BATCH)
    return await measures.raise_sights(connection, events, ahead) if ahead else events


async def _merges(connection: Connection, after: UUID | None, *, ahead: int) -> Sequence[Told]:
    """Who answers for whom, and who does no more."""
    return await merging.told_again(connection, after, _BATCH, ahead)


async def _blocks(
    connection: Connection, after: UUID | None, *, ahead: int
) -> Sequence[PersonBlocksChanged]:
    """What is stopped for whom, and what is no more."""
    events = await blocks_told.told(connection, after, _BATCH)
    return await blocks_told.raise_told(connection, events, ahead) if ahead else events


async def refold(service: Service, _arguments: argparse.Namespace) -> int:
    """Fold every name and address anew, after the table of variants was changed. Can be run again
    any time."""
    name: refolding.NamePlace | None = refolding.FIRST_NAME
    names = 0
    while name is not None:
        async with service.unit_of_work() as uow:
            name, folded = await refolding.names(
                uow.connection, name, service.state.folding, _BATCH
            )
        names += folded
        print(f"{names} names", file=sys.stderr)
    record: refolding.RecordPlace | None = refolding.FIRST_RECORD
    records = 0
    while record is not None:
        async with service.unit_of_work() as uow:
            record, folded = await refolding.addresses(
                uow.connection, record, service.state.folding, _BATCH
            )
        records += folded
        print(f"addresses of {records} records", file=sys.stderr)
    return 0


async def attach(service: Service, _arguments: argparse.Namespace) -> int:
    """Compare every number again that is not certain. Can be run any time, and beside the
    service."""
    async with service.unit_of_work() as uow:
        numbers = await attaching.all_due(uow.connection, uow.now)
    print(f"{numbers} numbers to compare", file=sys.stderr)
    total = attached = 0
    while True:
        looked, found = await attach_due(service)
        total, attached = total + looked, attached + found
        print(f"{total} compared, {attached} attached", file=sys.stderr)
        if not looked:
            return 0


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)


def _republish_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since",
        type=_moment,
        help="only persons with an event since this moment (ISO 8601, Japan's time)",
    )
    parser.add_argument(
        "--restored",
        action="store_true",
        help="this service's own database was restored: let what it knows count as newest",
    )


COMMANDS: Final = (
    Command(
        name="republish",
        help="send every person's last event again, for a neighbour that lost its database",
        run=republish,
        arguments=_republish_arguments,
    ),
    Command(
        name="refold",
        help="fold the search keys anew after variants.toml was changed",
        run=refold,
    ),
    Command(
        name="attach",
        help="compare again every record of other systems that is nobody's yet",
        run=attach,
    ),
)
