"""What JPS decides on what was sent, and what staff see of it."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from contracts.events import (
    ExemptionApplicationSettled,
    ExemptionDecision,
    GrantedKind,
    GrantedMonths,
    ItemDecided,
    ItemOnMedium,
    ItemOutcome,
    ReportItemKind,
    ReportOwner,
)
from contracts.months import Month
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.exemptions.applying import CHIEF, PATH, accepted, an_application, asked, told
from tests.exemptions.counter import forwarded, sent, take

WORK = "/exemption-decisions"
Granted = tuple[str, str, str]


def decided(
    item_id: UUID,
    person_id: UUID,
    *granted: Granted,
    on: str = "2026-11-10",
    told: bool = True,
    **more: Any,
) -> ItemDecided:
    """A decision on an item: what is granted, as kind, first and last month; nothing: refused."""
    spans = tuple(
        GrantedMonths(kind=GrantedKind(k), from_month=Month.parse(a), to_month=Month.parse(b))
        for k, a, b in granted
    )
    values: dict[str, Any] = {
        "decision_id": uuid4(),
        "item_id": item_id,
        "person_id": person_id,
        "owner": ReportOwner.EXEMPTIONS,
        "kind": "exemption_application",
        "outcome": ItemOutcome.ACCEPTED,
        "decided_on": date.fromisoformat(on),
        "medium_serial": 1,
        "exemption": ExemptionDecision(granted=spans) if told else None,
        **more,
    }
    return ItemDecided(**values)


def on_medium(event: Any, *, on: bool = True) -> ItemOnMedium:
    """The medium that its item is on was made, or was voided."""
    return ItemOnMedium(
        item_id=event.item_id, person_id=event.person_id, owner=ReportOwner.EXEMPTIONS,
        kind="exemption_application", batch_id=uuid4(), medium_serial=7, on_medium=on,
        since=date(2026, 10, 15),
    )  # fmt: skip


def returned(item_id: UUID, person_id: UUID, on: str = "2026-11-10", **more: Any) -> ItemDecided:
    """The item came back for a document."""
    return decided(
        item_id, person_id, on=on, told=False, outcome=ItemOutcome.RETURNED, return_code="06",
        return_reason="添付書類が不足している", **more,
    )  # fmt: skip


async def with_jps(
    exemptions: Service, call: Caller, person: UUID, total: int = 450_000, **entered: Any
) -> tuple[str, UUID]:
    """An application that was settled and sent; by its income full exemption passes."""
    (shown,) = await accepted(call, an_application(person, **entered))
    application_id: str = shown["application"]["application_id"]
    requests = await asked(exemptions)
    await take(exemptions, *(told(request, total=total) for request in requests))
    answer = await call(*CHIEF, post=f"{PATH}/{application_id}/settle", json={})
    if answer.status_code == 409:
        looked = {"acknowledged": [error["code"] for error in answer.json()["errors"]]}
        answer = await call(*CHIEF, post=f"{PATH}/{application_id}/settle", json=looked)
    assert answer.status_code == 200, answer.text
    event = (await sent(exemptions, ExemptionApplicationSettled))[-1]
    kind = ReportItemKind.EXEMPTION_APPLICATION
    await take(exemptions, forwarded(event.item_id, person, kind, "2026-10-20"))
    return application_id, event.item_id


async def shown(call: Caller, application_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await call(*CHIEF, get=f"{PATH}/{application_id}")).json()
    return found


async def work(call: Caller) -> list[dict[str, Any]]:
    answer = await call(*CHIEF, get=WORK)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["decisions"]
    return found
