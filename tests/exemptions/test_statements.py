"""納付の申出, 農業者年金, 国民年金基金 and changes of a disability, as staff handle them."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from contracts.events import PremiumStatementSettled, ReportItemKind
from services.chassis.received import Rejected
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.exemptions.applying import CHIEF, CLERK
from tests.exemptions.counter import a_notice as a_premium_notice
from tests.exemptions.counter import forwarded, sent, take
from tests.exemptions.exempting import a_notice, notify

pytestmark = pytest.mark.stack

PATH = "/premium-statements"
ASSISTED = {"ground": "assistance", "since": "R8.5.10"}
DISABLED = {"ground": "disability", "since": "R1.7.5", "benefit": "basic", "grade": "2"}
SEEN = {
    "pension_fund_joined": "fund-document",
    "pension_fund_left": "fund-document",
    "disability_change": "decision-document",
}


def stated(
    person: UUID, kind: str, values: dict[str, Any], notified_on: str = "R8.10.15"
) -> dict[str, Any]:
    body = a_notice(person, kind, values, notified_on)
    if kind in SEEN:
        body["submission"]["attachments"] = [{"code": SEEN[kind], "state": "checked"}]
    return body


class Counter:
    """Statements handed in by one and settled by another."""

    def __init__(self, call: Caller, person: UUID) -> None:
        self.call, self.person = call, person

    async def accept(self, kind: str, on: str = "R8.10.15", **values: Any) -> Any:
        return await self.call(*CLERK, post=PATH, json=stated(self.person, kind, values, on))

    async def found(self, kind: str, on: str = "R8.10.15", **values: Any) -> list[str]:
        """The codes found, refusals in capitals."""
        answer = await self.accept(kind, on, **values)
        if answer.status_code == 409:
            return [error["code"].upper() for error in answer.json()["errors"]]
        assert answer.status_code == 201, answer.text
        return [finding["code"] for finding in answer.json()["findings"]]

    async def settled(self, kind: str, on: str = "R8.10.15", **values: Any) -> dict[str, Any]:
        answer = await self.accept(kind, on, **values)
        assert answer.status_code == 201, answer.text
        where = f"{PATH}/{answer.json()['notice']['notice_id']}/settle"
        looked = {"acknowledged": [finding["code"] for finding in answer.json()["findings"]]}
        refused = await self.call("s001", *CHIEF[1:], post=where, json=looked)
        assert refused.json()["code"] == "EX-0107"
        answer = await self.call(*CHIEF, post=where, json=looked)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()["notice"]
        return shown

    async def page(self) -> dict[str, Any]:
        answer = await self.call(*CLERK, get=f"/persons/{self.person}/exemptions")
        page: dict[str, Any] = answer.json()
        return page

    async def exempt(self) -> list[tuple[str, str]]:
        return [(span["from_month"], span["to_month"]) for span in (await self.page())["exempt"]]

    async def premium(self) -> list[tuple[str, str | None, str | None]]:
        return [
            (p["from_month"], p["to_month"], p["ended"] and p["ended"]["cause"])
            for p in (await self.page())["additional_premium"]
        ]

    async def pays(self) -> None:
        """The additional premium, since October 2026."""
        body = a_premium_notice(self.person)
        answer = await self.call(*CLERK, post="/additional-premium-notices", json=body)
        assert answer.status_code == 201, answer.text
        where = f"/additional-premium-notices/{answer.json()['notice']['notice_id']}/settle"
        answer = await self.call(*CHIEF, post=where)
        assert answer.status_code == 200, answer.text


@pytest.fixture
def counter(call: Caller, person: UUID) -> Counter:
    return Counter(call, person)


async def test_months_that_are_paid_by_request_are_not_exempt_and_say_why(
    counter: Counter, exemptions: Service
) -> None:
    await notify(counter.call, a_notice(counter.person, "statutory_start", ASSISTED))
    await counter.settled("pay_request", from_month="2026-11", to_month="2027-03")
    assert await counter.exempt() == [("2026-04", "2026-10"), ("2027-04", "2028-10")]
    (span,) = (await counter.page())["paid_by_request"]
    assert (span["from_month"], span["to_month"]) == ("2026-11", "2027-03")
    (why,) = span["reasons"]
    assert (why["article"], "納付の申出により" in why["sentence"]) == ("国民年金法89条2項", True)
    (event,) = await sent(exemptions, PremiumStatementSettled)
    assert (event.kind.value, str(event.from_month), str(event.to_month), event.occurred_on) == (
        "pay_request", "2026-11", "2027-03", date(2026, 10, 15),
    )  # fmt: skip


async def test_a_change_leaves_months_alone_whose_due_date_has_come(counter: Counter) -> None:
    """規則75条の2第2項: of August, due on 30 September, a change of 15 October says nothing."""
    await notify(counter.call, a_notice(counter.person, "statutory_start", ASSISTED))
    await counter.settled("pay_request", "R8.6.1", from_month="2026-06")
    assert await counter.exempt() == [("2026-04", "2026-05")]
    shown = await counter.settled("pay_request_change")
    assert shown["from_month"] == "2026-09"
    assert await counter.exempt() == [("2026-04", "2026-05"), ("2026-09", "2028-10")]


async def test_what_is_found_of_a_request_to_pay(counter: Counter) -> None:
    assert await counter.found("pay_request", from_month="2027-03", to_month="2026-11") == [
        "PAY-REQUEST-BACKWARDS"
    ]
    assert await counter.found("pay_request_change", from_month="2013-04") == [
        "pay-request-too-early", "pay-request-not-held", "pay-request-changes-from",
    ]  # fmt: skip
    answer = await counter.accept("pay_request", from_month="2026-11")
    assert answer.json()["code"] == "EX-0104"  # one of a subject waits at a time
    assert await counter.found("farmers_pension_end", occurred_on="R8.10.1") == [
        "farmers-start-not-held", "farmers-end",
    ]  # fmt: skip


async def test_a_request_about_months_that_are_not_exempt_is_looked_at(counter: Counter) -> None:
    assert await counter.found("pay_request", from_month="2026-11") == ["statutory-not-held"]


async def test_the_farmers_pension_brings_the_additional_premium_by_law(
    counter: Counter, exemptions: Service
) -> None:
    await counter.settled("farmers_pension_start", occurred_on="R8.9.20", insured_as="category_1")
    assert await counter.premium() == [("2026-09", None, None)]
    again = {"occurred_on": "R8.10.1", "insured_as": "category_1"}
    assert await counter.found("farmers_pension_start", **again) == ["FARMERS-ALREADY"]
    await counter.settled("farmers_pension_end", occurred_on="R8.10.10")
    assert await counter.premium() == [("2026-09", "2026-09", "farmers_pension_lost")]
    told = await sent(exemptions, PremiumStatementSettled)
    assert [(event.kind.value, str(event.from_month)) for event in told] == [
        ("farmers_pension_start", "2026-09"), ("farmers_pension_end", "2026-10"),
    ]  # fmt: skip


async def test_joining_the_fund_ends_the_additional_premium_and_is_not_reported(
    counter: Counter, exemptions: Service
) -> None:
    await counter.pays()
    assert await counter.premium() == [("2026-10", None, None)]
    shown = await counter.settled("pension_fund_joined", occurred_on="R8.10.15")
    assert (await counter.premium())[0][2] == "pension_fund"
    # While in the Fund nobody may notify it (法87条の2第1項).
    body = a_premium_notice(counter.person)
    answer = await counter.call(*CLERK, post="/additional-premium-notices", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0105")
    assert [error["code"] for error in answer.json()["errors"]] == ["in-pension-fund"]
    await counter.settled("pension_fund_left", occurred_on="R8.10.15")
    assert await sent(exemptions, PremiumStatementSettled) == []
    assert (shown["state"], shown["state_label"]) == ("settled", "本登録")
    assert [s["kind"] for s in (await counter.page())["statements"]] == [
        "pension_fund_joined", "pension_fund_left",
    ]  # fmt: skip


async def test_grade_three_ends_nothing_and_recovery_does_after_three_years(
    counter: Counter, exemptions: Service
) -> None:
    await notify(counter.call, a_notice(counter.person, "statutory_start", DISABLED))
    await counter.settled("disability_change", changed_on="R3.4.1", grade="3")
    assert await counter.exempt() == [("2019-06", "2028-10")]
    await counter.settled("disability_change", changed_on="R5.9.20", grade="none")
    assert await counter.exempt() == [("2019-06", "2026-09")]
    reasons = (await counter.page())["exempt"][-1]["reasons"]
    assert "令和8年9月20日" in " ".join(reason["sentence"] for reason in reasons)
    # It came back within the three years: it never ended.
    await counter.settled("disability_change", changed_on="R7.1.10", grade="2")
    assert await counter.exempt() == [("2019-06", "2028-10")]
    assert await sent(exemptions, PremiumStatementSettled) == []


async def test_what_is_found_of_a_change_of_a_disability(counter: Counter) -> None:
    assert await counter.found("disability_change", changed_on="R8.9.1", grade="3") == [
        "disability-not-held", "disability-third",
    ]  # fmt: skip
    await notify(counter.call, a_notice(counter.person, "statutory_start", DISABLED))


async def test_a_report_that_left_marks_the_statement_and_an_unknown_one_is_refused(
    counter: Counter, exemptions: Service
) -> None:
    await counter.settled("pay_request", from_month="2026-11")
    (event,) = await sent(exemptions, PremiumStatementSettled)
    kind = ReportItemKind.PAY_REQUEST
    await take(exemptions, forwarded(event.item_id, counter.person, kind, "2026-10-20"))
    (shown,) = (await counter.page())["statements"]
    assert (shown["state"], shown["forwarded_on"]) == ("forwarded", "2026-10-20")
    unknown = forwarded(UUID(int=7), counter.person, kind, "2026-10-20")
    with pytest.raises(Rejected):
        await take(exemptions, unknown)
