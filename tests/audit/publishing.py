"""Sending events as one of the house's services does, without that service."""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer

from contracts.events import Event
from contracts.topics import shard_of
from deploy.local.testing import TestStack
from services.chassis import cloudevents


class Sender:
    """Stands where a service stands: numbers what it sends for each topic and shard."""

    def __init__(self, stack: TestStack, name: str, *, epoch: int = 1) -> None:
        self._stack = stack
        self._name = name
        self._epoch = epoch
        self._next: dict[tuple[str, int], int] = defaultdict(lambda: 1)

    def headers(self, event: Event, key: str, event_id: UUID) -> list[tuple[str, bytes]]:
        """The headers of the next event with that key."""
        lane = event.TOPIC.name, shard_of(key)
        number, self._next[lane] = self._next[lane], self._next[lane] + 1
        now = datetime.now(UTC)
        written = cloudevents.write(
            event_id, event.TYPE, self._name, now, (self._epoch, number), None
        )
        return list(written)

    async def send(self, events: Sequence[tuple[str, Event]]) -> list[UUID]:
        """Send (key, event) pairs in order; return their event ids."""
        folder = self._stack.layout.certs / self._name
        tls = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        tls.load_cert_chain(folder / f"{self._name}.crt", folder / f"{self._name}.key")
        producer = AIOKafkaProducer(
            bootstrap_servers=self._stack.bootstrap,
            security_protocol="SSL",
            ssl_context=tls,
            acks="all",
            enable_idempotence=True,
        )
        ids = [uuid4() for _ in events]
        async with producer:
            sent = [
                await producer.send(
                    event.TOPIC.name,
                    event.model_dump_json().encode(),
                    key=key.encode(),
                    partition=shard_of(key),
                    headers=self.headers(event, key, event_id),
                )
                for (key, event), event_id in zip(events, ids, strict=True)
            ]
            await asyncio.gather(*sent)
        return ids
