"""What the gateway's tests stand on: the real service on a real database, and the services behind
it as doubles that speak real mutual TLS and verify the real staff context."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI, Request, Response

from contracts.events import AuditRecorded
from contracts.functions import Function
from deploy.local.testing import TestStack
from services.chassis import database
from services.chassis.clock import FixedClock
from services.chassis.packing import unpack
from services.chassis.peers import PEER
from services.chassis.problems import MEDIA_TYPE
from services.chassis.server import Listener
from services.chassis.service import Service
from services.chassis.settings import ServiceSettings
from services.chassis.staff_context import HEADER, StaffContext, Verifier
from services.gateway import public
from services.gateway.app import build
from services.gateway.domain.staff import Grant, Period, Staff, TwoPeople
from services.gateway.settings import Settings
from services.gateway.state import gateway_of
from services.gateway.stores import staff as store

MORNING = datetime(2026, 10, 1, 0, 0, tzinfo=UTC)
"""Nine o'clock in Japan."""
APRIL = date(2026, 4, 1)
PASSWORD = "correct horse battery"
ORIGIN = "https://nenkin.city.example"
HEADERS = {"X-Nenkin-Request": "1"}
PEOPLE = TwoPeople("佐藤 花子", "鈴木 一郎")
CHEAP = {"PASSWORD_TIME_COST": "1", "PASSWORD_MEMORY_KIB": "8", "PASSWORD_PARALLELISM": "1"}
"""Argon2id at the lowest cost: the tests sign in hundreds of times."""

TABLES = (
    *(f"gateway.{name}" for name in (
        "sessions", "throttles", "changes", "revocations", "grants", "passwords",
        "disablements", "staff",
    )),
    "bus.outbox",
    "bus.lanes",
)  # fmt: skip
"""Of the gateway's database, those that refer to others first."""


async def nothing() -> None:
    """An owner that answers at once waits for this."""


@dataclass
class Asked:
    """One call as a double got it."""

    service: str
    method: str
    path: str
    query: dict[str, str]
    body: Any
    context: StaffContext
    token: str
    """The signed context as it came."""
    headers: dict[str, str]


@dataclass
class Owner:
    """A service behind the gateway: believes only the gateway, answers what it was told to."""

    name: str
    settings: ServiceSettings
    clock: FixedClock
    answers: dict[tuple[str, str], Response] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    waits: Callable[[], Awaitable[Any]] = nothing
    """What every answer waits for."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the house is taken down: who waits for it answers nobody in time."""

    def answer(self, method: str, path: str, body: Any, status: int = 200) -> None:
        """What to answer from now on; ``*`` is any path."""
        media_type = "application/json" if status < 400 else MEDIA_TYPE
        self.answers[method, path] = Response(
            json.dumps(body, ensure_ascii=False), status, media_type=media_type
        )

    def nothing(self, method: str) -> None:
        """Answer that it is done, and nothing else, from now on."""
        self.answers[method, "*"] = Response(status_code=204)

    def raw(self, method: str, status: int, content: str, media_type: str) -> None:
        """Answer with anything at all from now on."""
        self.answers[method, "*"] = Response(content, status, media_type=media_type)

    def file(self, method: str, content: bytes, media_type: str) -> None:
        """Answer with a file from now on."""
        headers = {"Content-Disposition": 'attachment; filename="A.zip"', "Set-Cookie": "a=b"}
        self.answers[method, "*"] = Response(content, media_type=media_type, headers=headers)

    def app(self) -> FastAPI:
        """The application that answers."""
        key = self.settings.staff_context_key
        assert key is not None
        verifier = Verifier(key, self.name)
        app = FastAPI()

        @app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
        async def anything(request: Request) -> Response:
            assert request.scope.get(PEER) == "gateway"
            context = verifier.verify(
                request.headers[HEADER],
                method=request.method,
                path=request.url.path,
                now=self.clock.now(),
            )
            raw = await request.body()
            self.asked.append(
                Asked(
                    self.name,
                    request.method,
                    request.url.path,
                    dict(request.query_params),
                    _read(request, raw),
                    context,
                    request.headers[HEADER],
                    dict(request.headers),
                )
            )
            await self.waits()
            for path in (request.url.path, "*"):
                if (request.method, path) in self.answers:
                    return self.answers[request.method, path]
            return Response("{}", media_type="application/json")

        return app


@dataclass
class House:
    """The gateway under test."""

    service: Service
    clock: FixedClock
    app: FastAPI
    owners: dict[str, Owner]
    listeners: dict[str, Listener] = field(default_factory=dict)

    async def stop(self, owner: str) -> None:
        """A service behind the gateway goes down."""
        await self.listeners.pop(owner).stop()

    def browser(self, address: str = "10.1.2.3") -> httpx.AsyncClient:
        """A staff frontend at an address."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, client=(address, 50000)),
            base_url=ORIGIN,
            headers=HEADERS,
        )

    async def hire(
        self,
        staff_id: str = "sato",
        *functions: Function,
        password: str | None = PASSWORD,
        employment: Period | None = None,
    ) -> Staff:
        """A staff member who holds these functions from April on."""
        member = Staff(staff_id, "佐藤 花子", "保険年金課", employment or Period(APRIL))
        async with self.service.unit_of_work() as uow:
            await store.add_staff(uow.connection, member, PEOPLE, uow.now)
            await store.add_grants(
                uow.connection,
                [Grant(uuid4(), staff_id, one, member.employment) for one in functions],
                PEOPLE,
                uow.now,
            )
            if password is not None:
                hashed = await gateway_of(self.service).passwords.hash(password)
                await store.set_password(uow.connection, staff_id, hashed, uow.now)
        return member

    @asynccontextmanager
    async def signed_in(
        self, *functions: Function, staff_id: str = "sato", address: str = "10.1.2.3"
    ) -> AsyncIterator[httpx.AsyncClient]:
        """A browser of a new staff member who has just signed in."""
        await self.hire(staff_id, *functions)
        async with self.browser(address) as browser:
            (await sign_in(browser, staff_id)).raise_for_status()
            yield browser

    async def trail(self, **wanted: Any) -> list[AuditRecorded]:
        """The audit records that wait in the outbox, oldest first, of those with these values."""
        async with self.service.database.read() as connection:
            rows = await connection.fetch("select packed from bus.outbox order by seq")
        events = [
            AuditRecorded.model_validate_json(message.body)
            for row in rows
            for message in unpack(row["packed"])
        ]
        return [
            event
            for event in events
            if all(getattr(event, name) == value for name, value in wanted.items())
        ]

    async def execute(self, sql: str, *values: Any) -> Any:
        """One statement as the role that the gateway runs as."""
        async with self.service.database.transaction() as connection:
            return await connection.fetch(sql, *values)


def _read(request: Request, raw: bytes) -> Any:
    if request.headers.get("content-type") == "application/octet-stream":
        return raw
    return json.loads(raw) if raw else None


async def sign_in(
    browser: httpx.AsyncClient, user_id: str = "sato", password: str = PASSWORD, **headers: str
) -> httpx.Response:
    """A sign-in attempt."""
    return await browser.post(
        "/api/session", json={"user_id": user_id, "password": password}, headers=headers
    )


async def emptied(stack: TestStack, name: str) -> None:
    """Delete everything in a database of the gateway's, which its own role may not."""
    settings = stack.settings(Settings, "gateway", DATABASE_NAME=name).model_copy(
        update={"certs_dir": stack.layout.certs / "gateway_migrate"}
    )
    connection = await database.connect(settings, role="gateway_migrate")
    try:
        await connection.execute("".join(f"delete from {table};" for table in TABLES))
    finally:
        await connection.close()


@asynccontextmanager
async def house(
    stack: TestStack, name_of_database: str, *, behind: Iterable[str] = (), **settings: str
) -> AsyncIterator[House]:
    """The gateway on this database, with doubles of the services named in ``behind``."""
    clock = FixedClock(MORNING)
    owners: dict[str, Owner] = {}
    listeners: dict[str, Listener] = {}
    try:
        for name in behind:
            own = stack.settings(ServiceSettings, name, HTTP_PORT="0")
            owner = owners[name] = Owner(name, own, clock)
            listener = Listener(owner.app(), own, "127.0.0.1", 0, clients=True)
            await listener.start()
            listeners[name] = listener
        peers = {name: f"https://localhost:{listener.port}" for name, listener in listeners.items()}
        service = build(
            stack.settings(
                Settings,
                "gateway",
                DATABASE_NAME=name_of_database,
                PEERS=json.dumps(peers),
                **{**CHEAP, **settings},
            ),
            clock,
        )
        async with service.opened():
            yield House(service, clock, public.create_app(service), owners, listeners)
    finally:
        for owner in owners.values():
            owner.over.set()
        # At once: each takes a tick of its server to end, and there are six.
        await asyncio.gather(*(listener.stop() for listener in listeners.values()))


def problem(response: httpx.Response) -> Mapping[str, Any]:
    """The problem document of a refusal, checked for its shape."""
    assert response.status_code >= 400
    assert response.headers["content-type"] == MEDIA_TYPE
    document: dict[str, Any] = response.json()
    assert document["status"] == response.status_code
    assert document["type"] == f"urn:nenkin:problem:{document['code']}"
    assert document["title"].endswith("。")
    assert not document["title"].isascii()
    return document
