"""Facts of other systems shown to staff: for a purpose that lists them, and recorded (C11)."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from contracts.events import AuditOutcome, AuditRecorded
from contracts.events.feeds import FeedRecord
from contracts.events.income import IncomeStanding
from contracts.functions import Function
from tests.identity.feeds import assistance, health, income
from tests.identity.house import Counter, House
from tests.identity.people import Kind, told

pytestmark = pytest.mark.stack

RIGHTS = (Function.FACTS_VIEW,)
INCOME: dict[str, Any] = {
    "purpose": "exemption_review",
    "items": ["total_income", "dependants_under_16", "self_disability"],
    "levy_years": [2026, 2025],
}


@pytest.fixture
async def hanako(house: House) -> UUID:
    await house.told(told(Kind.SNAPSHOT))
    feeds: list[tuple[str, FeedRecord]] = [
        ("tax_system", income()),
        ("tax_system", income(2025, standing=IncomeStanding.NOT_DECLARED)),
        ("welfare_system", assistance()),
        ("health_insurance_system", health()),
    ]
    for source, event in feeds:
        await house.service.intake.take(house.records(source, [(event.record_key, event)]))
    return await house.person_id()


async def ask(
    counter: Counter, person_id: UUID, functions: tuple[Function, ...] = RIGHTS, **said: Any
) -> httpx.Response:
    return await counter.call("POST", f"/persons/{person_id}/facts", functions, json=said)


async def test_what_the_purpose_lists_is_shown(counter: Counter, hanako: UUID) -> None:
    answer = await ask(counter, hanako, **INCOME)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["purpose"]["label"] == "全額免除・一部免除の審査"
    assert "国民年金法90条" in page["article"]
    this_year, last_year = page["income"]
    assert this_year["outcome"] == {"code": "value", "label": "あり"}
    assert {i["item"]["code"]: i["value"] for i in this_year["items"]} == {
        "total_income": 1_200_000,
        "dependants_under_16": 1,
        "self_disability": None,
    }
    assert (last_year["outcome"]["code"], last_year["items"]) == ("not_declared", [])
    assert page["facts"] == []


async def test_of_days_only_what_lies_within(counter: Counter, hanako: UUID) -> None:
    asked: dict[str, Any] = {"purpose": "exemption_review", "items": ["public_assistance"]}
    within = await ask(counter, hanako, **asked, span={"first": "2026-07-01"})
    (fact,) = within.json()["facts"]
    assert (fact["item"]["code"], fact["outcome"]["code"]) == ("public_assistance", "value")
    assert [period["first"] for period in fact["content"]] == ["2024-04-01"]
    before = {"first": "2020-01-01", "last": "2020-12-31"}
    (fact,) = (await ask(counter, hanako, **asked, span=before)).json()["facts"]
    assert (fact["outcome"]["code"], fact["content"]) == ("value", [])


async def test_another_purpose_s_items_are_not(
    house: House, counter: Counter, hanako: UUID
) -> None:
    said: dict[str, Any] = {"purpose": "exemption_review", "items": ["health_insurance"],
            "span": {"first": "2026-01-01"}}  # fmt: skip
    refused = await ask(counter, hanako, **said)
    assert (refused.status_code, refused.json()["code"]) == (403, "ID-0901")
    assert "2025" not in refused.text
    *_, kept = await house.outbox(AuditRecorded)
    assert (kept.outcome, kept.person_id, kept.purpose) == (
        AuditOutcome.REFUSED,
        hanako,
        "exemption_review",
    )
    assert kept.details["refused"] == "ID-0901"


async def test_each_answer_is_recorded_with_its_article(
    house: House, counter: Counter, hanako: UUID
) -> None:
    reference = uuid4()
    await ask(counter, hanako, **INCOME, reference=str(reference))
    *_, kept = await house.outbox(AuditRecorded)
    assert (kept.outcome, kept.person_id, kept.reference) == (
        AuditOutcome.DONE,
        hanako,
        reference,
    )
    assert kept.legal_basis is not None
    assert kept.details == {
        "of": "facts",
        "items": "dependants_under_16,self_disability,total_income",
        "income/2026": "value",
        "income/2025": "not_declared",
    }
    assert "1200000" not in kept.model_dump_json()


async def test_of_nobody_and_of_somebody_hidden_alike(
    house: House, counter: Counter, hanako: UUID
) -> None:
    await house.seal(hanako)
    answers = [await ask(counter, person_id, **INCOME) for person_id in (hanako, uuid4())]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(404, "CH-0003")] * 2
    # A refusal by the table would tell that somebody is there.
    said: dict[str, Any] = {
        "purpose": "claim_review",
        "items": ["long_term_care"],
        "span": {"first": "2026-01-01"},
    }
    answers = [await ask(counter, person_id, **said) for person_id in (hanako, uuid4())]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(404, "CH-0003")] * 2


async def test_not_without_the_function(counter: Counter, hanako: UUID) -> None:
    others = tuple(set(Function) - set(RIGHTS))
    refused = await ask(counter, hanako, others, **INCOME)
    assert (refused.status_code, refused.json()["code"]) == (403, "CH-0006")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {**INCOME, "levy_years": []},
        {**INCOME, "purpose": "curiosity"},
        {**INCOME, "purpose": "missing_notices"},
        {**INCOME, "items": []},
        {**INCOME, "span": {"first": "2026-01-01"}},
        {"purpose": "exemption_review", "items": ["public_assistance"]},
        {"purpose": "exemption_review", "items": ["public_assistance"],
         "span": {"first": "2026-02-01", "last": "2026-01-01"}},
    ],
    ids=range(8),
)  # fmt: skip
async def test_what_is_no_request(counter: Counter, said: dict[str, Any]) -> None:
    answer = await ask(counter, uuid4(), **said)
    assert (answer.status_code, answer.json()["code"]) == (422, "CH-0001")
