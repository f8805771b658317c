"""qualification as tests speak to it: told by identity and JPS reporting, asked by staff."""

import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar
from uuid import UUID, uuid4

import asyncpg
import httpx

from contracts.events import (
    REGISTRY,
    AuditOperation,
    AuditRecorded,
    Event,
    ItemForwarded,
    PersonChanged,
    QualificationChanged,
    QualificationReportable,
)
from contracts.functions import Function
from contracts.topics import shard_of
from deploy.local.testing import TestStack
from services.chassis import cloudevents, sight
from services.chassis.clock import JAPAN, FixedClock
from services.chassis.database import connect
from services.chassis.intake import Tally
from services.chassis.packing import unpack
from services.chassis.records import Record
from services.chassis.service import Service
from services.chassis.staff_context import HEADER, Signer, StaffContext
from services.qualification.app import build
from services.qualification.settings import Settings
from tests.qualification.people import Life

E = TypeVar("E", bound=Event)
HANAKO = UUID(int=1, version=4)
CENTRAL_WARD = "中央区役所市民総合窓口課"
AT_45 = Life("1981-03-03").loaded("2026-10-01", since="2010-04-01")


class House:
    """One qualification on a day that tests set, and what they need of it."""

    def __init__(self, stack: TestStack, database: str, today: str) -> None:
        self.stack = stack
        self.database = database
        self.clock = FixedClock(noon(today))
        self.service = self.another()
        self._numbers: dict[tuple[str, str, int], int] = {}

    def another(self, **settings: str) -> Service:
        """A service on the same database: a second instance, or the one after a restart."""
        service = build(
            self.stack.settings(
                Settings,
                "qualification",
                DATABASE_NAME=self.database,
                HTTP_PORT="0",
                TRACE_EXPORTER="none",
                LOG_LEVEL="WARNING",
                **settings,
            )
        )
        service.clock = self.clock
        service.intake._clock = self.clock
        return service

    def on(self, day: str) -> None:
        """Move on to noon of a day."""
        self.clock.move(noon(day) - self.clock.now())

    def records(self, source: str, events: Iterable[tuple[UUID, Event]]) -> list[Record]:
        """(person, event) pairs as they lie on the bus, numbered by their sender."""
        return [self._record(source, str(person), event) for person, event in events]

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

    async def told(self, *events: PersonChanged) -> Tally:
        """identity told these, in one batch."""
        records = self.records("identity", [(event.person_id, event) for event in events])
        return await self.service.intake.take(records)

    async def lives(self, person_id: UUID, life: Life) -> None:
        """identity told a life event by event, each in a batch of its own."""
        for event in life.events(person_id):
            await self.told(event)

    async def forwarded(self, *items: ItemForwarded) -> Tally:
        """jps_reporting told that these were sent."""
        records = self.records("jps_reporting", [(item.person_id, item) for item in items])
        return await self.service.intake.take(records)

    async def command(self, name: str, service: Service | None = None, **arguments: Any) -> int:
        """Run a command of the service's own; its exit status."""
        from argparse import Namespace

        service = service or self.service
        (found,) = [command for command in service.commands if command.name == name]
        with sight.everybody():  # as the command line does
            return await found.run(service, Namespace(**arguments))

    async def nightly(self, day: str | None = None) -> int:
        return await self.command("nightly", date=date.fromisoformat(day) if day else None)

    async def outbox(self, kind: type[E]) -> list[E]:
        """What waits to be sent of one kind, oldest first."""
        found: list[E] = []
        for row in await self.rows("select packed from bus.outbox order by seq"):
            for message in unpack(row["packed"]):
                model = REGISTRY[dict(message.headers)["ce_type"].decode()]
                if model is kind:
                    found.append(kind.model_validate_json(message.body))
        return found

    async def changes(self, person_id: UUID | None = None) -> list[QualificationChanged]:
        """The timelines that the neighbours were told."""
        sent = await self.outbox(QualificationChanged)
        return [event for event in sent if person_id in (None, event.person_id)]

    async def reports(self, person_id: UUID | None = None) -> list[QualificationReportable]:
        """What jps_reporting was told."""
        sent = await self.outbox(QualificationReportable)
        return [event for event in sent if person_id in (None, event.person_id)]

    async def audited(self, operation: AuditOperation) -> list[AuditRecorded]:
        """The records of one operation."""
        sent = await self.outbox(AuditRecorded)
        return [event for event in sent if event.operation is operation]

    async def rows(self, query: str, *values: Any) -> Sequence[dict[str, Any]]:
        """Look into the tables."""
        async with self.service.database.read() as connection:
            return [dict(row) for row in await connection.fetch(query, *values)]

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection as the migrating role."""
        settings = self.service.settings.model_copy(
            update={"certs_dir": self.stack.layout.certs / "qualification_migrate"}
        )
        connection = await connect(settings, role="qualification_migrate", database=self.database)
        try:
            yield connection
        finally:
            await connection.close()


class Counter:
    """Staff at a running qualification, through the gateway."""

    def __init__(self, house: House, service: Service) -> None:
        self._house = house
        self._service = service

    async def call(
        self,
        method: str,
        path: str,
        *functions: Function,
        by: str = "s001",
        at: str = CENTRAL_WARD,
        peer: str = "gateway",
        signed: bool = True,
        **more: Any,
    ) -> httpx.Response:
        """Any call, by any peer, with or without the gateway's word for who is acting."""
        assert self._service.listener is not None
        url = f"https://localhost:{self._service.listener.port}"
        headers = {HEADER: self._sign(method, path, functions, by, at)} if signed else {}
        async with httpx.AsyncClient(
            base_url=url, verify=self._tls(peer), trust_env=False, timeout=30
        ) as client:
            return await client.request(method, path, headers=headers, **more)

    async def page(self, person_id: UUID, **query: Any) -> dict[str, Any]:
        """The qualification part of the person page."""
        path = f"/persons/{person_id}/qualification"
        answer = await self.call("GET", path, Function.PERSON_VIEW, params=query)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def accept(
        self, body: dict[str, Any], by: str = "s001", at: str = CENTRAL_WARD
    ) -> httpx.Response:
        return await self.call("POST", "/notices", Function.NOTICE_ACCEPT, by=by, at=at, json=body)

    async def settle(self, notice_id: str, by: str = "s002", **body: Any) -> httpx.Response:
        path = f"/notices/{notice_id}/settle"
        return await self.call("POST", path, Function.NOTICE_SETTLE, by=by, json=body or None)

    async def withdraw(self, notice_id: str, reason: str, by: str = "s001") -> httpx.Response:
        path = f"/notices/{notice_id}/withdraw"
        body = {"reason": reason}
        return await self.call("POST", path, Function.NOTICE_ACCEPT, by=by, json=body)

    def _tls(self, peer: str) -> ssl.SSLContext:
        folder = self._house.stack.layout.certs / peer
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        context.load_cert_chain(folder / f"{peer}.crt", folder / f"{peer}.key")
        return context

    def _sign(
        self, method: str, path: str, functions: Iterable[Function], by: str, department: str
    ) -> str:
        signer = Signer(self._house.stack.layout.certs / "gateway" / "staff_context.key")
        context = StaffContext(
            staff_id=by,
            department=department,
            functions=frozenset(function.value for function in functions),
            session_id="session-1",
            terminal="terminal-1",
            request_id=str(uuid4()),
        )
        return signer.sign(
            context,
            service="qualification",
            method=method,
            path=path,
            now=self._service.clock.now(),
        )


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(12), JAPAN)


def notice(person_id: UUID, **changes: Any) -> dict[str, Any]:
    """A notice of change from category 2 as the counter hands it in; ``changes`` to its values,
    or, by the names below, to the rest. A value of None leaves the field out."""
    body: dict[str, Any] = {
        "form": "category_change_2_to_1",
        "person_id": str(person_id),
        "received_on": "2026-11-05",
        "channel": "counter",
        "identity_check": {"number": "individual_number_card", "person": "individual_number_card"},
        "attachments": [{"code": "loss-of-employees-pension", "state": "checked"}],
    }
    values: dict[str, Any] = {
        "left_employment_on": "2026-10-31",
        "change_reason": "resignation",
        "attributes_match": True,
    }
    for name, value in changes.items():
        (body if name in body else values)[name] = value
    body["values"] = {name: value for name, value in values.items() if value is not None}
    return {name: value for name, value in body.items() if value is not None}
