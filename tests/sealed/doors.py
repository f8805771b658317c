"""Every HTTP door of a service, asked about a sealed person and about nobody.

The doors are the application's own routes, so a new one cannot be forgotten: whoever adds a door
says here-like how it is asked about a person. What comes back is compared with ids and moments made
alike; so is what was asked of the database, since an answer that takes another way takes another
time.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from contracts.functions import Function
from deploy.local.testing import TestStack
from services.chassis import http, sight
from services.chassis.peers import PEER
from services.chassis.service import Service
from services.chassis.staff_context import HEADER, Signer, StaffContext

EVERYONE = tuple(function for function in Function if function is not Function.SEALED_VIEW)
"""Every function but the right to see sealed persons."""
OFFICE = "中央区役所市民総合窓口課"


@dataclass(frozen=True)
class Question:
    """One way to ask at a door. Texts name what it is about: ``{person_id}``."""

    door: str
    """``GET /persons/{person_id}/qualification``, as the route is declared."""
    query: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    content: str | None = None
    """A file, in place of JSON."""
    staff_id: str = "s002"
    of: Mapping[str, str] = field(default_factory=dict)
    """Which of what it is about stands in the door's place: ``{"notice_id": "second_notice"}``."""


@dataclass(frozen=True)
class Answer:
    """What came back, and by which statements."""

    status: int
    text: str
    headers: tuple[str, ...]
    statements: tuple[str, ...]

    @property
    def seen(self) -> tuple[int, str, tuple[str, ...]]:
        """What the caller sees of it."""
        return self.status, self.text, self.headers


def doors_of(service: Service) -> set[str]:
    """The doors for people: what the service's application declares."""
    described = http.create_app(service, service.routers).openapi()["paths"]
    return {f"{method.upper()} {path}" for path, found in described.items() for method in found}


class Caller:
    """A staff member at every door of a service."""

    def __init__(self, stack: TestStack, service: Service, *functions: Function) -> None:
        self._signer = Signer(stack.layout.certs / "gateway" / "staff_context.key")
        self._service = service
        self._functions = functions
        app = http.create_app(service, service.routers)

        async def with_peer(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, PEER: "gateway"}, receive, send)

        self._transport = httpx.ASGITransport(app=with_peer)

    async def ask(self, question: Question, about: Mapping[str, str]) -> Answer:
        """Ask one question about somebody."""
        about = {**about, **{place: about[name] for place, name in question.of.items()}}
        method, _, template = question.door.partition(" ")
        statements: list[str] = []
        with _watched(statements):
            answer = await self.request(
                method,
                _filled(template, about),
                staff_id=question.staff_id,
                params=_filled(dict(question.query), about),
                json=_filled(question.json, about),
                content=_file(question.content, about),
            )
        return Answer(
            answer.status_code,
            alike(answer.text),
            tuple(sorted(name for name in answer.headers if name != "content-length")),
            tuple(statements),
        )

    async def ask_all(
        self, questions: Iterable[Question], about: Mapping[str, str]
    ) -> dict[int, Answer]:
        """Ask every question, in order."""
        return {n: await self.ask(question, about) for n, question in enumerate(questions)}

    async def request(
        self, method: str, path: str, *, staff_id: str = "s002", **more: Any
    ) -> httpx.Response:
        """Any request, as the gateway passes it on."""
        headers = {HEADER: self._signed(staff_id, method, path)}
        async with httpx.AsyncClient(
            transport=self._transport, base_url="https://localhost"
        ) as client:
            return await client.request(method, path, headers=headers, **more)

    def _signed(self, staff_id: str, method: str, path: str) -> str:
        staff = StaffContext(
            staff_id=staff_id,
            department=OFFICE,
            functions=frozenset(function.value for function in self._functions),
            session_id="session",
            terminal="terminal",
            request_id=str(uuid4()),
        )
        return self._signer.sign(
            staff,
            service=self._service.name,
            method=method,
            path=path,
            now=self._service.clock.now(),
        )


def nobody(about: Mapping[str, str]) -> dict[str, str]:
    """The same, of who does not exist."""
    return {name: str(uuid4()) for name in about}


def _file(content: str | None, about: Mapping[str, str]) -> bytes | None:
    return None if content is None else str(_filled(content, about)).encode("cp932")


def _filled(value: Any, about: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, one in about.items():
            value = value.replace(f"{{{name}}}", one)
        return value
    if isinstance(value, Mapping):
        return {key: _filled(one, about) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(one, about) for one in value]
    return value


def alike(text: str) -> str:
    """A text with ids, traces and moments made alike."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "id", text)
    text = re.sub(r'"trace_id":"[0-9a-f]+"', '"trace_id":""', text)
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+\d\d:\d\d)", "moment", text)


@contextmanager
def _watched(statements: list[str]) -> Any:
    """Notes every statement of every transaction that begins within."""
    say = sight.say
    watched: list[Any] = []

    def note(query: Any) -> None:
        statements.append(" ".join(query.query.split()))

    async def say_and_watch(connection: Any) -> None:
        await say(connection)
        connection.add_query_logger(note)
        watched.append(connection)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sight, "say", say_and_watch)
        yield
    for connection in watched:
        raw = getattr(connection, "_con", None)
        if raw is not None:
            raw.remove_query_logger(note)
