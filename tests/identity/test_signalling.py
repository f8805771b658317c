"""Exemptions learns of whom the welfare system told something new of public assistance: that, and
nothing of what it told (C11)."""

from datetime import date
from uuid import UUID

import pytest

from contracts.events import (
    AssistanceChanged,
    AuditOperation,
    AuditRecorded,
    FactItem,
    FactPurpose,
    IncomeCorrected,
    Whose,
)
from contracts.events.welfare import AssistanceKind
from services.identity.domain.fact_purposes import FactEntry, FactPurposeTable
from tests.identity.feeds import assistance, attributes, certificates, health, income
from tests.identity.house import Counter, House
from tests.identity.people import Kind, told
from tests.identity.test_feeds_kept import MARRIED, look_again, tell
from tests.identity.test_links_undone import Numbers
from tests.identity.test_near_misses import Desk

SINCE_MAY = (AssistanceKind.LIVELIHOOD, date(2026, 5, 10), None)
PURPOSE = FactPurpose.STATUTORY_EXEMPTION_REVIEW


async def signalled(house: House) -> list[UUID]:
    return [event.person_id for event in await house.outbox(AssistanceChanged)]


@pytest.mark.stack
async def test_a_change_of_assistance_is_signalled_once_and_other_records_are_not(
    house: House,
) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income(), certificates(), health())
    assert await signalled(house) == []
    hanako = await house.person_id()
    await tell(house, assistance(SINCE_MAY, number="W00002"))
    assert await signalled(house) == [hanako]
    await tell(house, assistance(SINCE_MAY, number="W00002"))
    assert await signalled(house) == [hanako]
    ended = (AssistanceKind.LIVELIHOOD, date(2026, 5, 10), date(2026, 9, 3))
    await tell(house, assistance(ended, number="W00002", version=2))
    assert await signalled(house) == [hanako] * 2


@pytest.mark.stack
async def test_it_says_nothing_but_whom_and_is_recorded_with_its_article(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, assistance())
    (event,) = await house.outbox(AssistanceChanged)
    hanako = await house.person_id()
    assert event.model_dump() == {"person_id": hanako}
    (kept,) = [r for r in await house.outbox(AuditRecorded)
               if r.operation is AuditOperation.LINKAGE]  # fmt: skip
    assert (kept.person_id, kept.purpose, kept.legal_basis, kept.details) == (
        hanako, PURPOSE.value, "国民年金法89条1項2号、番号法9条2項",
        {"told": "exemptions", "items": "public_assistance", "outcome": "changed"},
    )  # fmt: skip


@pytest.mark.stack
async def test_who_becomes_known_later_is_signalled_then(house: House) -> None:
    await tell(house, assistance())
    assert await signalled(house) == []
    await house.told(told(Kind.MOVE_IN))
    await look_again(house)
    assert await signalled(house) == [await house.person_id()]


@pytest.mark.stack
async def test_a_record_that_waits_is_signalled_once_staff_settled_whose_it_is(
    house: House, counter: Counter
) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, assistance(told=MARRIED))
    assert await signalled(house) == []
    desk, hanako = Desk(counter), await house.person_id()
    entry_id = await desk.only()
    await desk.propose(entry_id, hanako)
    await desk.settle(entry_id)
    assert await signalled(house) == [hanako]
    # A newer version whose attributes say somebody else waits again.
    await tell(house, assistance(SINCE_MAY, version=2, told=attributes(name="鈴木　花子")))
    assert await signalled(house) == [hanako]


@pytest.mark.stack
async def test_whose_it_is_no_more_is_signalled_too(house: House, counter: Counter) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, assistance())
    hanako, desk = await house.person_id(), Desk(counter)
    entry_id = await Numbers(counter).doubted(hanako, "W00001", "welfare_system")
    await desk.propose(entry_id, None)
    assert await signalled(house) == [hanako]
    assert (await desk.settle(entry_id)).status_code == 200
    assert await signalled(house) == [hanako] * 2


@pytest.mark.parametrize(
    ("asker", "purpose", "day", "may"),
    [
        ("exemptions", PURPOSE, "2016-01-01", True),
        ("exemptions", PURPOSE, "2015-12-31", False),
        ("exemptions", PURPOSE, "2027-01-01", False),
        ("claims", PURPOSE, "2026-10-01", False),
        ("exemptions", FactPurpose.STUDENT_REVIEW, "2026-10-01", False),
    ],
)
def test_the_purpose_table_decides_whether_there_is_a_signal(
    asker: str, purpose: FactPurpose, day: str, may: bool
) -> None:
    entry = FactEntry(
        PURPOSE, "exemptions", frozenset({Whose.APPLICANT}),
        frozenset({FactItem.PUBLIC_ASSISTANCE}), "法", date(2016, 1, 1), date(2026, 12, 31),
    )  # fmt: skip
    table = FactPurposeTable([entry])
    item = FactItem.PUBLIC_ASSISTANCE
    on = date.fromisoformat(day)
    assert (table.may_ask(asker, purpose, item, on) is not None) is may


async def corrections(house: House) -> list[tuple[UUID, int]]:
    return [(event.person_id, event.levy_year) for event in await house.outbox(IncomeCorrected)]


@pytest.mark.stack
async def test_income_that_is_told_otherwise_is_signalled_with_its_year_and_nothing_else_is(
    house: House,
) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income(), certificates(), health(), assistance())
    assert await corrections(house) == [], "what is told for the first time is no correction"
    hanako = await house.person_id()
    await tell(house, income(version=2))
    assert await corrections(house) == [], "it is as it was"
    await tell(house, income(version=3, total_income=1_900_000))
    assert await corrections(house) == [(hanako, 2026)]
    await tell(house, income(version=3, total_income=1_900_000))
    assert len(await corrections(house)) == 1, "a repeat tells nothing"
    await tell(house, income(levy_year=2025, total_income=1_000))
    await tell(house, income(version=4, total_income=2_000_000))
    assert await corrections(house) == [(hanako, 2026)] * 2
    records = await house.outbox(AuditRecorded)
    kept = [r for r in records if r.details.get("items") == "total_income"]
    assert [(r.person_id, r.purpose, r.details["outcome"]) for r in kept] == [
        (hanako, "exemption_review", "changed")
    ] * 2
    assert all("90条" in (r.legal_basis or "") for r in kept)


@pytest.mark.stack
async def test_a_correction_that_waits_for_its_person_is_signalled_once_that_is_settled(
    house: House, counter: Counter
) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income())
    await tell(house, income(version=2, total_income=1_900_000, told=attributes(name="鈴木　花子")))
    assert await corrections(house) == []
    desk, hanako = Desk(counter), await house.person_id()
    entry_id = await desk.only()
    await desk.propose(entry_id, hanako)
    await desk.settle(entry_id)
    assert await corrections(house) == [(hanako, 2026)]
