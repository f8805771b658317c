"""The doors of the services: each operation called with each certificate, with and without the
gateway's word on who is acting."""

import asyncio
import importlib
import os
import re
import ssl
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

import httpx
from fastapi.routing import iter_route_contexts

from contracts.functions import Function
from deploy.local.errors import StackError
from deploy.local.stack import Stack
from services.chassis.http import Door, create_app, doors_of, probes
from services.chassis.service import Service
from services.chassis.staff_context import HEADER, Signer, StaffContext

REFUSED = ("CH-0004", "CH-0005", "CH-0006")
_AT_ONCE = 4
"""Tries at a service at a time."""
_TRIES = 3
_PARAMETER = re.compile(r"\{[^}]+\}")


@dataclass(frozen=True, slots=True, order=True)
class Operation:
    """One operation of one service."""

    service: str
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Passed:
    """Who got through to an operation."""

    peers: frozenset[str]
    """Certificates, each with a word from the gateway that names every function."""
    functions: frozenset[Function] | None
    """Functions of which each alone was enough for the gateway; ``None``: it asks for no word."""


def build(stack: Stack, name: str) -> Service:
    """A service as it runs, not opened: for its routes."""
    settings = importlib.import_module(f"services.{name}.settings").Settings
    others = {key: value for key, value in os.environ.items() if not key.startswith("NENKIN_")}
    with patch.dict(os.environ, {**others, **stack.env(name)}, clear=True):
        made: Service = importlib.import_module(f"services.{name}.app").build(settings())
    return made


def declared(stack: Stack, names: Iterable[str]) -> dict[Operation, tuple[Door, ...]]:
    """The doors that each service's code has in front of each of its operations."""
    found = {}
    for name in names:
        service = build(stack, name)
        app = create_app(service, [*service.routers, probes(service)])
        for route in iter_route_contexts(app.routes):
            for method in sorted(route.methods or ()):
                operation = Operation(name, method, str(route.path))
                found[operation] = doors_of(route.dependant)
    return found


def expected(doors: Sequence[Door]) -> Passed:
    """Who ought to get through them. An operation without a door would let everybody through."""
    if not doors:
        raise StackError("an operation has no door")
    peers = frozenset.intersection(*(frozenset(door.peers) for door in doors))
    functions = frozenset(door.function for door in doors if door.function)
    return Passed(peers, functions or None)


class Caller:
    """Calls with one certificate after the other."""

    def __init__(self, stack: Stack) -> None:
        self._certs: Path = stack.layout.certs
        self._ports: Mapping[str, int] = stack.state.ports
        self._signer = Signer(self._certs / "gateway" / "staff_context.key")

    async def passed(
        self, operations: Sequence[Operation], certificates: Iterable[str]
    ) -> dict[Operation, Passed]:
        """Try every operation with every certificate."""
        # A refusal at the handshake costs a handshake each time, and nearly all is refused: the
        # services are asked beside each other, and each several things at once.
        gates = {operation.service: asyncio.Semaphore(_AT_ONCE) for operation in operations}
        through: dict[Operation, set[str]] = {operation: set() for operation in operations}
        async with AsyncExitStack() as stack:
            clients = {
                name: await stack.enter_async_context(self._client(name)) for name in certificates
            }

            async def try_one(operation: Operation, name: str) -> None:
                async with gates[operation.service]:
                    if await self._gets_through(clients[name], operation, frozenset(Function)):
                        through[operation].add(name)

            await asyncio.gather(*(try_one(o, name) for name in clients for o in operations))

            async def functions_of(operation: Operation) -> frozenset[Function] | None:
                async with gates[operation.service]:
                    return await self._functions(gateway, operation)

            gateway = await stack.enter_async_context(self._client("gateway"))
            functions = await asyncio.gather(*map(functions_of, operations))
        return {
            operation: Passed(frozenset(through[operation]), enough)
            for operation, enough in zip(operations, functions, strict=True)
        }

    async def _functions(
        self, client: httpx.AsyncClient, operation: Operation
    ) -> frozenset[Function] | None:
        if await self._gets_through(client, operation, None):
            return None
        enough = [f for f in Function if await self._gets_through(client, operation, {f})]
        if enough or not await self._gets_through(client, operation, frozenset(Function)):
            return frozenset(enough) or None
        return frozenset()

    async def _gets_through(
        self,
        client: httpx.AsyncClient,
        operation: Operation,
        functions: Iterable[Function] | None,
    ) -> bool:
        path = _PARAMETER.sub(lambda _match: str(uuid4()), operation.path)
        headers = {}
        if functions is not None:
            context = StaffContext(
                "doors", "doors", frozenset(f.value for f in functions), "s", "t", "r"
            )
            headers[HEADER] = self._signer.sign(
                context, service=operation.service, method=operation.method, path=path,
                now=datetime.now(UTC),
            )  # fmt: skip
        # A body that none of them takes: who gets through is told so, and nothing is done.
        body: list[str] | None = [] if operation.method in ("POST", "PUT", "PATCH") else None
        url = f"https://localhost:{self._ports[operation.service]}{path}"
        try:
            answer = await self._answer(client, operation, url, headers, body)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            # With TLS 1.3 the client learns of it after its own side of the handshake. Whoever was
            # heard is answered: the service itself is asked before and after with others.
            return False
        if answer.status_code < 400:
            return True
        return answer.json()["code"] not in REFUSED

    async def _answer(
        self,
        client: httpx.AsyncClient,
        operation: Operation,
        url: str,
        headers: Mapping[str, str],
        body: list[str] | None,
    ) -> httpx.Response:
        """What comes of one try. One that takes too long says nothing: it is made again, as a
        machine under load is slow. Raises ``StackError`` where it always does."""
        for _ in range(_TRIES):
            try:
                return await client.request(operation.method, url, headers=headers, json=body)
            except httpx.TimeoutException:
                continue
        raise StackError(f"neither let in nor refused: {operation}")

    def _client(self, name: str) -> httpx.AsyncClient:
        folder = self._certs / name
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
        return httpx.AsyncClient(verify=context, trust_env=False, timeout=30)
