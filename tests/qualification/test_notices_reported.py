"""Notices that are themselves reported to JPS: told, forwarded, decided, reported again."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import (
    ItemOutcome,
    NoticeReportable,
    OwnedItemForwarded,
    QualificationReportStands,
    ReportItemKind,
    ReportOwner,
)
from contracts.functions import Function
from services.qualification.domain.meanings import KINDS
from services.qualification.domain.notice_reports import NAMED_BY
from tests.qualification.decided import decided, told
from tests.qualification.house import HANAKO, Counter, House
from tests.qualification.people import Life, d
from tests.qualification.test_notice_kinds import AGED, HERE, OLDER, handed_in
from tests.qualification.test_taking_back import take_back

SETTLER = Function.NOTICE_SETTLE
NUMBER = "2271174711"

WHAT: list[tuple[str, Life, dict[str, Any], str]] = [
    ("voluntary_application", AGED, {}, "2026-11-05 aged_60_to_64"),
    (
        "voluntary_application",
        HERE.copy().moves_abroad("2026-11-05"),
        {"item": "abroad", "family_register_prefecture": "千葉県", "payment": None},
        "2026-11-06 abroad",
    ),
    ("special_voluntary_application", OLDER, {}, "2026-11-05 special_in_japan"),
    ("name_change", HERE, {}, "2026-11-01 name-changed"),
    ("address_change", HERE, {}, "2026-11-01 address-changed"),
    ("category_3_notice", HERE, {}, "2026-11-01 acquisition"),
    (
        "category_3_notice",
        HERE,
        {"notice_kind": "no_longer_dependent", "occurred_on": "2026-10-20"},
        "2026-10-20 no_longer_dependent",
    ),
    ("pension_number_notice_reissue", HERE, {}, "2026-11-05 lost"),
]


def test_every_kind_of_notice_is_reported_as_what_it_brings_about_or_itself() -> None:
    of_transitions = {
        "acquisition", "loss", "death", "category_change_2_to_1", "category_change_3_to_1",
    }  # fmt: skip
    assert KINDS.keys() - NAMED_BY.keys() == of_transitions
    assert {reported.value for reported, _ in NAMED_BY.values()} == NAMED_BY.keys()


def body(kind: str, person_id: UUID, on: str = "2026-11-05", **changes: Any) -> dict[str, Any]:
    request = handed_in(kind, **changes).model_dump(mode="json", exclude_none=True)
    return {**request, "person_id": str(person_id), "received_on": on}


async def settled(
    counter: Counter, kind: str, person_id: UUID, mends: str | None = None, **changes: Any
) -> str:
    given = body(kind, person_id, **changes)
    accepted = await counter.accept(given | ({"mends": mends} if mends else {}))
    assert accepted.status_code == 201, accepted.text
    notice_id: str = accepted.json()["summary"]["notice_id"]
    answer = await counter.settle(notice_id)
    assert answer.status_code == 200, answer.text
    return notice_id


async def reported(house: House) -> list[NoticeReportable]:
    return await house.outbox(NoticeReportable)


def forwarded(report: NoticeReportable, **changes: Any) -> OwnedItemForwarded:
    given: dict[str, Any] = {
        "item_id": report.item_id,
        "person_id": report.person_id,
        "owner": ReportOwner.QUALIFICATION,
        "kind": report.kind,
        "batch_id": uuid4(),
        "medium_serial": 1,
        "forwarded_on": d("2026-11-12"),
        **changes,
    }
    return OwnedItemForwarded(**given)


async def state(counter: Counter, notice_id: str) -> str:
    answer = await counter.call("GET", f"/notices/{notice_id}", Function.PERSON_VIEW)
    found: str = answer.json()["summary"]["state"]
    return found


@pytest.fixture
async def person(house: House, counter: Counter) -> UUID:
    """Somebody of category 1; it is 5 November."""
    await house.lives(HANAKO, HERE.copy())
    house.on("2026-11-05")
    return HANAKO


@pytest.mark.stack
@pytest.mark.parametrize(
    ("kind", "life", "changes", "found"), WHAT, ids=[f"{w[0]}-{w[3]}" for w in WHAT]
)
async def test_what_is_told_of_it(
    house: House, counter: Counter, kind: str, life: Life, changes: dict[str, Any], found: str
) -> None:
    await house.lives(HANAKO, life.copy())
    house.on("2026-11-05")
    notice_id = await settled(counter, kind, HANAKO, **changes)
    (report,) = await reported(house)
    assert ReportItemKind(report.kind).value == kind
    assert f"{report.occurred_on} {report.reason}" == found
    assert (report.person_id, str(report.notice_id)) == (HANAKO, notice_id)
    assert report.accepted_on == d("2026-11-05")
    # and no transition of category 1 beside it
    assert [r for r in await house.reports(HANAKO) if r.notice_id is not None] == []


@pytest.mark.stack
async def test_a_withdrawal_says_what_ends(house: House, counter: Counter) -> None:
    await house.lives(HANAKO, AGED.copy())
    house.on("2026-11-05")
    await settled(counter, "voluntary_application", HANAKO, basic_pension_number=NUMBER)
    house.on("2026-11-20")
    await settled(counter, "voluntary_withdrawal", HANAKO, on="2026-11-20")
    applied, withdrawn = await reported(house)
    assert (withdrawn.kind, withdrawn.reason) == ("voluntary_withdrawal", "aged_60_to_64")
    assert withdrawn.occurred_on == d("2026-11-20")
    assert applied.basic_pension_number == withdrawn.basic_pension_number == NUMBER


@pytest.mark.stack
async def test_it_is_forwarded_and_decided_like_others(
    house: House, counter: Counter, person: UUID
) -> None:
    notice_id = await settled(counter, "name_change", person)
    (report,) = await reported(house)
    assert await state(counter, notice_id) == "settled"
    # What happens to the person meanwhile takes nothing from it.
    await house.told(list(HERE.copy().moves_abroad("2026-11-08").events(person))[-1])
    assert not await house.outbox(QualificationReportStands)
    house.on("2026-11-12")
    await told(house, forwarded(report))
    assert await state(counter, notice_id) == "forwarded"
    outcome = ItemOutcome.ACCEPTED
    await told(
        house, decided(person, report.item_id, "2026-11-20", outcome, assigned_number=NUMBER)
    )
    assert await state(counter, notice_id) == "accepted"
    page = await counter.page(person)
    assert page["basic_pension_number"] == NUMBER
    assert page["superseded"] == []  # no transition of the timeline is made of it


@pytest.mark.stack
async def test_what_is_told_of_others_is_passed_over_and_of_nobody_is_refused(
    house: House, counter: Counter, person: UUID
) -> None:
    notice_id = await settled(counter, "name_change", person)
    (report,) = await reported(house)
    await told(house, forwarded(report, item_id=uuid4(), owner=ReportOwner.EXEMPTIONS))
    tally = await told(house, forwarded(report, item_id=uuid4()))
    assert tally.refused == 1
    assert await state(counter, notice_id) == "settled"


@pytest.mark.stack
async def test_returned_it_is_work_reported_again_and_mended(
    house: House, counter: Counter, person: UUID
) -> None:
    notice_id = await settled(counter, "address_change", person)
    (first,) = await reported(house)
    house.on("2026-11-20")
    await told(house, forwarded(first))
    await told(house, decided(person, first.item_id, "2026-11-20", ItemOutcome.RETURNED))
    work = await counter.call("GET", "/returned-reports", SETTLER)
    (waiting,) = work.json()["returned"]
    assert (waiting["kind"], waiting["label"], waiting["notice_id"]) == (
        "address_change", "住所変更報告", notice_id,
    )  # fmt: skip
    path = f"/returned-reports/{first.item_id}/report-again"
    again = await counter.call("POST", path, SETTLER)
    assert again.status_code == 201, again.text
    second = (await reported(house))[-1]
    assert str(second.item_id) == again.json()["item_id"] != str(first.item_id)
    assert second.model_copy(update={"item_id": first.item_id}) == first
    assert await state(counter, notice_id) == "settled"

    await told(house, forwarded(second, medium_serial=2))
    await told(house, decided(person, second.item_id, "2026-11-20", ItemOutcome.RETURNED))
    mended = await settled(
        counter, "address_change", person, mends=notice_id, address_after="美浜区", on="2026-11-19"
    )
    third = (await reported(house))[-1]
    assert third.item_id not in (first.item_id, second.item_id)
    assert str(third.notice_id) == mended
    await told(house, forwarded(third, medium_serial=3))
    assert (await state(counter, mended), await state(counter, notice_id)) == (
        "forwarded", "returned",
    )  # fmt: skip
    assert (await counter.call("GET", "/returned-reports", SETTLER)).json()["returned"] == []


@pytest.mark.stack
async def test_corrected_by_jps_it_is_put_up_as_a_difference(
    house: House, counter: Counter, person: UUID
) -> None:
    await settled(counter, "name_change", person)
    (report,) = await reported(house)
    house.on("2026-11-20")
    await told(house, forwarded(report))
    values = {"occurred_on": "2026-11-02"}
    event = decided(person, report.item_id, "2026-11-20", ItemOutcome.CORRECTED, corrected=values)
    await told(house, event)
    found = (await counter.call("GET", "/jps-differences", SETTLER)).json()["differences"]
    assert ["氏名変更報告" in one["sentence"] for one in found] == [True]


@pytest.mark.stack
async def test_taken_back_its_report_stands_no_more(
    house: House, counter: Counter, person: UUID
) -> None:
    notice_id = await settled(counter, "category_3_notice", person)
    (report,) = await reported(house)
    assert (await take_back(counter, notice_id)).status_code == 200
    (fallen,) = await house.outbox(QualificationReportStands)
    assert (fallen.item_id, fallen.stands) == (report.item_id, False)
    await house.nightly("2026-11-06")
    assert len(await house.outbox(QualificationReportStands)) == 1


@pytest.mark.stack
async def test_taken_back_it_is_not_reported_again_though_it_was_returned(
    house: House, counter: Counter, person: UUID
) -> None:
    notice_id = await settled(counter, "address_change", person)
    (first,) = await reported(house)
    house.on("2026-11-20")
    await told(house, forwarded(first))
    assert (await take_back(counter, notice_id)).status_code == 200
    await told(house, decided(person, first.item_id, "2026-11-20", ItemOutcome.RETURNED))
    path = f"/returned-reports/{first.item_id}/report-again"
    again = await counter.call("POST", path, SETTLER)
    assert (again.status_code, again.json()["code"]) == (409, "QU-0603")
    assert await reported(house) == [first]
