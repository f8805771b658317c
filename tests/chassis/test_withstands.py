"""What a service outlives: brokers that are away, a relay that fails, a migration beside it."""

import asyncio
import contextlib
import signal
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from contracts.events import AuditOperation
from deploy.local.testing import TestStack
from services.chassis import audit, database, migrations, peers
from services.chassis.packing import Message, pack
from services.chassis.relay import Relay
from tests.chassis.toy import Toys, running, until

pytestmark = pytest.mark.stack


async def test_a_migration_runs_beside_a_running_service(clean_stack: TestStack) -> None:
    toys = Toys(clean_stack)
    async with AsyncExitStack() as exits:
        first = toys.passing()
        await running(exits, first)
        await until(lambda: first.metrics.relaying._value.get() == 1)
        certificate = clean_stack.layout.certs / "token_vault_migrate"
        settings = first.settings.model_copy(update={"certs_dir": certificate})
        connection = await database.connect(settings, role="token_vault_migrate")
        async with asyncio.timeout(5):
            await migrations.apply(connection, "token_vault", migrations.CHASSIS / "none")
        await connection.close()


async def test_who_connects_and_says_nothing_or_no_end_of_it_is_hung_up_on(
    clean_stack: TestStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "HEAD_S", 0.5)
    operator = clean_stack.layout.certs / "operator"
    toys = Toys(clean_stack)
    async with toys.noting().running() as second:
        assert second.listener is not None
        tls = second.settings.model_copy(update={"certs_dir": operator}).client_tls("operator")
        for said in (b"", b"GET / HTTP/1.1\r\nx: y", b"GET / HTTP/1.1\r\nx: " + b"y" * 100_000):
            reader, writer = await asyncio.open_connection(
                "localhost", second.listener.port, ssl=tls
            )
            writer.write(said)
            async with asyncio.timeout(5):
                with contextlib.suppress(ConnectionError):
                    assert await reader.read() == b""
            writer.close()
        reader, writer = await asyncio.open_connection("localhost", second.listener.port, ssl=tls)
        request = b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n"
        for pause in (0.3, 1.0, 0.1):  # longer than a head may take lies between two requests
            await asyncio.sleep(pause)
            writer.write(request)
            assert b"200 OK" in await reader.readline()
            await reader.readuntil(b"}")
        writer.close()


async def test_a_service_that_stops_waits_for_no_idle_client(clean_stack: TestStack) -> None:
    """One that keeps its connection for later does not read what it is told meanwhile."""
    operator = clean_stack.layout.certs / "operator"
    async with Toys(clean_stack).noting().running() as second:
        listener = second.listener
        assert listener is not None
        tls = second.settings.model_copy(update={"certs_dir": operator}).client_tls("operator")
        client = await asyncio.to_thread(_asks, listener.port, tls)
        connections = listener._server.server_state.connections
        assert len(connections) == 1
    assert not connections
    client.close()


def _asks(port: int, tls: ssl.SSLContext) -> ssl.SSLSocket:
    client = tls.wrap_socket(
        socket.create_connection(("localhost", port)), server_hostname="localhost"
    )
    client.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
    assert b"200 OK" in client.recv(4096)
    return client


async def test_a_relay_outlives_an_error_that_nobody_knows(
    clean_stack: TestStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    toys = Toys(clean_stack)
    real = Relay._send_some
    failed: list[bool] = []

    async def once(self: Relay, connection: Any) -> bool:
        if not failed:
            failed.append(True)
            raise ZeroDivisionError
        return await real(self, connection)

    monkeypatch.setattr(Relay, "_send_some", once)
    async with AsyncExitStack() as exits:
        await running(exits, toys.passing(), toys.noting())
        await toys.publish([("k", 1)])
        await until(lambda: toys.seen == [("k", 1)])
    assert failed


async def test_a_transaction_of_more_than_a_batch_of_bytes_arrives_in_order(
    clean_stack: TestStack,
) -> None:
    toys = Toys(clean_stack)
    first = toys.passing()
    async with first.opened():
        messages = [
            Message("residents.tokenised", n % 2, b"k", (), b"%d" % n + b" " * 200_000)
            for n in range(20)
        ]
        async with first.database.transaction() as connection:
            await connection.execute(
                "insert into bus.outbox (events, packed) values ($1, $2)", 20, pack(messages)
            )
        relay = Relay(first.settings, first.metrics)
        relay.stop()
        await relay.run()
        assert first.metrics.sent._value.get() == 20
    assert await bodies(clean_stack, 20) == {
        shard: [n for n in range(20) if n % 2 == shard] for shard in range(2)
    }


async def bodies(stack: TestStack, count: int) -> dict[int, list[int]]:
    """The numbers at the beginning of what lies on residents.tokenised, by partition."""
    second = Toys(stack).noting()
    found: dict[int, list[int]] = {}

    async def see(records: Sequence[Any]) -> None:
        for record in records:
            found.setdefault(record.shard, []).append(int(record.body.split()[0]))

    second.intake.take = see  # type: ignore[assignment,method-assign]  # only what arrives matters
    async with second.running():
        await until(lambda: sum(map(len, found.values())) >= count)
    return found


async def test_services_wait_for_a_broker_and_lose_nothing_when_it_is_killed(
    clean_stack: TestStack,
) -> None:
    toys = Toys(clean_stack)
    await toys.publish([(f"k{n}", 1) for n in range(100)])
    # What the tests before have deleted comes back unless the broker has noted it.
    noted, since = clean_stack.layout.kafka / "data" / "log-start-offset-checkpoint", time.time()
    await until(lambda: noted.stat().st_mtime > since)
    clean_stack.running()["kafka"].send(signal.SIGKILL, group=True)
    async with AsyncExitStack() as exits:
        first = toys.passing(SEND_TIMEOUT_S="3")
        await running(exits, first, toys.noting())
        await asyncio.sleep(2)
        assert not (await first.readiness())["consumer"]
        await asyncio.to_thread(clean_stack.up, (), viewer=False)
        await until(lambda: len(toys.seen) == 100, 60)
        clean_stack.running()["kafka"].send(signal.SIGKILL, group=True)
        async with first.unit_of_work() as uow:
            audit.record(uow, AuditOperation.INQUIRY)
        assert not (await first.readiness())["consumer"], "its share is of no use to it"
        relay = first._relay
        assert relay is not None
        await until(lambda: relay._pause >= 0.8, 60)  # two producers were thrown away
        senders = [t for t in asyncio.all_tasks() if "_sender_routine" in repr(t.get_coro())]
        assert len(senders) <= 1, "a producer that was thrown away goes on"
        await asyncio.to_thread(clean_stack.up, (), viewer=False)
        await toys.publish([(f"k{n}", 2) for n in range(100)])
        await until(lambda: len(toys.seen) == 200, 60)
        assert len(set(toys.seen)) == 200
        clean_stack.running()["kafka"].send(signal.SIGKILL, group=True)
        began = time.monotonic()
    assert time.monotonic() - began < 60
    await asyncio.to_thread(clean_stack.up, (), viewer=False)
