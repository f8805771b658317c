"""What an operator does with the records: verify them, and make checkpoints."""

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from contracts.topics import SHARDS
from services.audit import signing, store
from services.audit.domain.chain import Head
from services.audit.domain.verification import Fault, Walk
from services.audit.settings import Settings
from services.chassis.service import Background, Command, Service

log = logging.getLogger(__name__)

_PROGRESS_EVERY_S = 2.0


class Tally:
    """How far a verification has come; told on standard error every two seconds."""

    def __init__(self, *, told: bool = True) -> None:
        self.records = 0
        self._tell = told
        self.began = self._told = time.monotonic()

    def add(self, records: int, shard: int, position: int) -> None:
        self.records += records
        if self._tell and time.monotonic() - self._told > _PROGRESS_EVERY_S:
            self._told = time.monotonic()
            print(f"shard {shard}: {position:,} checked, {self.rate:,} a second", file=sys.stderr)

    @property
    def rate(self) -> int:
        """Records a second."""
        return round(self.records / max(time.monotonic() - self.began, 0.001))


async def verify_chains(
    service: Service,
    shards: Sequence[int] | None,
    marks: Sequence[Head],
    tally: Tally,
    *,
    piece: int = 2000,
) -> list[Fault]:
    """Walk the chains of ``shards`` (None: all), and return the first damage of each.

    All of it is one consistent look at the database, read through a cursor, ``piece`` records at a
    time: memory does not grow with the number of records.
    """
    faults = []
    async with service.database.read() as connection:
        heads = {head.shard: head for head in await store.heads(connection)}
        if shards is None:
            known = {*range(SHARDS), *heads, *(mark.shard for mark in marks)}
            shards = sorted(known.union(await store.recorded_shards(connection)))
        for shard in shards:
            walk, fault = Walk(shard, marks), None
            async for records in store.stored(connection, shard, piece=piece):
                fault = walk.feed(records)
                if fault is not None:
                    break
                tally.add(len(records), shard, walk.head.position)
            fault = fault or walk.finish(heads.get(shard))
            if fault is not None:
                faults.append(fault)
    return faults


async def _verify(service: Service, arguments: argparse.Namespace) -> int:
    settings = cast(Settings, service.settings)
    try:
        marks = known_heads(settings, arguments.checkpoint, arguments.public_key)
    except (signing.BadCheckpoint, OSError, ValueError) as error:
        print(f"cannot verify: {error}", file=sys.stderr)
        return 2
    tally = Tally()
    shards = None if arguments.shard is None else [arguments.shard]
    faults = await verify_chains(service, shards, marks, tally)
    result = {
        "sound": not faults,
        "records": tally.records,
        "compared_heads": len(marks),
        "faults": [_shown(fault) for fault in faults],
        "records_a_second": tally.rate,
    }
    print(json.dumps(result))
    return 1 if faults else 0


def known_heads(
    settings: Settings, places: Sequence[Path] | None, public: Path | None
) -> list[Head]:
    """The heads that checkpoints vouch for: those of ``places``, or else of the folder that they
    are written to. Raises `BadCheckpoint`, `OSError` or `ValueError` where one cannot be relied
    on."""
    if not places:
        places = [settings.checkpoint_dir] if settings.checkpoint_dir else []
        places = [place for place in places if any(place.glob("checkpoint-*.json"))]
    if not places:
        return []
    key = signing.public_key(public or signing.public_file(settings.signing_key))
    checkpoints = [item for place in places for item in signing.read_all(place, key)]
    return [head for checkpoint in checkpoints for head in checkpoint.heads]


def _shown(fault: Fault) -> dict[str, str | int]:
    shown: dict[str, str | int] = {
        "shard": fault.shard,
        "position": fault.position,
        "damage": fault.damage.value,
    }
    if fault.after is not None:
        shown["sound_up_to"] = fault.after
    return shown


async def make_checkpoint(service: Service, folder: Path) -> tuple[Path, list[Head]]:
    """Sign the present heads into a new file of ``folder``."""
    settings = cast(Settings, service.settings)
    key = signing.signing_key(settings.signing_key)
    async with service.database.read() as connection:
        heads = await store.heads(connection)
    return signing.write(signing.sign(key, heads, service.clock.now()), folder), heads


async def _checkpoint(service: Service, arguments: argparse.Namespace) -> int:
    settings = cast(Settings, service.settings)
    folder = arguments.folder or settings.checkpoint_dir
    if folder is None:
        print("name a folder, or set NENKIN_CHECKPOINT_DIR", file=sys.stderr)
        return 2
    file, heads = await make_checkpoint(service, folder)
    records = sum(head.position for head in heads)
    public = signing.public_file(settings.signing_key)
    print(json.dumps({"checkpoint": str(file), "records": records, "public_key": str(public)}))
    return 0


async def keep_checkpoints(service: Service) -> None:
    """Write a checkpoint now and then, whenever there are new records."""
    settings = cast(Settings, service.settings)
    if settings.checkpoint_dir is None:
        log.warning("no checkpoints are written: NENKIN_CHECKPOINT_DIR is not set")
        return
    last: list[Head] = []
    while True:
        async with service.database.read() as connection:
            heads = await store.heads(connection)
        if heads != last:
            _, last = await make_checkpoint(service, settings.checkpoint_dir)
            log.info("checkpoint written")
        await asyncio.sleep(settings.checkpoint_every_s)


def _verify_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--shard", type=int, help="only this shard's chain")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        action="append",
        help="checkpoint file or folder of them to compare with; may be given several times"
        " (by default the folder NENKIN_CHECKPOINT_DIR)",
    )
    parser.add_argument(
        "--public-key", type=Path, help="key that signed them (PEM), from where you kept it"
    )


def _checkpoint_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, nargs="?", help="folder to write the file to")


COMMANDS = (
    Command(
        "verify",
        "check every record; name the first that is not as it was recorded (exit code 1)",
        _verify,
        _verify_arguments,
    ),
    Command(
        "checkpoint",
        "sign the present ends of all chains into a file, to be kept elsewhere",
        _checkpoint,
        _checkpoint_arguments,
    ),
)
BACKGROUND = (Background("checkpoints", keep_checkpoints),)
