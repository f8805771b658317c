"""The two listeners: browsers come without a certificate, everybody else with one."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from aiokafka import AIOKafkaConsumer

from contracts.events import AuditOperation, AuditRecorded
from contracts.topics import AUDIT_EVENTS
from deploy.local.testing import TestStack
from services.chassis.peers import common_name
from services.chassis.service import Service
from services.chassis.settings import ServiceSettings
from services.gateway.app import build
from services.gateway.settings import Settings
from tests.gateway.house import CHEAP, HEADERS, House, sign_in

pytestmark = pytest.mark.stack


@pytest.fixture
async def running(stack: TestStack, database: str) -> AsyncIterator[Service]:
    async with build(settings(stack, database)).running() as service:
        yield service


def settings(stack: TestStack, database: str, **more: str) -> Settings:
    """Of a gateway on ports of its own."""
    own = {"DATABASE_NAME": database, "HTTP_PORT": "0", "PUBLIC_PORT": "0"}
    return stack.settings(Settings, "gateway", **own, **CHEAP, **more)


def trusting(service: Service) -> ssl.SSLContext:
    """A browser that knows the deployment's authority and has no certificate."""
    return ssl.create_default_context(cafile=str(service.settings.certs_dir / "ca.pem"))


def url(service: Service, *, public: bool) -> str:
    listener = service.public_listener if public else service.listener
    assert listener is not None
    return f"https://localhost:{listener.port}"


async def test_browsers_need_no_certificate(running: Service) -> None:
    async with httpx.AsyncClient(verify=trusting(running), base_url=url(running, public=True)) as c:
        response = await c.get("/api/session")
        assert response.status_code == 401
        assert response.json()["code"] == "GW-0103"
        assert "strict-transport-security" not in response.headers  # localhost
        assert (await c.get("/health/ready")).status_code == 404


async def test_inner_listener_needs_one_and_has_no_api(running: Service) -> None:
    inner = url(running, public=False)
    async with httpx.AsyncClient(verify=trusting(running), base_url=inner) as stranger:
        with pytest.raises(httpx.HTTPError):
            await stranger.get("/health/ready")
    context = running.settings.client_tls()
    async with httpx.AsyncClient(verify=context, base_url=inner) as peer:
        assert (await peer.get("/api/session")).status_code == 404


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_old_tls_is_refused(running: Service) -> None:
    context = trusting(running)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    async with httpx.AsyncClient(verify=context, base_url=url(running, public=True)) as old:
        with pytest.raises(httpx.HTTPError):
            await old.get("/api/session")


async def test_browsers_may_be_shown_another_certificate(stack: TestStack, database: str) -> None:
    other = stack.layout.certs / "broker"
    own = settings(
        stack,
        database,
        PUBLIC_CERTIFICATE=str(other / "broker.crt"),
        PUBLIC_CERTIFICATE_KEY=str(other / "broker.key"),
    )
    async with build(own).running() as service:
        assert service.public_listener is not None
        _, writer = await asyncio.open_connection(
            "localhost", service.public_listener.port, ssl=trusting(service)
        )
        shown = common_name(writer.get_extra_info("peercert"))
        writer.close()
    assert shown == "broker"


async def test_sign_in_reaches_the_audit_topic(running: Service, stack: TestStack) -> None:
    house = House(running, clock=None, app=None, owners={})  # type: ignore[arg-type] # unused here
    staff_id = f"staff-{uuid4().hex[:12]}"
    await house.hire(staff_id)
    async with httpx.AsyncClient(
        verify=trusting(running), base_url=url(running, public=True), headers=HEADERS
    ) as browser:
        assert (await sign_in(browser, staff_id)).status_code == 200
        assert (await browser.get("/api/session")).json()["standing"] == "live"
    record = await asyncio.wait_for(_record_of(stack, staff_id), 20)
    assert record.operation is AuditOperation.SIGN_IN
    assert record.terminal == "127.0.0.1"


async def _record_of(stack: TestStack, staff_id: str) -> AuditRecorded:
    audit = stack.settings(ServiceSettings, "audit")
    consumer = AIOKafkaConsumer(
        AUDIT_EVENTS.name,
        bootstrap_servers=audit.kafka_bootstrap,
        security_protocol="SSL",
        ssl_context=audit.client_tls(),
        auto_offset_reset="earliest",
        group_id=None,
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        async for record in consumer:
            # Other tests leave there what is no record at all.
            if staff_id.encode() in (record.value or b""):
                assert dict(record.headers)["ce_source"] == b"gateway"
                assert "佐藤" not in record.value.decode()
                return AuditRecorded.model_validate_json(record.value)
    finally:
        await consumer.stop()
    raise AssertionError("the consumer ended")
