"""Calling a service's API as the gateway does, for a staff member."""

from typing import Any

import httpx

from contracts.functions import Function
from deploy.local.testing import TestStack
from services.chassis import http
from services.chassis.peers import PEER
from services.chassis.service import Service
from services.chassis.staff_context import HEADER, Signer, StaffContext


class Caller:
    """The gateway's place: signs for the staff member and calls the service in this process."""

    def __init__(self, stack: TestStack, service: Service) -> None:
        self._signer = Signer(stack.layout.certs / "gateway" / "staff_context.key")
        self._service = service
        app = http.create_app(service, service.routers)

        async def with_peer(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, PEER: "gateway"}, receive, send)

        self._transport = httpx.ASGITransport(app=with_peer)

    async def __call__(
        self,
        staff_id: str,
        *functions: Function,
        get: str = "",
        post: str = "",
        at: str = "1234",
        **options: Any,
    ) -> httpx.Response:
        """GET ``get`` or POST to ``post`` as ``staff_id`` of an office, who holds ``functions``."""
        method, path = ("POST", post) if post else ("GET", get)
        staff = StaffContext(
            staff_id=staff_id,
            department=at,
            functions=frozenset(function.value for function in functions),
            session_id="session",
            terminal="terminal",
            request_id="request",
        )
        token = self._signer.sign(
            staff,
            service=self._service.name,
            method=method,
            path=path,
            now=self._service.clock.now(),
        )
        base = "https://localhost"
        async with httpx.AsyncClient(transport=self._transport, base_url=base) as client:
            return await client.request(method, path, headers={HEADER: token}, **options)
