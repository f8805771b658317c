"""Reviewing the records, which is a record itself."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.events import AuditOperation, AuditRecorded, Event
from contracts.functions import Function
from contracts.topics import PERSONS_MERGES
from deploy.local.testing import TestStack
from services.audit.handlers import on_audit_events
from services.chassis.packing import unpack
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.audit.chains import BEGAN, an_event
from tests.audit.keeping import audit_service, received
from tests.chassis.merging import merged, separated
from tests.jps_reporting.house import received as bus_received

pytestmark = pytest.mark.stack

REVIEWER = ("r001", Function.AUDIT_REVIEW)
COUNT = 90


@pytest.fixture
async def audit(stack: TestStack, fresh_database: Callable[[str], str]) -> AsyncIterator[Service]:
    async with audit_service(stack, DATABASE_NAME=fresh_database("audit")).opened() as service:
        async with service.unit_of_work() as uow:
            events = [received(number, number % 3) for number in range(1, COUNT + 1)]
            await on_audit_events(events, uow)
        yield service


@pytest.fixture
def call(stack: TestStack, audit: Service) -> Caller:
    return Caller(stack, audit)


async def sent(service: Service) -> list[AuditRecorded]:
    """The audit events that left with the service's transactions."""
    async with service.database.read() as connection:
        rows = await connection.fetch("select packed from bus.outbox order by seq")
    messages = [message for row in rows for message in unpack(row["packed"])]
    return [AuditRecorded.model_validate_json(message.body) for message in messages]


async def test_records_are_paged_newest_first(call: Caller) -> None:
    seen: list[dict[str, Any]] = []
    params: dict[str, Any] = {"limit": 40}
    while True:
        answer = (await call(*REVIEWER, Function.SEALED_VIEW, get="/records", params=params)).json()
        seen += answer["records"]
        if answer["next"] is None:
            break
        params["after"] = answer["next"]
    assert [record["details"]["n"] for record in seen] == list(range(COUNT, 0, -1))
    last = seen[-1]
    assert (last["shard"], last["position"]) == (1, 1)
    assert last["operation_label"] == AuditOperation(last["operation"]).label
    assert last["outcome_label"] == {"done": "実施", "refused": "拒否"}[last["outcome"]]
    assert {(r["function"], r["function_label"]) for r in seen} <= {
        (None, None), *((f.value, f.label) for f in Function),
    }  # fmt: skip
    assert last["source"] == "identity"
    assert "body" not in last


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"person_id": str(UUID(int=7))}, {7}),
        ({"staff_id": "staff3"}, {n for n in range(1, COUNT + 1) if n % 7 == 3 and n % 3}),
        ({"number_accessed": "true"}, set(range(5, COUNT + 1, 5))),
        (
            {"operation": "provision"},
            {n for n in range(1, COUNT + 1) if an_event(n).operation == "provision"},
        ),
        (
            {
                "since": (BEGAN + timedelta(seconds=10)).isoformat(),
                "until": (BEGAN + timedelta(seconds=13)).isoformat(),
            },
            {10, 11, 12},
        ),
        ({"person_id": str(UUID(int=7)), "staff_id": "nobody"}, set()),
    ],
)
async def test_records_are_filtered(
    call: Caller, params: dict[str, str], expected: set[int]
) -> None:
    answer = await call(*REVIEWER, get="/records", params={"limit": 500, **params})
    assert {record["details"]["n"] for record in answer.json()["records"]} == expected


async def test_a_review_is_recorded_with_what_was_asked(call: Caller, audit: Service) -> None:
    person = UUID(int=7)
    await call(
        *REVIEWER,
        get="/records",
        params={"person_id": str(person), "since": BEGAN.isoformat(), "limit": 1},
    )
    [event] = await sent(audit)
    assert event.operation is AuditOperation.INQUIRY
    assert (event.staff_id, event.function) == ("r001", "audit.review")
    assert (event.person_id, event.count) == (person, 1)
    assert event.details == {
        "of": "audit_records",
        "further_page": False,
        "since": BEGAN.isoformat(),
    }


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"after": "xx"}, "AU-0101"),
        ({"after": "é"}, "AU-0101"),
        ({"limit": "501"}, "CH-0001"),
        ({"person_id": "me"}, "CH-0001"),
        ({"since": "2026-10-01T00:00:00"}, "CH-0001"),
    ],
)
async def test_what_cannot_be_read_is_refused(
    call: Caller, audit: Service, params: dict[str, str], code: str
) -> None:
    answer = await call(*REVIEWER, get="/records", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await sent(audit) == []


async def test_only_reviewers_look(call: Caller, audit: Service) -> None:
    answer = await call("s001", Function.PERSON_VIEW, Function.STAFF_ADMIN, get="/records")
    assert (answer.status_code, answer.json()["code"]) == (403, "CH-0006")
    assert await sent(audit) == []


async def test_records_of_a_person_are_those_under_all_their_ids(
    call: Caller, audit: Service
) -> None:
    async def found(person: int) -> list[int]:
        params = {"person_id": str(UUID(int=person))}
        answer = (await call(*REVIEWER, get="/records", params=params)).json()
        return [record["details"]["n"] for record in answer["records"]]

    async def told(*events: Event) -> None:
        async with audit.unit_of_work() as uow:
            await audit.handlers[PERSONS_MERGES]([bus_received(event) for event in events], uow)

    await told(merged(UUID(int=7), UUID(int=9)))
    assert [await found(n) for n in (7, 9, 11)] == [[9, 7], [9, 7], [11]]
    await told(separated(UUID(int=7)))
    assert [await found(n) for n in (7, 9)] == [[7], [9]]
