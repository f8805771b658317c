"""What JPS was taken to have told of somebody, and told of another: it counts no more."""

from uuid import UUID, uuid4

import pytest

from contracts.events import (
    CorrectedValues,
    DecisionTakenBack,
    ItemDecided,
    ItemOutcome,
    PersonTakenBack,
)
from tests.qualification.decided import decided, sent, told
from tests.qualification.house import Counter, House, notice
from tests.qualification.people import d
from tests.qualification.test_jps_tells import NUMBER, number, page, record, stay, work


def another_s(told: ItemDecided) -> DecisionTakenBack:
    """That decision was about another."""
    return DecisionTakenBack(
        decision_id=told.decision_id, item_id=told.item_id, person_id=told.person_id,
        owner=told.owner, kind=told.kind, decided_on=told.decided_on,
        assigned_number=told.assigned_number,
    )  # fmt: skip


@pytest.mark.stack
async def test_a_decision_that_was_about_another_counts_no_more(
    house: House, counter: Counter, hanako: UUID
) -> None:
    answer = await counter.accept(notice(hanako))
    notice_id = answer.json()["summary"]["notice_id"]
    await counter.settle(notice_id)
    (item,) = await house.reports(hanako)
    await told(house, sent(hanako, item.item_id, "2026-11-05"))
    house.on("2026-11-20")
    returned = decided(hanako, item.item_id, "2026-11-18", ItemOutcome.RETURNED)
    wrong = decided(
        hanako, item.item_id, "2026-11-19", ItemOutcome.CORRECTED,
        corrected=CorrectedValues(occurred_on=d("2026-10-30")), assigned_number=NUMBER,
    )  # fmt: skip
    await told(house, returned, wrong)
    assert len(await work(counter)) == 1
    house.on("2026-11-25")
    await told(house, another_s(wrong), another_s(wrong))
    shown = await page(counter, hanako)
    assert shown["notices"][0]["state"] == "returned"  # what else was decided counts
    assert (shown["basic_pension_number"], shown["pension_numbers"]) == (None, [])
    assert await work(counter) == []
    await told(house, another_s(returned))
    shown = await page(counter, hanako)
    assert shown["notices"][0]["state"] == "forwarded"
    assert [t["decision"] for t in shown["transitions"] if t["notice_id"] == notice_id] == [None]
    assert await work(counter, "/returned-reports") == []
    # That day it was taken for theirs, and the page of that day says so for ever.
    earlier = await page(counter, hanako, as_of="2026-11-24")
    assert earlier["notices"][0]["state"] == "corrected"
    assert earlier["basic_pension_number"] == NUMBER
    # Matched anew, it is another decision of that day, and the number counts again.
    again = wrong.model_copy(update={"decision_id": uuid4()})
    await told(house, again)
    shown = await page(counter, hanako)
    assert (shown["notices"][0]["state"], shown["basic_pension_number"]) == ("corrected", NUMBER)
    assert len(await work(counter)) == 1


@pytest.mark.stack
async def test_a_record_that_is_anothers_counts_no_more(
    house: House, counter: Counter, hanako: UUID
) -> None:
    before = await page(counter, hanako)
    house.on("2026-11-20")
    wrong = record(hanako, stays=(stay(2, "2020-04-01"),), numbers=(number(NUMBER),))
    await told(house, wrong)
    theirs = await page(counter, hanako)
    assert theirs["basic_pension_number"] == NUMBER
    assert theirs["jps_record"] is not None
    house.on("2026-11-21")
    gone = PersonTakenBack.model_validate(wrong.model_dump())
    retold = wrong.model_copy(update={"told_id": uuid4()})
    await told(house, gone, gone)
    after = await page(counter, hanako)
    for part in ("periods", "unknown", "pension_numbers", "jps_record", "differences", "reviews"):
        assert after[part] == before[part], part
    assert (await page(counter, hanako, as_of="2026-11-20"))["basic_pension_number"] == NUMBER
    # Told anew, it counts, also where both come at once.
    await told(house, retold)
    assert (await page(counter, hanako))["periods"] == theirs["periods"]
    last = retold.model_copy(update={"told_id": uuid4()})
    await told(house, PersonTakenBack.model_validate(retold.model_dump()))
    await told(house, last)
    assert (await page(counter, hanako))["basic_pension_number"] == NUMBER


@pytest.mark.stack
async def test_what_was_never_told_cannot_be_anothers(
    house: House, counter: Counter, hanako: UUID
) -> None:
    await told(house, PersonTakenBack.model_validate(record(hanako).model_dump()))
    letters = await house.rows("select code from bus.dead_letters")
    assert [letter["code"] for letter in letters] == ["QU-1006"]
