"""Publish your own events to the running demo, and see what the house makes of each.

The records (one a line, as ``python -m contracts check`` reads them) are checked first; then each
is sent as the system that it is of, and the vault and identity are asked what became of them. The
vault opens each seal for real. What is refused waits in the dead letters, as everywhere.
"""

import argparse
import asyncio
import os
import secrets
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kafka.errors import KafkaError

from contracts.sealing import PublicSealingKey
from contracts.tools.check import Check, Finding, listed, model_of
from contracts.tools.records import UpstreamRecord, read_records
from contracts.topics import RESIDENTS_TOKENISED, TOPICS, UPSTREAM_REGISTER
from deploy.demo.house import House, NotThrough
from deploy.demo.people import CommandFailed, command
from deploy.local.errors import StackError
from deploy.local.progress import Progress
from deploy.local.stack import Stack
from deploy.upstream.publisher import Bus
from deploy.upstream.records import Place, send, sender_of

_TAKEN = "select shard, number from bus.marks where topic = $1"
_LETTERS = (
    "select shard, kafka_offset, key, state, code, reason from bus.dead_letters"
    " where topic = $1 and state in ('parked', 'waiting')"
)
_BREAKER = "select code from bus.breakers where topic = $1 and not park_anyway"
_WITHIN_S = 60


class NotTaken(Exception):
    """A service did not take the records in time; the message says what keeps it."""


@dataclass(frozen=True)
class Fate:
    """What became of a record in one service."""

    state: str
    """``taken``, ``refused`` or ``waiting``: behind a refused one of the same resident."""
    code: str = ""
    reason: str = ""

    def __str__(self) -> str:
        said = {"taken": "taken", "waiting": "waits behind a refused one of the same resident"}
        return said.get(self.state) or f"REFUSED {self.code}: {self.reason}"


class Publishing:
    """Records on their way into a running house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.stack = house.stack

    def check(self, files: Sequence[Path]) -> tuple[list[UpstreamRecord], list[Finding], str]:
        """The records of files, what is to be mended, and how much that is."""
        printed = command(self.stack, "token_vault", "publish-key")
        checking = Check(PublicSealingKey.model_validate_json(printed))
        findings = list(checking.files(files))
        read = [record for file in files for record in read_records(file)]
        records = [record for record in read if isinstance(record, UpstreamRecord)]
        return records, findings, checking.summary()

    def send(self, records: Sequence[UpstreamRecord]) -> tuple[list[Place], list[str]]:
        """Send them; where each lies, and its trace."""
        bus = Bus(self.stack.bootstrap, self.stack.layout.certs / UPSTREAM_REGISTER)
        traces = [f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01" for _ in records]
        return asyncio.run(send(records, bus, traces)), [trace.split("-")[1] for trace in traces]

    async def at_the_door(self, places: Sequence[Place]) -> list[Fate]:
        """Wait for who reads each topic to take all of it in, one way or another; what became of
        each. Raises `NotTaken`."""
        fates: dict[Place, Fate] = {}
        for topic in sorted({place.topic for place in places}):
            (service,) = TOPICS[topic].consumers
            fates |= await self._taken(service, [one for one in places if one.topic == topic])
        return [fates[place] for place in places]

    async def _taken(self, service: str, places: Sequence[Place]) -> dict[Place, Fate]:
        topic, until = places[0].topic, time.monotonic() + _WITHIN_S
        async with self.stack.database_server.superuser(service) as connection:
            while True:
                rows = await connection.fetch(_TAKEN, topic)
                marks = {row["shard"]: row["number"] for row in rows}
                if all(marks.get(one.partition, -1) >= one.offset for one in places):
                    break
                if code := await connection.fetchval(_BREAKER, topic):
                    raise NotTaken(f"too much was refused ({code}): {service}'s breaker is open")
                if time.monotonic() > until:
                    raise NotTaken(f"{service} does not take them: see make status")
                await asyncio.sleep(0.1)
            letters = {
                Place(topic, row["shard"], row["kafka_offset"]): _fate(row)
                for row in await connection.fetch(_LETTERS, topic)
            }
        return {place: letters.get(place, Fate("taken")) for place in places}

    async def behind_the_vault(self, records: Sequence[UpstreamRecord]) -> list[Fate]:
        """What identity holds against the residents of these records."""
        async with self.stack.database_server.superuser("identity") as connection:
            rows = await connection.fetch(_LETTERS, RESIDENTS_TOKENISED.name)
        letters = {row["key"]: _fate(row) for row in rows}
        return [letters.get(record.key, Fate("taken")) for record in records]


def main(argv: Sequence[str] | None = None) -> int:
    """Check, send, tell. Returns 1 where something is to be mended or was refused, 2 where it could
    not be tried."""
    arguments = _arguments(argv)
    stack = Stack(arguments.name, progress=Progress(quiet=True))
    try:
        if not {"kafka", "token_vault", "identity"} <= set(stack.running()):
            raise StackError("the house is not running: make demo")
        return _publish(Publishing(House(stack)), arguments.files, arguments.anyway)
    except (StackError, CommandFailed, NotThrough, NotTaken, KafkaError, OSError) as error:
        print(error, file=sys.stderr)
        return 2


def _publish(publishing: Publishing, files: Sequence[Path], anyway: bool) -> int:
    records, findings, summary = publishing.check(files)
    print(listed(findings), end="")
    print(f"checked    {summary}: {len(findings) or 'nothing'} to mend")
    if not records or (findings and not anyway):
        print("published  nothing" + (" (--anyway: see how the house refuses)" if records else ""))
        return 1
    places, traces = publishing.send(records)
    for (topic, sender), count in Counter(
        (place.topic, sender_of(record)) for record, place in zip(records, places, strict=True)
    ).items():
        print(f"published  {count} to {topic} as {sender}")
    door = asyncio.run(publishing.at_the_door(places))
    publishing.house.wait_until_quiet(_WITHIN_S, ("token_vault", "identity"))
    behind = asyncio.run(publishing.behind_the_vault(records))
    good = [
        _tell(record, trace, fates, publishing.house.viewer)
        for record, trace, *fates in zip(records, traces, door, behind, strict=True)
    ]
    if not all(good):
        print("\nrefused events wait: make dead-letters of=token_vault (or identity)")
    return 0 if all(good) and not findings else 1


def _tell(record: UpstreamRecord, trace: str, fates: Sequence[Fate], viewer: str | None) -> bool:
    print(f"\n{record.place}  event {record.headers.get('ce_id', '?')}")
    (service,) = model_of(record).TOPIC.consumers
    door, behind = fates
    told = [(service, door)]
    if service == "token_vault" and door.state == "taken":
        told.append(("identity", behind))
    for name, fate in told:
        print(f"  {name:<12} {fate}")
    if door.state == "taken" and viewer:
        print(f"  {'trace':<12} {viewer}/zipkin/traces/{trace}")
    return all(fate.state == "taken" for _, fate in told)


def _fate(row: Any) -> Fate:
    if row["state"] == "waiting":
        return Fate("waiting")
    return Fate("refused", row["code"], row["reason"])


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.demo.publish", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="records, one a line")
    parser.add_argument("--anyway", action="store_true", help="send what has findings as well")
    parser.add_argument("--name", default=os.environ.get("NENKIN_STACK_NAME", "main"),
                        help="which stack")  # fmt: skip
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
