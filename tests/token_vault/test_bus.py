"""From the inbound topic to the tokenised one, on the real bus."""

import logging
from uuid import uuid4

import pytest

from contracts.events import AuditOperation, AuditRecorded, ResidentTokenised
from contracts.numbers import synthetic_individual_number as digits
from contracts.sealing import seal
from contracts.topics import AUDIT_EVENTS, RESIDENTS_TOKENISED
from tests.token_vault.vaults import (
    REGISTER,
    House,
    change,
    public_key,
    publish,
    read,
    received,
    sealed_change,
)

pytestmark = pytest.mark.stack


async def test_changes_come_out_tokenised_under_their_key(
    running: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "services")
    public = await public_key(running.service)
    sent = [sealed_change(digits(i % 40), public, i % 40) for i in range(120)]
    async with (
        running.reader("identity", RESIDENTS_TOKENISED.name) as tokenised,
        running.reader("audit", AUDIT_EVENTS.name) as audited,
    ):
        async with running.upstream() as producer:
            for item in sent:
                await publish(producer, item)
        out = await read(tokenised, len(sent))
        records = await read(audited, 1)
        records += await read(audited, 1000, seconds=2)
    assert len(out) == len(sent)
    tokens: dict[bytes, set[str | None]] = {}
    for record in out:
        event = ResidentTokenised.model_validate_json(record.value)
        tokens.setdefault(record.key, set()).add(event.individual_number_token)
    assert set(tokens) == {item.key.encode() for item in sent}
    assert all(len(found) == 1 for found in tokens.values())
    assert len(set.union(*tokens.values())) == 40

    events = [AuditRecorded.model_validate_json(record.value) for record in records]
    ours = [event for event in events if event.operation is AuditOperation.TOKENISE]
    assert sum(event.count or 0 for event in ours) == 120
    assert sum(int(event.details["new"]) for event in ours) == 40
    assert all(record.key == b"token_vault" for record in records)
    everything = [*(r.value + repr(r.headers).encode() + r.key for r in out + records)]
    everything.append(caplog.text.encode())
    assert not [d for i in range(40) if (d := digits(i).encode()) in b"".join(everything)]


async def test_a_bad_seal_parks_its_person_and_nobody_else(running: House) -> None:
    public = await public_key(running.service)
    event_id = uuid4()
    stolen = seal(digits(500), public, sender=REGISTER, event_id=event_id)
    copied = received(change(501, stolen), uuid4())
    later = sealed_change(digits(501), public, 501)
    other = [sealed_change(digits(i), public, i) for i in range(502, 512)]
    async with running.reader("identity", RESIDENTS_TOKENISED.name) as tokenised:
        async with running.upstream() as producer:
            for item in (copied, later, *other):
                await publish(producer, item)
        out = await read(tokenised, len(other))
        out += await read(tokenised, 1, seconds=1)
    assert {record.key.decode() for record in out} == {item.key for item in other}
    async with running.service.database.read() as connection:
        letters = await connection.fetch(
            "select state, code, reason from bus.dead_letters where key = $1 order by id",
            copied.key,
        )
    assert [(row["state"], row["code"]) for row in letters] == [
        ("parked", "TV-1005"),
        ("waiting", None),
    ]
