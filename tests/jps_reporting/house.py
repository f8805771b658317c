"""jps_reporting on the real database; its neighbours played, or the real vault beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx

from contracts.events import (
    REGISTRY,
    Event,
    LinkageAnswer,
    LinkageAnswered,
    LinkageItem,
    LinkageOutcome,
    LinkageRequested,
)
from contracts.functions import Function
from contracts.numbers import synthetic_individual_number
from contracts.topics import LINKAGE_REPLIES_JPS_REPORTING, Topic, shard_of
from deploy.local.testing import TestStack
from services.chassis import http, sight
from services.chassis.clock import FixedClock
from services.chassis.packing import unpack
from services.chassis.peers import PEER
from services.chassis.received import Received
from services.chassis.service import Service
from services.chassis.staff_context import HEADER, Signer, StaffContext
from tests.jps_reporting.making import answer
from tests.token_vault import vaults

BUILDER, SEALER = "s001", "s002"
BOTH = (Function.BATCH_BUILD, Function.BATCH_SEAL)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e{:04x}-00f067aa0ba902b7-01"


def received(event: Event, *, trace: str | None = None, source: str = "") -> Received[Any]:
    """An event as the chassis hands it over."""
    key = str(getattr(event, "person_id", uuid4()))
    return Received(
        event=event,
        key=key,
        event_id=uuid4(),
        type=event.TYPE,
        source=source or event.TOPIC.producers[0],
        time=datetime.now(UTC),
        topic=event.TOPIC.name,
        shard=shard_of(key),
        trace=trace,
    )


@dataclass
class House:
    """The service with its neighbours' parts played."""

    service: Service
    stack: TestStack
    vault: vaults.House | None = None
    answers: dict[UUID, LinkageAnswer | LinkageOutcome] = field(default_factory=dict)
    """What identity says of a person; of others it makes something up without a number."""
    _answered: set[UUID] = field(default_factory=set)

    @property
    def clock(self) -> FixedClock:
        """The service's, which stands still until it is moved."""
        assert isinstance(self.service.clock, FixedClock)
        return self.service.clock

    # Staff

    async def call(
        self, method: str, path: str, staff_id: str = BUILDER, *functions: Function, **options: Any
    ) -> httpx.Response:
        """A request as the gateway passes it on; by default with both functions."""
        signer = Signer(self.stack.layout.certs / "gateway" / "staff_context.key")
        staff = StaffContext(
            staff_id=staff_id,
            department="国民年金課",
            functions=frozenset(f.value for f in functions or BOTH),
            session_id="session",
            terminal="terminal-1",
            request_id=str(uuid4()),
        )
        token = signer.sign(
            staff,
            service=self.service.name,
            method=method,
            path=path.partition("?")[0],
            now=self.service.clock.now(),
        )
        app = http.create_app(self.service, self.service.routers)

        async def with_peer(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, PEER: "gateway"}, receive, send)

        transport = httpx.ASGITransport(app=with_peer)
        async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as client:
            return await client.request(method, path, headers={HEADER: token}, **options)

    async def build(self, staff_id: str = BUILDER, **choice: Any) -> dict[str, Any]:
        """A new batch."""
        response = await self.call("POST", "/batches", staff_id, json=choice)
        assert response.status_code == 201, response.text
        document: dict[str, Any] = response.json()
        return document

    async def checked(self, **choice: Any) -> str:
        """The id of a new batch that identity has answered for."""
        batch: str = (await self.build(**choice))["batch_id"]
        await self.answer_all()
        return batch

    async def batch(self, batch_id: str, query: str = "") -> dict[str, Any]:
        """The batch as staff see it."""
        response = await self.call("GET", f"/batches/{batch_id}{query}")
        assert response.status_code == 200, response.text
        document: dict[str, Any] = response.json()
        return document

    async def state(self, batch_id: str) -> str:
        code: str = (await self.batch(batch_id))["batch"]["state"]["code"]
        return code

    async def seal(self, batch_id: str, staff_id: str = SEALER) -> httpx.Response:
        return await self.call("POST", f"/batches/{batch_id}/seal", staff_id)

    # The bus

    async def take(self, events: Iterable[Event], *, trace: str | None = None) -> None:
        """Hand events to their topic's handler, in one transaction."""
        batch = [received(event, trace=trace) for event in events]
        await self.handle(batch)

    async def handle(self, batch: Sequence[Received[Any]]) -> None:
        topics: dict[str, Topic] = {topic.name: topic for topic in self.service.handlers}
        with sight.everybody():  # as the intake does
            async with self.service.unit_of_work() as uow:
                await self.service.handlers[topics[batch[0].topic]](batch, uow)

    async def outbox(self) -> list[Event]:
        """All that was emitted, in order."""
        return [event for event, _ in await self.outbox_with_traces()]

    async def outbox_with_traces(self) -> list[tuple[Event, str | None]]:
        types = {event.TYPE: event for event in REGISTRY.values()}
        async with self.service.database.read() as connection:
            rows = await connection.fetch("select packed from bus.outbox order by seq")
        found = []
        for row in rows:
            for message in unpack(row["packed"]):
                headers = {name: value.decode() for name, value in message.headers}
                event = types[headers["ce_type"]].model_validate_json(message.body)
                found.append((event, headers.get("traceparent")))
        return found

    async def emitted(self, kind: type[Event]) -> list[Any]:
        return [event for event in await self.outbox() if isinstance(event, kind)]

    # Identity

    async def requests(self) -> list[LinkageRequested]:
        """What was asked and not answered yet."""
        asked = await self.emitted(LinkageRequested)
        return [request for request in asked if request.request_id not in self._answered]

    def reply(self, request: LinkageRequested) -> LinkageAnswered:
        """Identity's answer: the items asked for, and no others."""
        said = self.answers.get(request.person_id, answer(individual_number_token=None))
        outcome = said if isinstance(said, LinkageOutcome) else LinkageOutcome.ANSWERED
        told = None
        if isinstance(said, LinkageAnswer):
            kept = {item.value for item in request.items}
            told = LinkageAnswer(
                **{name: getattr(said, name) for name in LinkageAnswer.model_fields if name in kept}
            )
        return LinkageAnswered(
            request_id=request.request_id,
            person_id=request.person_id,
            reference=request.reference,
            outcome=outcome,
            answer=told,
        )

    async def answer_all(self, *, at_once: int = 500) -> None:
        """Answer everything that was asked."""
        asked = await self.requests()
        for start in range(0, len(asked), at_once):
            part = asked[start : start + at_once]
            await self.handle([received(self.reply(request)) for request in part])
            self._answered.update(request.request_id for request in part)

    # The vault

    async def number(self, person_id: UUID, index: int, **about: Any) -> str:
        """Give a person a number in the vault, and identity its token; returns the digits."""
        assert self.vault is not None
        (token,) = await vaults.take(
            self.vault.service,
            [
                vaults.sealed_change(
                    synthetic_individual_number(index),
                    await vaults.public_key(self.vault.service),
                    index,
                )
            ],
        )
        self.answers[person_id] = answer(individual_number_token=token, **about)
        return synthetic_individual_number(index)

    # The database

    async def fetch(self, sql: str, *arguments: Any) -> list[Any]:
        async with self.service.database.read() as connection:
            return [dict(row) for row in await connection.fetch(sql, *arguments)]


REPLIES = LINKAGE_REPLIES_JPS_REPORTING
ITEMS = frozenset(LinkageItem)
