"""The floor: the thinnest hand-written pipeline over the same hops on the same servers.

Three processes, each: poll, check what was seen, write state, marks and one packed outbox row in
one transaction, send, delete the row, commit the offsets; a batch is sent while the next one is
worked on. The first opens the seal and keeps the number as the vault does, with the same
cryptography; the second also takes what goes back to the register, keeps what was told last, and
sends it on with a record for the audit. The events and bytes of each topic are as many as the
house's own. No contract, no domain, no chassis: what the house is slower by is what those cost.

``python -m deploy.bench.floor HOP``, told by ``FLOOR_*`` variables; the stage starts it.
"""

import asyncio
import hashlib
import hmac
import json
import os
import secrets
import signal
import ssl
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import from_json

from contracts.sealing import PrivateSealingKey, SealedNumber, SealingSuite, open_sealed
from contracts.topics import SHARDS, UPSTREAM_REGISTER, shard_of

SCHEMA = """
create table marks (topic text, shard smallint, number bigint, primary key (topic, shard));
create table outbox (seq bigint generated always as identity primary key, packed bytea not null);
alter table outbox alter column packed set storage external;
create table numbers (blind_index bytea primary key, token uuid not null,
                      ciphertext bytea not null);
create table persons (key text primary key, person_id uuid not null, body bytea not null);
create table facts (person_id uuid, version integer, body bytea not null,
                    primary key (person_id, version));
create table timelines (person_id uuid primary key, version integer not null,
                        digest bytea not null);
create table told (person_id uuid primary key, body bytea not null);
"""

_MARKS = """
insert into marks select * from unnest($1::text[], $2::smallint[], $3::bigint[])
on conflict (topic, shard) do update set number = excluded.number
"""
_NUMBERS = """
insert into numbers select * from unnest($1::bytea[], $2::uuid[], $3::bytea[])
on conflict (blind_index) do nothing
"""
_TOKENS = "select blind_index, token from numbers where blind_index = any($1::bytea[])"
_PERSONS = """
insert into persons as p select * from unnest($1::text[], $2::uuid[], $3::bytea[])
on conflict (key) do update set body = excluded.body
returning p.key, p.person_id
"""
_FACTS = "insert into facts select * from unnest($1::uuid[], $2::int[], $3::bytea[])"
_TIMELINES = """
insert into timelines select * from unnest($1::uuid[], $2::int[], $3::bytea[])
on conflict (person_id) do update set version = excluded.version, digest = excluded.digest
"""
_TOLD = """
insert into told select * from unnest($1::uuid[], $2::bytea[])
on conflict (person_id) do update set body = excluded.body
"""

Out = tuple[str, bytes, bytes]
"""Topic, key and body."""
Work = Callable[[asyncpg.Connection, Sequence[Any]], Any]


@dataclass(frozen=True)
class Target:
    """A topic that a hop writes."""

    topic: str
    size: int
    """Bytes that the house's events on it have on average."""
    share: int
    """Events for 1,000 records."""

    def __str__(self) -> str:
        return f"{self.topic}:{self.size}:{self.share}"

    @classmethod
    def read(cls, text: str) -> "Target":
        """From its text."""
        topic, size, share = text.split(":")
        return cls(topic, int(size), int(share))

    def out(self, key: bytes, record: Any) -> list[Out]:
        """What goes onto it for one record, with ``key``: its share by the record's offset."""
        extra = record.offset % 1000 < self.share % 1000
        return [(self.topic, key, _cut(record.value, self.size))] * (self.share // 1000 + extra)


@dataclass(frozen=True)
class Told:
    """What the stage tells a hop."""

    sources: tuple[str, ...]
    targets: tuple[Target, ...]
    database: str
    port: int
    bootstrap: str
    certs: Path
    batch: int
    sealing_key: PrivateSealingKey | None

    @classmethod
    def from_environment(cls) -> "Told":
        """From the ``FLOOR_*`` variables."""
        variables = {
            name.removeprefix("FLOOR_").lower(): value
            for name, value in os.environ.items()
            if name.startswith("FLOOR_")
        }
        seed = variables.pop("seed", "")
        key = None
        if seed:
            key_id, _, secret = seed.partition(":")
            key = PrivateSealingKey(key_id, SealingSuite.HYBRID, bytes.fromhex(secret))
        return cls(
            sources=tuple(variables["sources"].split(",")),
            targets=tuple(map(Target.read, variables["targets"].split(","))),
            database=variables["database"],
            port=int(variables["port"]),
            bootstrap=variables["bootstrap"],
            certs=Path(variables["certs"]),
            batch=int(variables["batch"]),
            sealing_key=key,
        )

    def tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.certs / "ca.pem"))
        context.load_cert_chain(self.certs / "admin.crt", self.certs / "admin.key")
        return context


class Vault:
    """Opens the seals, keeps the numbers, sends the record on with a token."""

    def __init__(self, told: Told) -> None:
        if told.sealing_key is None:
            raise ValueError("the first hop needs the sealing key")
        (self._target,) = (target.topic for target in told.targets)
        self._key = told.sealing_key
        self._index = secrets.token_bytes(32)
        self._cipher = AESGCM(secrets.token_bytes(32))

    async def __call__(self, connection: asyncpg.Connection, records: Sequence[Any]) -> list[Out]:
        bodies, indexes, tokens, ciphertexts = [], [], [], []
        for record in records:
            body = from_json(record.value)
            event_id = UUID(next(v for n, v in record.headers if n == "ce_id").decode())
            number = open_sealed(
                SealedNumber.model_validate(body.pop("sealed_number")),
                self._key, sender=UPSTREAM_REGISTER, event_id=event_id,
            ).encode()  # fmt: skip
            token, nonce = uuid4(), secrets.token_bytes(12)
            bodies.append(body)
            indexes.append(hmac.digest(self._index, number, "sha256"))
            tokens.append(token)
            ciphertexts.append(nonce + self._cipher.encrypt(nonce, number, token.bytes))
        await connection.execute(_NUMBERS, indexes, tokens, ciphertexts)
        kept = dict(await connection.fetch(_TOKENS, indexes))
        out = []
        for record, body, index in zip(records, bodies, indexes, strict=True):
            body["individual_number_token"] = kept[index].hex
            sent = json.dumps(body, ensure_ascii=False).encode()
            out.append((self._target, record.key, sent))
        return out


class Identity:
    """Keeps each resident's record, sends it on under the person's id; and what goes back to the
    register, with a record for the audit."""

    def __init__(self, told: Told) -> None:
        self._first = told.sources[0]
        self._persons, *self._back = told.targets

    async def __call__(self, connection: asyncpg.Connection, records: Sequence[Any]) -> list[Out]:
        for record in records:
            from_json(record.value)
        residents = [record for record in records if record.topic == self._first]
        columns = [record for record in records if record.topic != self._first]
        out: list[Out] = []
        if residents:
            out += await self._take(connection, residents)
        if columns:
            last = {UUID(record.key.decode()): record.value for record in columns}
            await connection.execute(_TOLD, list(last), list(last.values()))
            for record in columns:
                out += [sent for target in self._back for sent in target.out(record.key, record)]
        return out

    async def _take(self, connection: asyncpg.Connection, records: Sequence[Any]) -> list[Out]:
        latest = {record.key.decode(): record.value for record in records}
        keys = list(latest)
        rows = await connection.fetch(
            _PERSONS, keys, [uuid4() for _ in keys], list(latest.values())
        )
        persons = dict(rows)
        return [
            sent
            for record in records
            for sent in self._persons.out(str(persons[record.key.decode()]).encode(), record)
        ]


class Qualification:
    """Keeps each event as a fact, and sends the size of a conclusion for its share of them."""

    def __init__(self, told: Told) -> None:
        self._targets = told.targets
        self._versions: dict[bytes, int] = {}

    async def __call__(self, connection: asyncpg.Connection, records: Sequence[Any]) -> list[Out]:
        ids, versions, digests = [], [], []
        for record in records:
            from_json(record.value)
            self._versions[record.key] = version = self._versions.get(record.key, 0) + 1
            ids.append(UUID(record.key.decode()))
            versions.append(version)
            digests.append(hashlib.sha256(record.value).digest())
        await connection.execute(_FACTS, ids, versions, [record.value for record in records])
        last = {person: (v, d) for person, v, d in zip(ids, versions, digests, strict=True)}
        await connection.execute(
            _TIMELINES, list(last), [v for v, _ in last.values()], [d for _, d in last.values()]
        )
        return [
            sent
            for record in records
            for target in self._targets
            for sent in target.out(record.key, record)
        ]


def _cut(body: bytes, size: int) -> bytes:
    """JSON of so many bytes, made of a record's."""
    return b'{"body":"%s"}' % body.hex().encode()[: size - 11]


class Hop:
    """One process of the pipeline."""

    def __init__(self, told: Told, work: Work) -> None:
        self._told = told
        self._work = work
        self._sending: asyncio.Task[None] | None = None
        self._marks: dict[tuple[str, int], int] = {}
        self.stopping = asyncio.Event()

    async def run(self) -> None:
        """Until told to stop."""
        told = self._told
        connection, second = [
            await asyncpg.connect(host="localhost", port=told.port, user="postgres",
                                  database=told.database, ssl=told.tls())
            for _ in range(2)
        ]  # fmt: skip
        common = {
            "bootstrap_servers": told.bootstrap,
            "security_protocol": "SSL",
            "ssl_context": told.tls(),
        }
        consumer = AIOKafkaConsumer(
            *told.sources, group_id=told.database, enable_auto_commit=False,
            auto_offset_reset="earliest", fetch_max_wait_ms=50,
            max_partition_fetch_bytes=2 * 1024 * 1024, **common,
        )  # fmt: skip
        producer = AIOKafkaProducer(
            acks="all", enable_idempotence=True, max_batch_size=512 * 1024, **common
        )
        rows = await connection.fetch("select topic, shard, number from marks")
        self._marks = {(row["topic"], row["shard"]): row["number"] for row in rows}
        async with consumer, producer:
            while not self.stopping.is_set():
                polled = await consumer.getmany(timeout_ms=200, max_records=told.batch)
                if polled:
                    await self._take(connection, second, consumer, producer, polled)
            if self._sending:
                await self._sending
        await connection.close()
        await second.close()

    async def _take(
        self, connection: Any, second: Any, consumer: Any, producer: Any, polled: Any
    ) -> None:
        fresh, offsets = [], {}
        for partition, records in polled.items():
            mark = self._marks.get((partition.topic, partition.partition), -1)
            fresh += [record for record in records if record.offset > mark]
            offsets[partition] = records[-1].offset + 1
        moved = {(p.topic, p.partition): offset - 1 for p, offset in offsets.items()}
        async with connection.transaction():
            out = await self._work(connection, fresh)
            packed = b"".join(
                len(part).to_bytes(4) + part
                for topic, key, body in out
                for part in (topic.encode(), key, body)
            )
            await connection.execute(
                _MARKS, [t for t, _ in moved], [s for _, s in moved], list(moved.values())
            )
            seq = await connection.fetchval(
                "insert into outbox (packed) values ($1) returning seq", packed
            )
        self._marks |= moved
        if self._sending:
            await self._sending
        self._sending = asyncio.create_task(
            self._send(second, consumer, producer, out, seq, offsets)
        )

    async def _send(
        self, connection: Any, consumer: Any, producer: Any, out: list[Out], seq: int, offsets: Any
    ) -> None:
        lanes: dict[tuple[str, int], list[Out]] = {}
        for message in out:
            topic, key, _ = message
            lanes.setdefault((topic, shard_of(key.decode()) % SHARDS), []).append(message)
        sent = []
        now = str(time.time()).encode()
        headers = [
            ("content-type", b"application/json"), ("ce_specversion", b"1.0"),
            ("ce_id", str(uuid4()).encode()), ("ce_type", b"nenkin.bench.floor.v1"),
            ("ce_source", self._told.database.encode()), ("ce_time", now.ljust(32, b"0")),
            ("ce_sequence", b"1.1234567"),
        ]  # fmt: skip
        for (topic, shard), messages in lanes.items():
            while messages:
                batch, taken = producer.create_batch(), 0
                for _, key, body in messages:
                    if not batch.append(key=key, value=body, timestamp=None, headers=headers):
                        break
                    taken += 1
                batch.close()
                sent.append(await producer.send_batch(batch, topic, partition=shard))
                messages = messages[taken:]
        await asyncio.gather(*sent)
        await connection.execute("delete from outbox where seq = $1", seq)
        await consumer.commit(offsets)


HOPS: dict[str, Callable[[Told], Work]] = {
    "token_vault": Vault,
    "identity": Identity,
    "qualification": Qualification,
}


async def _main(name: str) -> None:
    told = Told.from_environment()
    hop = Hop(told, HOPS[name](told))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, hop.stopping.set)
    await hop.run()


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1]))
