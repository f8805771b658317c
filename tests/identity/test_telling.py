"""Facts on request, on the real database: who is told what, and that each is recorded (C11)."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.codes import Relationship
from contracts.events import (
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
    ClaimsFactsAnswered,
    ExemptionsFactsAnswered,
    FactItem,
    FactOutcome,
    FactPurpose,
    FactsRequested,
    LinkageAnswered,
    LinkageItem,
    LinkagePurpose,
    LinkageRequested,
    MissingNoticeFactsRequested,
    QualificationFactsAnswered,
    Whose,
)
from contracts.events.facts import INCOME_ITEMS
from contracts.events.income import IncomeStanding
from contracts.events.residents import PersonName
from tests.identity.feeds import EVERY_FEED, income
from tests.identity.house import House
from tests.identity.people import HANAKO, Kind, token, told
from tests.identity.test_facts import FISCAL_2025
from tests.identity.test_feeds_kept import MARRIED, tell

pytestmark = pytest.mark.stack

TARO = "000000000000020"
TAX = (FactItem.TOTAL_INCOME, FactItem.DEPENDANTS_UNDER_16)


def asked(applicant: UUID, person: UUID | None = None, **more: Any) -> FactsRequested:
    items = more.setdefault("items", TAX)
    if INCOME_ITEMS.intersection(items):
        more.setdefault("levy_years", (2026,))
    if set(items) - INCOME_ITEMS:
        more.setdefault("span", FISCAL_2025)
    return FactsRequested(
        request_id=uuid4(), reference=uuid4(), applicant_id=applicant,
        person_id=person or applicant,
        **{"whose": Whose.APPLICANT if person is None else Whose.HOUSEHOLDER,
           "purpose": FactPurpose.EXEMPTION_REVIEW, **more},
    )  # fmt: skip


async def ask(house: House, *requests: FactsRequested, by: str = "exemptions") -> None:
    pairs = [(str(request.person_id), request) for request in requests]
    tally = await house.service.intake.take(house.records(by, pairs))
    assert (tally.handled, tally.refused) == (len(requests), 0)


async def told_to_exemptions(house: House) -> dict[UUID, ExemptionsFactsAnswered]:
    return {answer.request_id: answer for answer in await house.outbox(ExemptionsFactsAnswered)}


async def test_what_was_asked_for_and_nothing_else(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, *EVERY_FEED)
    request = asked(await house.person_id(), items=(*TAX, FactItem.PUBLIC_ASSISTANCE))
    await ask(house, request)
    answer = (await told_to_exemptions(house))[request.request_id]
    (fact,) = answer.income
    assert fact.outcome is FactOutcome.VALUE
    assert fact.income is not None
    assert fact.income.model_dump(exclude_none=True) == {
        "total_income": 1_200_000, "dependants_under_16": 1,
    }  # fmt: skip
    assert answer.public_assistance is not None
    assert len(answer.public_assistance.periods) == 1
    assert answer.health_insurance is None
    assert answer.disability_certificates is None


async def test_the_outcomes_are_told_apart(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(
        house,
        income(2026),
        income(2025, standing=IncomeStanding.NOT_DECLARED),
        income(2023), income(2023, number="T00009", total_income=7),
        income(2022, number="T00010", told=MARRIED),
    )  # fmt: skip
    years = (2026, 2025, 2024, 2023, 2022)
    request = asked(await house.person_id(), levy_years=years)
    await ask(house, request)
    facts = (await told_to_exemptions(house))[request.request_id].income
    assert [fact.outcome.value for fact in facts] == [
        "value", "not_declared", "no_record", "more_than_one", "unsettled",
    ]  # fmt: skip
    (kept,) = await house.outbox(AuditRecorded)
    assert {f"income/{fact.levy_year}": fact.outcome.value for fact in facts}.items() <= (
        kept.details.items()
    )


async def test_a_held_correction_is_not_passed_over_in_silence(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income())
    await tell(house, income(version=2, total_income=0, told=MARRIED))
    request = asked(await house.person_id())
    await ask(house, request)
    (fact,) = (await told_to_exemptions(house))[request.request_id].income
    assert (fact.outcome, fact.income) == (FactOutcome.UNSETTLED, None)


async def test_each_answer_is_recorded_with_purpose_article_and_whose(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income())
    request = asked(await house.person_id())
    await ask(house, request)
    (kept,) = await house.outbox(AuditRecorded)
    assert (kept.operation, kept.outcome, kept.purpose, kept.reference, kept.person_id) == (
        AuditOperation.LINKAGE, AuditOutcome.DONE, "exemption_review", request.reference,
        request.person_id,
    )  # fmt: skip
    assert kept.legal_basis is not None
    assert "90条" in kept.legal_basis
    assert kept.details == {
        "asker": "exemptions", "whose": "applicant",
        "items": "dependants_under_16,total_income", "income/2026": "value",
    }  # fmt: skip
    assert "1200000" not in kept.model_dump_json()


@pytest.mark.parametrize(
    ("by", "more", "refusal"),
    [
        ("jps_reporting", {}, "requester"),
        ("exemptions", {"purpose": FactPurpose.CLAIM_REVIEW}, "purpose"),
        ("exemptions", {"items": (FactItem.LONG_TERM_CARE,)}, "item"),
        ("claims", {}, "purpose"),
    ],
)
async def test_a_refusal_tells_nothing_and_is_recorded(
    house: House, by: str, more: dict[str, Any], refusal: str
) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, *EVERY_FEED)
    request = asked(await house.person_id(), **more)
    await ask(house, request, by=by)
    answers = [*await house.outbox(ExemptionsFactsAnswered),
               *await house.outbox(ClaimsFactsAnswered)]  # fmt: skip
    assert [answer.refusal for answer in answers] == ([] if by == "jps_reporting" else [refusal])
    assert all(answer.income == () for answer in answers)
    *_, kept = await house.outbox(AuditRecorded)
    assert (kept.outcome, kept.details["refusal"]) == (AuditOutcome.REFUSED, refusal)


async def test_each_asker_is_answered_on_its_own_topic(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income())
    await ask(house, asked(await house.person_id(), purpose=FactPurpose.CLAIM_REVIEW), by="claims")
    assert await house.outbox(ExemptionsFactsAnswered) == []
    (answer,) = await house.outbox(ClaimsFactsAnswered)
    assert answer.income[0].outcome is FactOutcome.VALUE


async def test_qualification_is_told_who_joined_health_insurance_and_nothing_else(
    house: House,
) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, *EVERY_FEED)
    person_id = await house.person_id()
    question = {
        "request_id": uuid4(), "reference": uuid4(), "applicant_id": person_id,
        "person_id": person_id, "whose": Whose.APPLICANT, "span": FISCAL_2025,
        "purpose": FactPurpose.MISSING_NOTICES,
    }  # fmt: skip
    for items in ((FactItem.HEALTH_INSURANCE,), (FactItem.LONG_TERM_CARE,)):
        await ask(house, MissingNoticeFactsRequested(**question, items=items), by="qualification")
    granted, refused = await house.outbox(QualificationFactsAnswered)
    assert granted.health_insurance is not None
    assert granted.health_insurance.outcome is FactOutcome.VALUE
    assert (granted.income, granted.public_assistance, granted.long_term_care) == ((), None, None)
    assert (refused.refusal, refused.health_insurance) == ("item", None)
    records = [r for r in await house.outbox(AuditRecorded) if "asker" in r.details]
    assert [record.purpose for record in records] == ["missing_notices"] * 2
    assert records[0].legal_basis == "国民年金法12条1項、番号法9条2項"


async def couple(house: House) -> tuple[UUID, UUID]:
    """花子, 世帯主, and 太郎, who lives with her; and their ids."""
    taro = PersonName(kanji="山田　太郎")
    await house.told(
        told(Kind.MOVE_IN),
        told(Kind.MOVE_IN, number=TARO, number_token=token(2), name=taro,
             relationship=(Relationship.HUSBAND,)),
    )  # fmt: skip
    await tell(house, income())
    return await house.person_id(TARO), await house.person_id(HANAKO)


async def test_the_householders_income_is_told_for_who_lives_with_them(house: House) -> None:
    taro, hanako = await couple(house)
    request = asked(taro, hanako)
    await ask(house, request)
    answer = (await told_to_exemptions(house))[request.request_id]
    assert (answer.refusal, answer.income[0].outcome) == (None, FactOutcome.VALUE)


async def test_the_householder_before_the_household_changed_is_one_too(house: House) -> None:
    taro, hanako = await couple(house)
    await house.told(told(Kind.HOUSEHOLD_CHANGE, number=TARO, number_token=token(2), version=2,
                          household_number="000000000000902",
                          name=PersonName(kanji="山田　太郎")))  # fmt: skip
    request = asked(taro, hanako)
    await ask(house, request)
    assert (await told_to_exemptions(house))[request.request_id].refusal is None


async def test_nobody_else_is_told_of_as_the_householder(house: House) -> None:
    taro, hanako = await couple(house)
    stranger = "000000000000046"
    await house.told(told(Kind.MOVE_IN, number=stranger, number_token=token(3),
                          household_number="000000000000909"))  # fmt: skip
    husband = asked(hanako, taro)
    neighbour = asked(taro, await house.person_id(stranger))
    nobody = asked(taro, uuid4())
    await ask(house, husband, neighbour, nobody)
    answers = await told_to_exemptions(house)
    assert {answer.refusal for answer in answers.values()} == {"relation"}


async def test_a_spouse_may_live_elsewhere(house: House) -> None:
    taro, hanako = await couple(house)
    request = asked(taro, hanako, whose=Whose.SPOUSE)
    await ask(house, request)
    assert (await told_to_exemptions(house))[request.request_id].refusal is None


async def test_someone_under_a_support_measure_is_told_of_like_any_other(house: House) -> None:
    _, hanako = await couple(house)
    await house.seal(hanako)
    request = asked(hanako)
    await ask(house, request)
    (fact,) = (await told_to_exemptions(house))[request.request_id].income
    assert fact.outcome is FactOutcome.VALUE


async def test_both_kinds_of_request_in_one_batch(house: House) -> None:
    taro, hanako = await couple(house)
    link = LinkageRequested(
        request_id=uuid4(), person_id=hanako, purpose=LinkagePurpose.REPORT_TO_JPS,
        items=(LinkageItem.NAME,), reference=uuid4(),
    )  # fmt: skip
    await house.service.intake.take(
        house.records("jps_reporting", [(str(hanako), link)])
        + house.records("exemptions", [(str(taro), asked(taro))])
    )
    assert len(await house.outbox(LinkageAnswered)) == 1
    assert len(await house.outbox(ExemptionsFactsAnswered)) == 1
