"""Garbage on the real bus: each record parks with its reason, and nothing around it is lost."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c

from deploy.local.testing import TestStack
from deploy.upstream.publisher import Bus
from services.chassis.service import Service
from tests.chassis.toy import Toys, body, headers, key_of, running, until

pytestmark = pytest.mark.stack

Header = tuple[str, bytes | None]
Raw = tuple[bytes | None, list[Header], bytes | None]
TOPIC = "inbound.residents"
TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


def with_header(name: str, value: bytes | None) -> list[Header]:
    return [*(h for h in headers() if h[0] != name), (name, value)]


def of(name: str, fields: list[Header]) -> Raw:
    """A change of this resident with these headers."""
    return key_of(name).encode(), fields, body(1, name)


GARBAGE: dict[str, tuple[Any, str | None]] = {
    "a header without a value": (of("g1", with_header("ce_id", None)), "CH-1003"),
    "another header without a value": (of("g2", with_header("x", None)), None),
    "a header that is no UTF-8": (of("g3", with_header("x", b"\xff\xfe")), None),
    "a type that is no UTF-8": (of("g4", with_header("ce_type", b"\xff")), "CH-1004"),
    "NUL in a header": (of("g5", with_header("ce_source", b"a\0b")), "CH-1005"),
    "an escape in a header": (of("g6", with_header("ce_source", b"\\u0000")), "CH-1005"),
    "a number of its own": (of("g7", with_header("ce_sequence", b"1.5")), None),
    "the same number again": (of("g8", with_header("ce_sequence", b"1.5")), None),
    "an endless number": (of("g9", with_header("ce_sequence", b"1." + b"9" * 5000)),
                          "CH-1003"),
    "a trace with headers in it": (
        of("g10", with_header("traceparent", TRACE + b"\0ce_sequence\x009.9")), None),
    "no key": ((None, headers(), body(1)), "CH-1001"),
    "an endless key": ((os.urandom(9000).hex().encode(), headers(), body(1)), "CH-1008"),
    "a key that is no UTF-8": ((b"\xff\0", headers(), body(1)), "CH-1009"),
    "no body": ((b"g11", headers(), None), "CH-1007"),
    "a long body that is no JSON": ((b"g12", headers(), b"x" * 900_000), "CH-1007"),
    "huge headers": (of("g13", with_header("x", b"y" * 300_000)), None),
    "no headers": (of("g14", []), "CH-1003"),
}  # fmt: skip


async def send(stack: TestStack, records: Sequence[Raw]) -> None:
    bus = Bus(stack.bootstrap, stack.layout.certs / "resident_register")
    producer = AIOKafkaProducer(
        bootstrap_servers=bus.bootstrap, security_protocol="SSL", ssl_context=bus.tls(), acks="all"
    )
    async with producer:
        for key, fields, value in records:
            await producer.send_and_wait(TOPIC, value, key=key, headers=fields)


async def codes(service: Service) -> list[str]:
    async with service.database.read() as connection:
        rows = await connection.fetch("select code from bus.dead_letters order by id")
    return sorted(row["code"] for row in rows)


async def test_each_kind_of_garbage_is_parked_and_all_around_it_goes_on(
    clean_stack: TestStack,
) -> None:
    toys = Toys(clean_stack)
    first = toys.passing()
    for n, (raw, _) in enumerate(GARBAGE.values()):
        await toys.publish([(f"before{n}", 1)])
        await send(clean_stack, [raw])
        await toys.publish([(f"after{n}", 1)])
    async with AsyncExitStack() as exits:
        second = toys.noting()
        await running(exits, first, second)
        taken = sum(code is None for _, code in GARBAGE.values())
        await until(lambda: len(toys.seen) >= 2 * len(GARBAGE) + taken)
        await asyncio.sleep(0.5)
        assert len(toys.seen) == 2 * len(GARBAGE) + taken
        assert await codes(first) == sorted(code for _, code in GARBAGE.values() if code)
        assert first.metrics.lost.labels(TOPIC)._value.get() == 0
        assert await codes(second) == []


def unreadable(batch: bytes, placeholder: bytes) -> bytes:
    """The batch with a header's name overwritten by what is no UTF-8, its checksum right again."""
    at = batch.index(placeholder)
    raw = bytearray(batch)
    raw[at : at + len(placeholder)] = b"\xff" * len(placeholder)
    raw[17:21] = calc_crc32c(memoryview(bytes(raw[21:]))).to_bytes(4, "big")
    return bytes(raw)


async def test_a_batch_that_cannot_be_decoded_stops_its_partition_alone(
    clean_stack: TestStack,
) -> None:
    bus = Bus(clean_stack.bootstrap, clean_stack.layout.certs / "resident_register")
    producer = AIOKafkaProducer(
        bootstrap_servers=bus.bootstrap, security_protocol="SSL", ssl_context=bus.tls(), acks="all"
    )
    async with producer:
        batch = producer.create_batch()
        batch.append(key=b"k", value=body(1), timestamp=None, headers=[("xxBADxx", b"1")])
        batch.close()
        raw = unreadable(batch._build(), b"xxBADxx")
        batch._build = lambda: raw
        await (await producer.send_batch(batch, TOPIC, partition=0))
    toys = Toys(clean_stack)
    await toys.publish([(f"k{n}", 1) for n in range(60)])
    async with AsyncExitStack() as exits:
        first = toys.passing()
        await running(exits, first, toys.noting())
        alarm = first.metrics.unreadable.labels(TOPIC)
        await until(lambda: alarm._value.get() == 1)
        await until(lambda: len(toys.seen) >= 40)  # before that all of it is lag
        lag: dict[str, int] = {}
        while not lag.get(TOPIC) or sum(lag.values()) + len(toys.seen) < 61:
            assert first._consumer is not None
            lag = await first._consumer.lag() or {}
            await asyncio.sleep(0.1)
        assert 40 <= len(toys.seen) < 61
        assert first.metrics.lost.labels(TOPIC)._value.get() == 0
