"""The floor of the renewal bench: the same data moved over the same servers, without rules.

As many applications are read, written again and asked about, as many requests cross the bus (with
as many applications in one message), are looked up and answered, as many answers are kept and read
again, and as many bytes are recorded as the house's audit records have (as many in one message); in
the same transactions of as many rows. No contract, no chassis,
no domain: what the house is slower by is what those cost.

``python -m tests.exemptions.renewal_floor command|identity|exemptions``, told by ``FLOOR_*``; the
bench starts it.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import uvloop
from aiokafka import AIOKafkaProducer
from pydantic_core import from_json

from contracts.topics import SHARDS, shard_of
from deploy.bench.floor import Hop, Out, Told

BATCH: Final = 1000
REQUESTS: Final = "bench.floor.renewal.requests"
REPLIES: Final = "bench.floor.renewal.replies"
AUDIT: Final = "bench.floor.renewal.audit"
TOGETHER: Final = 200
"""Applications of one request, and of its answer."""
AT_ONCE: Final = 5
"""Requests or answers of one transaction, at most."""
AUDIT_BYTES: Final = 160
"""Of whom a record is; what it says is said once for many."""
AUDIT_TOGETHER: Final = 1000
"""Records of one message."""
AUDITED: Final = 4
"""Records of each application: of applicant, spouse, householder and of the register."""

SCHEMA: Final = """
create table applications (id uuid primary key, body jsonb not null, done boolean not null);
create table renewals (id uuid primary key, person_id uuid not null, body jsonb not null,
                       result text);
create index on renewals (id) where result is null;
create table questions (id uuid primary key, renewal uuid not null, person_id uuid not null,
                        answer jsonb);
create index on questions (renewal);
create table income (person_id uuid primary key, content json not null);
"""
_BEGIN = """
update applications a set done = true
from (select id from applications where id > $2 and not done order by id limit $1 for update) d
where a.id = d.id returning a.id, a.body::text as body
"""
_RENEW = "insert into renewals select * from unnest($1::uuid[], $2::uuid[], $3::text[]::jsonb[])"
_ASK = "insert into questions select * from unnest($1::uuid[], $2::uuid[], $3::uuid[])"
_INCOME = "select person_id, content from income where person_id = any($1::uuid[])"
_ANSWER = """
update questions q set answer = t.answer::jsonb
from unnest($1::uuid[], $2::text[]) as t (id, answer) where q.id = t.id
"""
_ANSWERED = """
select r.id, r.body::text as body, array(
    select q.answer::text from questions q where q.renewal = r.id) as answers
from renewals r where r.result is null and not exists (
    select from questions q where q.renewal = r.id and q.answer is null)
limit $1 for update of r skip locked
"""
_NOTE = """
update renewals r set result = 'reviewed' from unnest($1::uuid[]) as t (id) where r.id = t.id
"""


class Identity:
    """Looks three people up and tells of them."""

    async def __call__(self, connection: asyncpg.Connection, records: Sequence[Any]) -> list[Out]:
        asked = [from_json(record.value)["households"] for record in records]
        people = [UUID(one["person_id"]) for many in asked for each in many for one in each]
        known = dict(await connection.fetch(_INCOME, people))
        out: list[Out] = []
        for record, many in zip(records, asked, strict=True):
            told = [
                [
                    {"id": one["id"], "income": from_json(known[UUID(one["person_id"])])}
                    for one in each
                ]
                for each in many
            ]
            out.append((REPLIES, record.key, json.dumps({"households": told}).encode()))
        left = AUDITED * sum(map(len, asked))
        while left > 0:
            together = min(left, AUDIT_TOGETHER)
            out.append((AUDIT, records[0].key, b"x" * (AUDIT_BYTES * together)))
            left -= together
        return out


class Exemptions:
    """Keeps what was told."""

    async def __call__(self, connection: asyncpg.Connection, records: Sequence[Any]) -> list[Out]:
        told = [
            one
            for record in records
            for each in from_json(record.value)["households"]
            for one in each
        ]
        await connection.execute(
            _ANSWER,
            [UUID(one["id"]) for one in told],
            [json.dumps(one["income"]) for one in told],
        )
        return []


async def send(producer: AIOKafkaProducer, out: Sequence[tuple[bytes, bytes]]) -> None:
    """All requests, by key and body: batched by shard, and confirmed."""
    shards: dict[int, list[tuple[bytes, bytes]]] = {}
    for key, body in out:
        shards.setdefault(shard_of(key.decode()) % SHARDS, []).append((key, body))
    sent = []
    for shard, messages in shards.items():
        while messages:
            batch, taken = producer.create_batch(), 0
            for key, body in messages:
                if not batch.append(key=key, value=body, timestamp=None, headers=[]):
                    break
                taken += 1
            batch.close()
            sent.append(await producer.send_batch(batch, REQUESTS, partition=shard))
            messages = messages[taken:]
    await asyncio.gather(*sent)


async def command(told: Told) -> None:
    """Begin all, then review what is answered until all is."""
    connection = await asyncpg.connect(
        host="localhost", port=told.port, user="postgres", database=told.database, ssl=told.tls()
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=told.bootstrap, security_protocol="SSL", ssl_context=told.tls(),
        acks="all", enable_idempotence=True, max_batch_size=512 * 1024,
    )  # fmt: skip
    async with producer:
        after: UUID | None = UUID(int=0)
        while after is not None:
            after = await _begin(connection, producer, after)
        while left := await connection.fetchval(
            "select count(*) from renewals where result is null"
        ):
            if not await _review(connection) and left:
                await asyncio.sleep(0.05)
    await connection.close()


async def _begin(
    connection: asyncpg.Connection, producer: AIOKafkaProducer, after: UUID
) -> UUID | None:
    """Begin the next ones; returns the last of them, None where there is none."""
    out: list[tuple[bytes, bytes]] = []
    households: list[list[dict[str, str]]] = []
    async with connection.transaction():
        due = await connection.fetch(_BEGIN, BATCH, after)
        renewals, questions = [], []
        for row in due:
            body, renewal = from_json(row["body"]), uuid4()
            who = [body["person_id"], body["values"]["spouse"], body["values"]["householder"]]
            asked = [{"id": str(uuid4()), "person_id": person} for person in who]
            renewals.append((renewal, UUID(who[0]), json.dumps(body)))
            questions += [(UUID(a["id"]), renewal, UUID(a["person_id"])) for a in asked]
            households.append(asked)
        for begin in range(0, len(households), TOGETHER):
            many = households[begin : begin + TOGETHER]
            out.append((many[0][0]["id"].encode(), json.dumps({"households": many}).encode()))
        if due:
            await connection.execute(_RENEW, *map(list, zip(*renewals, strict=True)))
            await connection.execute(_ASK, *map(list, zip(*questions, strict=True)))
            packed = b"".join(body for _, body in out)
            await connection.execute("insert into outbox (packed) values ($1)", packed)
    if out:
        await send(producer, out)
        await connection.execute("delete from outbox")
    return max((row["id"] for row in due), default=None)


async def _review(connection: asyncpg.Connection) -> int:
    async with connection.transaction():
        rows = await connection.fetch(_ANSWERED, BATCH)
        for row in rows:
            from_json(row["body"])
            for answer in row["answers"]:
                from_json(answer)
        await connection.execute(_NOTE, [row["id"] for row in rows])
    return len(rows)


async def _main(name: str) -> None:
    told = Told.from_environment()
    if name == "command":
        await command(told)
        return
    hop = Hop(told, Identity() if name == "identity" else Exemptions())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, hop.stopping.set)
    await hop.run()


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1]))
