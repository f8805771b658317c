"""One run: services up, the story told, everything settled, and what is there then."""

import asyncio
import importlib
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial

from contracts.topics import UPSTREAM_REGISTER
from deploy.upstream.publisher import Bus
from services.chassis.service import Service
from tests.chaos import buslog, check, logs, observed
from tests.chaos.check import Found
from tests.chaos.city import Story
from tests.chaos.house import ChaosStack
from tests.chaos.load import Load

SERVICES = (
    "token_vault", "identity", "qualification", "exemptions", "claims", "jps_reporting", "audit",
)  # fmt: skip
"""Those that a resident change reaches. The gateway takes nothing from the bus."""


class Unsettled(Exception):
    """Events did not come through in time; says which."""


def disturbed(
    stack: ChaosStack,
    story: Story,
    disturb: Callable[[Load], None],
    *,
    services: Sequence[str] = SERVICES,
    timeout: float = 300,
) -> Found:
    """A run from empty databases, every service a process. ``disturb`` is given the load, lets it
    go on, and returns with everything mended. Raises `Unsettled`."""
    load = _begin(stack, story)
    try:
        stack.enter(stack.instance(service) for service in services)
        disturb(load)
        settle(stack, load, timeout)
        return look(stack)
    finally:
        stack.leave(stack.instances.values(), signal.SIGTERM)


def undisturbed(stack: ChaosStack, story: Story, *, timeout: float = 300) -> Found:
    """The same with nothing going wrong; all services in this process, which starts sooner."""
    load = _begin(stack, story)
    load.allowed = len(story.told)

    async def running() -> None:
        async with AsyncExitStack() as exits:
            for name in SERVICES:
                await exits.enter_async_context(_service(stack, name).running())
            await asyncio.to_thread(settle, stack, load, timeout)

    asyncio.run(running())
    return look(stack)


def _begin(stack: ChaosStack, story: Story) -> Load:
    key = stack.begin()
    stack.extra["RECORDS_BEGIN"] = story.first_day.isoformat()
    bus = Bus(stack.bootstrap, stack.layout.certs / UPSTREAM_REGISTER)
    return Load(bus, key, story.told).start()


def _service(stack: ChaosStack, name: str) -> Service:
    settings = importlib.import_module(f"services.{name}.settings").Settings
    build = importlib.import_module(f"services.{name}.app").build
    made: Service = build(stack.settings(settings, name, HTTP_PORT="0", **stack.extra))
    return made


def settle(stack: ChaosStack, load: Load, timeout: float) -> None:
    """Wait until everything is published, sent and taken in. Raises `Unsettled`."""
    deadline = time.monotonic() + timeout
    while not load.done:
        _breathe(stack, deadline, lambda: f"{load.sent} of {len(load.told)} published")
    ends = asyncio.run(buslog.ends(stack.bootstrap, stack.layout.certs))
    while left := check.unsettled(asyncio.run(observed.bus_state(stack.database_server)), ends):
        _breathe(stack, deadline, partial("; ".join, left))


def look(stack: ChaosStack) -> Found:
    """Everything, as it is now."""
    state = asyncio.run(observed.everything(stack.database_server))
    log = asyncio.run(buslog.read(stack.bootstrap, stack.layout.certs))
    return Found(state, log, logs.faults(stack.layout.log("any").parent))


def _breathe(stack: ChaosStack, deadline: float, what: Callable[[], str]) -> None:
    stack.tend()
    if time.monotonic() > deadline:
        raise Unsettled(what())
    time.sleep(0.2)
