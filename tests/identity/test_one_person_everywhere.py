"""Over the real bus: a person from two records, in every service, and back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

from contracts.codes import BecameResidentReason
from contracts.events import ResidentTokenised
from contracts.functions import Function
from deploy.local.testing import TestStack
from services.audit.app import build as build_audit
from services.audit.settings import Settings as AuditSettings
from services.chassis.service import Service
from services.claims.app import build as build_claims
from services.claims.settings import Settings as ClaimsSettings
from services.exemptions.app import build as build_exemptions
from services.exemptions.settings import Settings as ExemptionsSettings
from services.identity.app import build as build_identity
from services.identity.settings import Settings as IdentitySettings
from services.jps_reporting.app import build as build_jps_reporting
from services.jps_reporting.settings import Settings as JpsSettings
from services.qualification.app import build as build_qualification
from services.qualification.settings import Settings as QualificationSettings
from tests.audit.calling import Caller
from tests.audit.publishing import Sender
from tests.identity.people import Kind, became, key_of, told

pytestmark = pytest.mark.stack

CLERK = ("s001", Function.LINK_PROPOSE, Function.LINK_SETTLE, Function.PERSON_VIEW)
CHIEF = ("s002", Function.LINK_PROPOSE, Function.LINK_SETTLE)
VIEWER = ("s003", Function.PERSON_VIEW)
REVIEWER = ("r001", Function.AUDIT_REVIEW)
FROM_ABROAD = BecameResidentReason.MOVE_IN_FROM_ABROAD
FIRST, SECOND = "000000000000011", "000000000000020"
BUILDS: dict[str, tuple[Callable[[Any], Service], type[Any]]] = {
    "identity": (build_identity, IdentitySettings),
    "qualification": (build_qualification, QualificationSettings),
    "exemptions": (build_exemptions, ExemptionsSettings),
    "claims": (build_claims, ClaimsSettings),
    "jps_reporting": (build_jps_reporting, JpsSettings),
    "audit": (build_audit, AuditSettings),
}

Calls = dict[str, Caller]


@asynccontextmanager
async def everybody(stack: TestStack) -> AsyncIterator[dict[str, Service]]:
    """Identity and all who follow it, running on the bus."""
    async with AsyncExitStack() as exits:
        running = {}
        for name, (build, settings) in BUILDS.items():
            service = build(stack.settings(settings, name, HTTP_PORT="0", LOG_LEVEL="WARNING"))
            await exits.enter_async_context(service.running())
            running[name] = service
        yield running


async def until(holds: Callable[[], Awaitable[bool]], what: str) -> None:
    for _ in range(600):
        if await holds():
            return
        await asyncio.sleep(0.2)
    raise TimeoutError(what)


def twice() -> list[ResidentTokenised]:
    """花子 came from abroad in 2020, went abroad in 2024, and came back under another number."""
    return [
        told(Kind.MOVE_IN_FROM_ABROAD, "2020-04-01", number=FIRST),
        told(Kind.MOVE_ABROAD, "2024-03-31", version=2, number=FIRST,
             became=became("2020-04-01", FROM_ABROAD)),
        told(Kind.MOVE_IN_FROM_ABROAD, "2026-04-01", number=SECOND),
    ]  # fmt: skip


async def shown(calls: Calls, person_id: UUID) -> dict[str, Any]:
    """What each service shows of somebody: whose it is, and how much."""

    async def page(service: str, what: str) -> dict[str, Any]:
        answer = await calls[service](*VIEWER, get=f"/persons/{person_id}{what}")
        return answer.json() if answer.status_code == 200 else {}

    identity = await page("identity", "")
    qualified = await page("qualification", "/qualification")
    items = (await page("jps_reporting", "/items")).get("items", [])
    return {
        "identity": (identity.get("person_id"), len(identity.get("links", ()))),
        "qualification": (
            qualified.get("person_id"),
            [(p["acquired_on"], p["lost_on"]) for p in qualified.get("periods", ())],
        ),
        "exemptions": (await page("exemptions", "/exemptions")).get("person_id"),
        "claims": (await page("claims", "/claims")).get("person_id"),
        "jps_reporting": sorted((i["person_id"], i["occurred_on"]) for i in items),
    }


async def decide(calls: Calls, finding_id: str, decision: str) -> None:
    where = f"/findings/{finding_id}"
    said = {"decision": decision}
    proposed = await calls["identity"](*CLERK, post=f"{where}/proposal", json=said)
    assert proposed.status_code == 200, proposed.text
    settled = await calls["identity"](*CHIEF, post=f"{where}/settlement", json={"agree": True})
    assert settled.status_code == 200, settled.text


async def test_one_person_everywhere_and_two_again(clean_stack: TestStack) -> None:
    await Sender(clean_stack, "token_vault").send([(key_of(e), e) for e in twice()])
    async with everybody(clean_stack) as services:
        calls = {name: Caller(clean_stack, service) for name, service in services.items()}
        pair: list[UUID] = []

        async def known() -> bool:
            async with services["identity"].database.read() as connection:
                rows = await connection.fetch(
                    "select person_id from identity.residents order by addressee_number"
                )
            pair[:] = [row["person_id"] for row in rows]
            return len(pair) == 2

        await until(known, "identity knows both records")
        first, second = pair
        apart: dict[UUID, dict[str, Any]] = {
            first: {
                "identity": (str(first), 1),
                "qualification": (str(first), [("2020-04-01", "2024-04-01")]),
                "exemptions": str(first),
                "claims": str(first),
                "jps_reporting": [(str(first), "2020-04-01"), (str(first), "2024-04-01")],
            },
            second: {
                "identity": (str(second), 1),
                "qualification": (str(second), [("2026-04-01", None)]),
                "exemptions": str(second),
                "claims": str(second),
                "jps_reporting": [(str(second), "2026-04-01")],
            },
        }

        async def two() -> bool:
            return {p: await shown(calls, p) for p in pair} == apart

        await until(two, "every service knows both")

        listed = (await calls["identity"](*CLERK, get="/findings")).json()["findings"]
        await decide(calls, listed[0]["finding_id"], "merge")
        one: dict[str, Any] = {
            "identity": (str(first), 2),
            "qualification": (
                str(first), [("2020-04-01", "2024-04-01"), ("2026-04-01", None)],
            ),
            "exemptions": str(first),
            "claims": str(first),
            "jps_reporting": [
                (str(first), "2020-04-01"), (str(first), "2024-04-01"), (str(first), "2026-04-01"),
            ],
        }  # fmt: skip

        async def merged() -> bool:
            return [await shown(calls, p) for p in pair] == [one, one]

        await until(merged, "every service shows one person")

        async def recorded() -> bool:
            found = [
                (await calls["audit"](*REVIEWER, get="/records", params={"person_id": str(p)}))
                .json()["records"]
                for p in pair
            ]  # fmt: skip
            about = [{record["person_id"] for record in records} for records in found]
            return about == [{str(first), str(second)}] * 2

        await until(recorded, "the records of both are the person's")

        # What comes late under the former id is the person's.
        late = told(Kind.MOVE_ABROAD, "2026-10-31", version=2, number=SECOND,
                    became=became("2026-04-01", FROM_ABROAD))  # fmt: skip
        sender = Sender(clean_stack, "token_vault", epoch=2)
        await sender.send([(key_of(late), late)])
        one["qualification"] = (
            str(first), [("2020-04-01", "2024-04-01"), ("2026-04-01", "2026-11-01")],
        )  # fmt: skip
        one["jps_reporting"].append((str(first), "2026-11-01"))
        await until(merged, "the late event is the person's")

        raised = await calls["identity"](
            *CLERK, post="/findings",
            json={"kind": "merge_doubted", "person_id": str(first), "other_person_id": str(second)},
        )  # fmt: skip
        await decide(calls, raised.json()["finding"]["finding_id"], "separate")
        apart[second]["qualification"] = (str(second), [("2026-04-01", "2026-11-01")])
        apart[second]["jps_reporting"].append((str(second), "2026-11-01"))
        await until(two, "each has its own again, and nothing was reported twice")

        for name, service in services.items():
            async with service.database.read() as connection:
                assert await connection.fetchval("select count(*) from bus.dead_letters") == 0, name
