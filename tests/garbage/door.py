"""The ways in by HTTP: the gateway's public door with somebody signed in who may do everything, and
each service's own door as the gateway reaches it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import requests
import schemathesis
from requests import PreparedRequest, Session

from contracts.functions import Function
from deploy.local.testing import TestStack
from services.chassis.clock import japan_date
from services.chassis.http import create_app
from services.chassis.problems import MEDIA_TYPE
from services.chassis.service import Service
from services.chassis.staff_context import HEADER, Signer, StaffContext
from services.gateway import app as gateway_app
from services.gateway.domain.staff import Grant, Period, Staff
from services.gateway.settings import Settings
from services.gateway.state import gateway_of
from services.gateway.stores import staff as store
from tests.garbage.house import House
from tests.gateway.house import CHEAP, PASSWORD, PEOPLE

LONGEST_S = 20
"""No answer takes longer, whatever was asked; a request that hangs is given up then."""
STAFF = "sato"


class Doors:
    """Where requests go, and as whom."""

    def __init__(self, house: House, stack: TestStack, gateway: Service) -> None:
        self.house = house
        self.gateway = gateway
        self._stack = stack
        self._signer = Signer(stack.layout.certs / "gateway" / "staff_context.key")
        self.authority = str(stack.layout.certs / "gateway" / "ca.pem")
        self.public = self._session()
        self.public.headers["X-Nenkin-Request"] = "1"

    def _session(self) -> Session:
        session = Session()
        session.verify = self.authority
        session.trust_env = False
        return session

    @property
    def url(self) -> str:
        """The gateway's public address."""
        assert self.gateway.public_listener is not None
        return f"https://localhost:{self.gateway.public_listener.port}"

    def sign_in(self) -> None:
        """A new session of somebody with every function; whatever was there before is over."""
        self.public.cookies.clear()
        self.public.post(
            f"{self.url}/api/session", json={"user_id": STAFF, "password": PASSWORD}, timeout=20
        ).raise_for_status()

    @property
    def signed_in(self) -> bool:
        return self.public.get(f"{self.url}/api/session", timeout=20).status_code == 200

    def inside(self, service: Service) -> tuple[str, Session]:
        """A service's own address, and a session of the gateway's with a fresh staff context in
        each request."""
        certs = self._stack.layout.certs / "gateway"
        session = self._session()
        session.cert = (str(certs / "gateway.crt"), str(certs / "gateway.key"))

        def sign(request: PreparedRequest) -> PreparedRequest:
            path = unquote(urlsplit(str(request.url)).path)
            context = StaffContext(
                staff_id=STAFF, department="保険年金課",
                functions=frozenset(f.value for f in Function), session_id=str(uuid4()),
                terminal="10.1.2.3", request_id=str(uuid4()),
            )  # fmt: skip
            request.headers[HEADER] = self._signer.sign(
                context, service=service.name, method=str(request.method), path=path,
                now=service.clock.now(),
            )  # fmt: skip
            return request

        session.auth = sign
        assert service.listener is not None
        return f"https://localhost:{service.listener.port}", session

    def described(self, service: Service) -> dict[str, Any]:
        """A service's own OpenAPI document."""
        return create_app(service, service.routers).openapi()


def sound(response: requests.Response | schemathesis.Response) -> None:
    """What holds of every answer: never our fault, told as a problem if it is one, in time."""
    text, seconds = response.content.decode("utf-8", "replace"), response.elapsed
    if not isinstance(seconds, float):
        seconds = seconds.total_seconds()
    assert response.status_code < 500, (response.status_code, text[:500])
    assert seconds < LONGEST_S
    assert "Traceback" not in text
    assert 'File "' not in text
    if response.status_code >= 400:
        media_type = response.headers["content-type"]
        assert media_type in (MEDIA_TYPE, [MEDIA_TYPE])
        document = json.loads(text)
        assert document["status"] == response.status_code
        assert document["type"] == f"urn:nenkin:problem:{document['code']}"
        assert document["title"]


@contextmanager
def opened(house: House, stack: TestStack) -> Iterator[Doors]:
    """The gateway in front of the house, and somebody hired."""
    urls = {
        name: f"https://localhost:{service.listener.port}"
        for name, service in house.services.items()
        if service.listener is not None
    }
    for service in house.services.values():
        service.settings.peers.update(urls)
    database = stack.fresh_database("gateway")
    settings = stack.settings(
        Settings, "gateway", DATABASE_NAME=database, HTTP_PORT="0", PUBLIC_PORT="0",
        TRACE_EXPORTER="none", PEERS=json.dumps(urls), **CHEAP,
    )  # fmt: skip
    gateway = gateway_app.build(settings)
    running = gateway.running()
    house.do(running.__aenter__())
    try:
        house.do(_hire(gateway))
        yield Doors(house, stack, gateway)
    finally:
        house.do(running.__aexit__(None, None, None))
        stack.drop_databases([database])


async def _hire(gateway: Service) -> None:
    employment = Period(japan_date(gateway.clock.now()))
    hashed = await gateway_of(gateway).passwords.hash(PASSWORD)
    async with gateway.unit_of_work() as uow:
        await store.add_staff(
            uow.connection, Staff(STAFF, "佐藤 花子", "保険年金課", employment), PEOPLE, uow.now
        )
        grants = [Grant(uuid4(), STAFF, one, employment) for one in Function]
        await store.add_grants(uow.connection, grants, PEOPLE, uow.now)
        await store.set_password(uow.connection, STAFF, hashed, uow.now)
