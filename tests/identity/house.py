"""identity as tests speak to it: told by the register, asked by services and by staff."""

import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

import asyncpg
import httpx

from contracts.events import REGISTRY, Event, PersonChanged, ResidentTokenised
from contracts.functions import Function
from contracts.topics import shard_of
from deploy.local.testing import TestStack
from services.chassis import cloudevents
from services.chassis.database import connect
from services.chassis.intake import Tally
from services.chassis.packing import unpack
from services.chassis.records import Record
from services.chassis.service import Service
from services.chassis.staff_context import HEADER, Signer, StaffContext
from services.identity.app import build
from services.identity.settings import Settings
from tests.identity.people import HANAKO, SYSTEM, key_of

E = TypeVar("E", bound=Event)
CLERK = (Function.PERSON_SEARCH, Function.PERSON_VIEW)


class House:
    """One identity and what tests need of it."""

    def __init__(self, stack: TestStack, database: str) -> None:
        self.stack = stack
        self.database = database
        self.service = self.another()
        self._numbers: dict[tuple[str, str, int], int] = {}

    def another(self, **settings: str) -> Service:
        """A service on the same database: a second instance, or the one after a restart."""
        return build(
            self.stack.settings(
                Settings,
                "identity",
                DATABASE_NAME=self.database,
                HTTP_PORT="0",
                TRACE_EXPORTER="none",
                LOG_LEVEL="WARNING",
                **settings,
            )
        )

    def records(self, source: str, events: Iterable[tuple[str, Event]]) -> list[Record]:
        """(key, event) pairs as they lie on the bus, numbered by their sender."""
        return [self._record(source, key, event) for key, event in events]

    def _record(self, source: str, key: str, event: Event) -> Record:
        lane = source, event.TOPIC.name, shard_of(key)
        number = self._numbers[lane] = self._numbers.get(lane, 0) + 1
        headers = cloudevents.write(
            uuid4(), event.TYPE, source, datetime.now(UTC), (1, number), None
        )
        return Record(
            topic=event.TOPIC.name,
            shard=shard_of(key),
            offset=number,
            key=key,
            headers={name: value.decode() for name, value in headers},
            body=event.model_dump_json().encode(),
        )

    def changes(self, *events: ResidentTokenised) -> list[Record]:
        """Resident changes as the vault sends them."""
        return self.records("token_vault", [(key_of(event), event) for event in events])

    async def told(self, *events: ResidentTokenised) -> Tally:
        """The register told these, in one batch."""
        return await self.service.intake.take(self.changes(*events))

    async def outbox(self, kind: type[E]) -> list[E]:
        """What waits to be sent of one kind, oldest first."""
        async with self.service.database.read() as connection:
            rows = await connection.fetch("select packed from bus.outbox order by seq")
        found: list[E] = []
        for row in rows:
            for message in unpack(row["packed"]):
                model = REGISTRY[dict(message.headers)["ce_type"].decode()]
                if model is kind:
                    found.append(kind.model_validate_json(message.body))
        return found

    async def views(self) -> list[PersonChanged]:
        """What the neighbours were told."""
        return await self.outbox(PersonChanged)

    async def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Look into the tables."""
        async with self.service.database.read() as connection:
            return [dict(row) for row in await connection.fetch(query, *values)]

    async def person_id(self, number: str = HANAKO) -> UUID:
        """The person under a number of the resident register."""
        (row,) = await self.rows(
            "select person_id from identity.residents where system = $1 and addressee_number = $2",
            SYSTEM,
            number,
        )
        return UUID(str(row["person_id"]))

    async def empty(self) -> None:
        """Forget everything."""
        async with self.owner() as connection:
            tables = await connection.fetchval(
                "select string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables"
                " where schemaname in ('identity', 'bus') and tablename <> 'epoch'"
            )
            await connection.execute(f"truncate {tables}")

    async def seal(self, *person_ids: UUID) -> None:
        """Put persons under a support measure, as the owner of the tables."""
        async with self.owner() as connection:
            await connection.execute(
                "update identity.persons set sealed = true where person_id = any($1::uuid[])",
                list(person_ids),
            )

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection as the migrating role."""
        settings = self.service.settings.model_copy(
            update={"certs_dir": self.stack.layout.certs / "identity_migrate"}
        )
        connection = await connect(settings, role="identity_migrate", database=self.database)
        try:
            yield connection
        finally:
            await connection.close()


class Counter:
    """Staff at a running identity, through the gateway."""

    def __init__(self, house: House, service: Service) -> None:
        self._house = house
        self._service = service

    @property
    def url(self) -> str:
        assert self._service.listener is not None
        return f"https://localhost:{self._service.listener.port}"

    async def search(self, *functions: Function, **criteria: Any) -> httpx.Response:
        """POST /persons/search."""
        return await self.call("POST", "/persons/search", functions or CLERK, json=criteria)

    async def show(self, person_id: UUID, *functions: Function) -> httpx.Response:
        """GET /persons/{person_id}."""
        return await self.call("GET", f"/persons/{person_id}", functions or CLERK)

    async def call(
        self,
        method: str,
        path: str,
        functions: Iterable[Function],
        *,
        peer: str = "gateway",
        signed: bool = True,
        staff_id: str = "s001",
        **more: Any,
    ) -> httpx.Response:
        """Any call, by any peer, with or without the gateway's word for who is acting."""
        headers = more.pop("headers", {})
        if signed:
            headers[HEADER] = self._sign(method, path.partition("?")[0], functions, staff_id)
        async with httpx.AsyncClient(
            base_url=self.url, verify=self._tls(peer), trust_env=False, timeout=30
        ) as client:
            return await client.request(method, path, headers=headers, **more)

    def _tls(self, peer: str) -> ssl.SSLContext:
        folder = self._house.stack.layout.certs / peer
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        context.load_cert_chain(folder / f"{peer}.crt", folder / f"{peer}.key")
        return context

    def _sign(self, method: str, path: str, functions: Iterable[Function], staff_id: str) -> str:
        signer = Signer(self._house.stack.layout.certs / "gateway" / "staff_context.key")
        context = StaffContext(
            staff_id=staff_id,
            department="中央区役所市民総合窓口課",
            functions=frozenset(function.value for function in functions),
            session_id="session-1",
            terminal="terminal-1",
            request_id=str(uuid4()),
        )
        return signer.sign(
            context,
            service="identity",
            method=method,
            path=path,
            now=self._service.clock.now(),
        )
