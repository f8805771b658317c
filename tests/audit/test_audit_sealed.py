"""Sealed means absent, for reviewers of the records too (支援措置, promise 8)."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import AuditOperation, AuditOutcome, AuditRecorded, PersonSightChanged
from contracts.functions import Function
from deploy.local.testing import TestStack
from services.audit.handlers import on_audit_events
from services.chassis import sight
from services.chassis.hiding import on_sight
from services.chassis.received import Received
from services.chassis.service import Service
from tests.audit.chains import BEGAN
from tests.audit.keeping import audit_service
from tests.sealed.doors import EVERYONE, Caller, Question, doors_of, nobody
from tests.sealed.tables import owner_of

pytestmark = pytest.mark.stack

SEALED_AT = BEGAN + timedelta(hours=1)
ABOUT = {"person_id": "", "entry_id": ""}
QUESTIONS = [
    Question("GET /records"),
    Question("GET /records", {"limit": "2"}),
    Question("GET /records", {"person_id": "{person_id}"}),
    *(
        Question("GET /records", {"operation": operation})
        for operation in ("inquiry", "search", "entry_provisional", "linkage", "batch_built")
    ),
    Question("GET /records", {"staff_id": "s001"}),
    Question("GET /records", {"since": SEALED_AT.isoformat()}),
    Question("GET /records", {"until": SEALED_AT.isoformat()}),
]


def came(event: Any, at: datetime) -> Received[Any]:
    """An event as the bus hands it over."""
    return Received(
        event=event, key=event.record_key or "identity", event_id=uuid4(), type=event.TYPE,
        source="identity", time=at, topic=event.TOPIC.name, shard=1, trace=None,
        body=event.model_dump_json().encode(),
    )  # fmt: skip


async def recorded(service: Service, *events: AuditRecorded) -> None:
    with sight.everybody():
        async with service.unit_of_work() as uow:
            await on_audit_events([came(event, event.at) for event in events], uow)


async def hide(service: Service, person_id: UUID, version: int = 1, *, hidden: bool = True) -> None:
    event = PersonSightChanged(person_id=person_id, sight_version=version, hidden=hidden)
    with sight.everybody():
        async with service.unit_of_work() as uow:
            await on_sight([came(event, SEALED_AT + timedelta(days=version - 1))], uow)


def done(after_s: int, person_id: UUID | None, operation: str = "inquiry", **more: Any) -> Any:
    """What somebody did so many seconds after it was sealed; before it, where negative."""
    return AuditRecorded(
        at=SEALED_AT + timedelta(seconds=after_s),
        operation=AuditOperation(operation),
        person_id=person_id,
        **{"staff_id": "s001", **more},
    )


@pytest.fixture
async def audit(stack: TestStack, fresh_database: Callable[[str], str]) -> AsyncIterator[Service]:
    """With records about somebody whom everybody sees, and about nobody."""
    async with audit_service(stack, DATABASE_NAME=fresh_database("audit")).opened() as service:
        seen = uuid4()
        await recorded(
            service, done(-60, seen), done(-50, None, "search", count=3), done(60, seen),
            done(70, seen, "linkage", staff_id=None),
        )  # fmt: skip
        yield service


def about_the_sealed(person_id: UUID) -> list[AuditRecorded]:
    """Of before it was sealed, of the house itself, and of who sees sealed persons."""
    return [
        done(-40, person_id),
        done(-30, person_id, "entry_provisional"),
        done(10, person_id, "linkage", staff_id=None),
        done(20, person_id, staff_id="s009", sees_sealed=True),
        done(30, None, "search", staff_id="s009", count=4, sees_sealed=True),
        done(40, None, "batch_built", staff_id="s009", count=1, sees_sealed=True),
        done(0, person_id, "entry_provisional"),  # with what sealed it, in one transaction
    ]


def test_every_door_is_asked(audit: Service) -> None:
    assert {question.door for question in QUESTIONS} == doors_of(audit)


async def test_a_sealed_person_is_nobody_at_every_door(stack: TestStack, audit: Service) -> None:
    blind = Caller(stack, audit, *EVERYONE)
    of_nobody = await blind.ask_all(QUESTIONS, nobody(ABOUT))
    about = nobody(ABOUT)
    await recorded(audit, *about_the_sealed(UUID(about["person_id"])))
    await hide(audit, UUID(about["person_id"]))
    of_sealed = await blind.ask_all(QUESTIONS, about)
    for n, question in enumerate(QUESTIONS):
        assert of_sealed[n].seen == of_nobody[n].seen, question
        assert of_sealed[n].statements == of_nobody[n].statements, question


async def test_who_holds_the_right_sees_all_and_where_it_lies(
    stack: TestStack, audit: Service
) -> None:
    person_id = uuid4()
    await recorded(audit, *about_the_sealed(person_id))
    await hide(audit, person_id)
    shown = (await Caller(stack, audit, *Function).request("GET", "/records")).json()["records"]
    assert sorted(record["position"] for record in shown) == list(range(1, 12))
    shown = (await Caller(stack, audit, *EVERYONE).request("GET", "/records")).json()["records"]
    assert len(shown) == 4
    assert {(record["shard"], record["position"]) for record in shown} == {(None, None)}


async def test_asking_for_who_is_sealed_is_recorded_as_asking_for_nobody(
    stack: TestStack, audit: Service
) -> None:
    """Whoever asks, and reviews what they asked, learns nothing by it."""
    blind = Caller(stack, audit, *EVERYONE)
    sealed, not_there = uuid4(), uuid4()
    await recorded(audit, *about_the_sealed(sealed))
    await hide(audit, sealed)
    asked = [
        done(100 + n, who, outcome=outcome)
        for who in (sealed, not_there)
        for n, outcome in enumerate((AuditOutcome.FAILED, AuditOutcome.DONE))
    ]
    await recorded(audit, *asked)
    question = Question("GET /records", {"person_id": "{person_id}"})
    first, second = [
        await blind.ask(question, {"person_id": str(who)}) for who in (sealed, not_there)
    ]
    assert first.seen == second.seen
    assert first.text.count('"operation":"inquiry"') == 2


async def test_sealed_late_and_seen_again(stack: TestStack, audit: Service) -> None:
    person_id = uuid4()
    await recorded(audit, done(-40, person_id))
    blind = Caller(stack, audit, *EVERYONE)
    counts = []
    for version, hidden in ((1, True), (2, False), (3, True)):
        await hide(audit, person_id, version, hidden=hidden)
        shown = await blind.request("GET", "/records", params={"person_id": str(person_id)})
        counts.append(len(shown.json()["records"]))
    assert counts == [0, 1, 0]


async def test_what_is_read_for_staff_is_the_view(stack: TestStack, audit: Service) -> None:
    blind = Caller(stack, audit, *EVERYONE)
    for question in QUESTIONS:
        answer = await blind.ask(question, nobody(ABOUT))
        assert any("audit.shown_records" in one for one in answer.statements)
        assert not any("audit.records" in one for one in answer.statements)


async def test_a_page_goes_on_where_it_stopped(stack: TestStack, audit: Service) -> None:
    blind = Caller(stack, audit, *EVERYONE)
    seen: list[str] = []
    params: dict[str, Any] = {"limit": 1}
    while True:
        page = (await blind.request("GET", "/records", params=params)).json()
        seen += [record["at"] for record in page["records"]]
        if page["next"] is None:
            break
        params["after"] = page["next"]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 4


async def test_the_chain_is_whole_whoever_is_hidden(stack: TestStack, audit: Service) -> None:
    person_id = uuid4()
    await recorded(audit, *about_the_sealed(person_id))
    await hide(audit, person_id)
    async with owner_of(stack, audit) as connection:
        assert await connection.fetchval("select count(*) from audit.records") == 11


async def test_whether_a_number_was_known_is_for_who_holds_the_right(
    stack: TestStack, audit: Service
) -> None:
    await recorded(
        audit,
        *(done(n, None, "number_lookup", details={"found": n == 1}) for n in range(2)),
    )
    details = []
    for held in (EVERYONE, tuple(Function)):
        answer = await Caller(stack, audit, *held).request(
            "GET", "/records", params={"operation": "number_lookup"}
        )
        details.append([record["details"] for record in answer.json()["records"]])
    assert details == [[{}, {}], [{"found": True}, {"found": False}]]
