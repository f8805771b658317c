"""The register, which publishes whatever happens, as far as it is let."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer

from contracts.sealing import PublicSealingKey
from contracts.topics import INBOUND_RESIDENTS, UPSTREAM_REGISTER
from deploy.upstream.publisher import Bus, event_of, headers_of
from tests.chaos.city import Told

_AT_ONCE = 20


@dataclass
class Load:
    """Publishes in a thread of its own, up to ``allowed`` changes."""

    bus: Bus
    key: PublicSealingKey
    told: Sequence[Told]
    allowed: int = 0
    sent: int = 0
    failure: BaseException | None = None
    _thread: threading.Thread = field(init=False)

    def start(self) -> "Load":
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    @property
    def done(self) -> bool:
        """Whether everything is with the broker. Raises what made it stop."""
        if self.failure is not None:
            raise self.failure
        return self.sent == len(self.told)

    def _run(self) -> None:
        try:
            asyncio.run(self._publish())
        except BaseException as error:
            self.failure = error

    async def _publish(self) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=self.bus.bootstrap,
            client_id=UPSTREAM_REGISTER,
            security_protocol="SSL",
            ssl_context=self.bus.tls(),
            acks="all",
            enable_idempotence=True,
            request_timeout_ms=5_000,
        )
        async with producer:
            while self.sent < len(self.told):
                if self.sent >= self.allowed:
                    await asyncio.sleep(0.02)
                    continue
                some = self.told[self.sent : min(self.sent + _AT_ONCE, self.allowed)]
                under_way = [await self._send(producer, told) for told in some]
                await asyncio.gather(*under_way)
                self.sent += len(some)

    async def _send(self, producer: AIOKafkaProducer, told: Told) -> "asyncio.Future[object]":
        event_id = uuid4()
        sealed_for: UUID = uuid4() if told.spoiled else event_id
        event = event_of(told.change, sealed_for, self.key, told.reported_on)
        sent: asyncio.Future[object] = await producer.send(
            INBOUND_RESIDENTS.name,
            event.model_dump_json().encode(),
            key=told.key.encode(),
            headers=headers_of(event_id, event.TYPE),
        )
        return sent
