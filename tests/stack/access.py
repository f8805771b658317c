"""Knocking at the servers' doors with one certificate or another."""

import ssl
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.local.testing import TestStack


def tls(certs: Path, name: str | None) -> ssl.SSLContext:
    """Trusts the authority of ``certs``; presents ``name``'s certificate, if any."""
    folder = certs / (name or "operator")
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    if name:
        context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
    return context


async def produce(
    stack: TestStack, name: str | None, topic: str, values: list[bytes], tls_: Any = None
) -> None:
    """Write records, acknowledged, as ``name``."""
    producer = AIOKafkaProducer(
        bootstrap_servers=stack.bootstrap,
        security_protocol="SSL",
        ssl_context=tls_ or tls(stack.layout.certs, name),
        enable_idempotence=True,
        request_timeout_ms=5_000,
    )
    try:
        await producer.start()
        for value in values:
            await producer.send_and_wait(topic, value, partition=0)
    finally:
        await producer.stop()


async def consume(stack: TestStack, name: str, topic: str, group: str | None = None) -> list[bytes]:
    """Read what partition 0 holds from its beginning, as ``name``, in a group of its own name."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=stack.bootstrap,
        security_protocol="SSL",
        ssl_context=tls(stack.layout.certs, name),
        group_id=group or name,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    partition = TopicPartition(topic, 0)
    found: list[bytes] = []
    try:
        await consumer.start()
        await consumer.getmany(timeout_ms=100)  # raises what the broker refuses
        while partition not in consumer.assignment():
            await consumer.getmany(timeout_ms=100)
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        while await consumer.position(partition) < end:
            batch = await consumer.getmany(partition, timeout_ms=500)
            found += [record.value for records in batch.values() for record in records]
        await consumer.commit({partition: end})
        return found
    finally:
        await consumer.stop()


async def enter(
    stack: TestStack,
    certificate: str | None,
    role: str,
    database: str,
    statement: str = "select 1",
    tls_: Any = None,
) -> Any:
    """Log in to a database with a certificate as a role, and run a statement."""
    connection = await asyncpg.connect(
        host="localhost",
        port=stack.state.ports["postgres"],
        user=role,
        database=database,
        ssl=tls_ or tls(stack.layout.certs, certificate),
        timeout=10,
    )
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()
