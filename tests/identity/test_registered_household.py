"""Who householder and spouse are by the register: by 続柄 alone, and as told to exemptions."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.codes import Relationship as R
from contracts.events import (
    AskedAbout,
    AuditAlikeRecorded,
    AuditOperation,
    AuditRecorded,
    ExemptionsHouseholdFactsAnswered,
    ExemptionsManyHouseholdFactsAnswered,
    FactItem,
    FactPurpose,
    HouseholdFactsRequested,
    ManyHouseholdFactsRequested,
    RegisteredAs,
    RegisterOutcome,
    Whose,
)
from contracts.events.residents import PersonName
from services.identity.domain.household import Member, registered
from tests.identity.feeds import income
from tests.identity.house import Counter, House
from tests.identity.people import HANAKO, Kind, token, told
from tests.identity.test_block_api import Office
from tests.identity.test_facts import FISCAL_2025
from tests.identity.test_feeds_kept import tell

ME, ANNA, BEN, CARL = (UUID(int=n) for n in range(1, 5))
HEAD = (R.HOUSEHOLDER,)
WIFE, HUSBAND, CHILD = (R.WIFE,), (R.HUSBAND,), (R.CHILD,)
CHILDS_WIFE = (R.CHILD, R.WIFE)
NOBODY, UNSURE = "nobody", "uncertain"


def shown(found: RegisteredAs | None) -> UUID | str:
    assert found is not None
    return found.person_id or found.outcome.value


@pytest.mark.parametrize(
    ("mine", "others", "householder", "spouse"),
    [
        (HEAD, {}, ME, NOBODY),
        (HEAD, {ANNA: WIFE, BEN: CHILD}, ME, ANNA),
        (HEAD, {ANNA: (R.WIFE_UNREGISTERED,)}, ME, ANNA),
        (HUSBAND, {ANNA: HEAD}, ANNA, ANNA),
        (CHILD, {ANNA: HEAD, BEN: WIFE}, ANNA, NOBODY),
        (CHILD, {ANNA: HEAD, BEN: CHILDS_WIFE}, ANNA, BEN),
        (CHILD, {ANNA: HEAD, BEN: CHILDS_WIFE, CARL: CHILD}, ANNA, UNSURE),
        (CHILDS_WIFE, {ANNA: HEAD, BEN: CHILD}, ANNA, BEN),
        (CHILDS_WIFE, {ANNA: HEAD, BEN: CHILD, CARL: CHILD}, ANNA, UNSURE),
        (CHILDS_WIFE, {ANNA: HEAD, BEN: CHILD, CARL: CHILDS_WIFE}, ANNA, UNSURE),
        ((R.MOTHER,), {ANNA: HEAD}, ANNA, NOBODY),
        ((R.MOTHER,), {ANNA: HEAD, BEN: (R.FATHER,)}, ANNA, UNSURE),
        ((R.LODGER,), {ANNA: HEAD}, ANNA, NOBODY),
        ((R.LODGER,), {ANNA: HEAD, BEN: (R.LODGER,)}, ANNA, UNSURE),
        (CHILD, {ANNA: WIFE}, UNSURE, NOBODY),
        (CHILD, {ANNA: HEAD, BEN: HEAD}, UNSURE, NOBODY),
        (HEAD, {ANNA: WIFE, BEN: WIFE}, ME, UNSURE),
        ((), {ANNA: HEAD}, ANNA, UNSURE),
    ],
)
def test_what_the_relationships_say(
    mine: tuple[R, ...], others: dict[UUID, tuple[R, ...]], householder: Any, spouse: Any
) -> None:
    members = {ME: mine, **others}
    found = registered(
        ME, [Member(who, tuple(step.value for step in steps)) for who, steps in members.items()]
    )
    assert (shown(found.householder), shown(found.spouse)) == (householder, spouse)


def test_who_is_not_in_a_household_is_not_told_of() -> None:
    found = registered(ME, [Member(ANNA, ("02",))])
    assert (shown(found.householder), shown(found.spouse)) == (UNSURE, UNSURE)


def asked(applicant: UUID, *others: tuple[Whose, UUID], **more: Any) -> HouseholdFactsRequested:
    people = ((Whose.APPLICANT, applicant), *others)
    return HouseholdFactsRequested(
        reference=uuid4(), applicant_id=applicant,
        people=tuple(
            AskedAbout(request_id=uuid4(), whose=whose, person_id=who) for whose, who in people
        ),
        levy_years=(2026,), span=FISCAL_2025,
        items=(FactItem.TOTAL_INCOME, FactItem.PUBLIC_ASSISTANCE),
        **{"purpose": FactPurpose.EXEMPTION_REVIEW, "registered_on": date(2026, 7, 1), **more},
    )  # fmt: skip


async def answered(
    house: House, request: HouseholdFactsRequested, by: str = "exemptions"
) -> ExemptionsHouseholdFactsAnswered:
    records = house.records(by, [(str(request.applicant_id), request)])
    tally = await house.service.intake.take(records)
    assert (tally.handled, tally.refused) == (1, 0)
    return (await house.outbox(ExemptionsHouseholdFactsAnswered))[-1]


TARO, JIRO = "000000000000020", "000000000000021"


async def couple(house: House, since: str = "2026-04-01") -> tuple[UUID, UUID]:
    """花子, householder, and her husband 太郎, of the household since that day."""
    await house.told(
        told(Kind.MOVE_IN),
        told(
            Kind.MOVE_IN,
            since,
            number=TARO,
            number_token=token(2),
            relationship=HUSBAND,
            name=PersonName(kanji="山田　太郎"),
        ),
    )
    return await house.person_id(HANAKO), await house.person_id(TARO)


@pytest.mark.stack
async def test_everybody_of_an_application_is_told_of_at_once(house: House) -> None:
    hanako, taro = await couple(house)
    await tell(house, income())
    request = asked(taro, (Whose.SPOUSE, hanako))
    answer = await answered(house, request)
    assert [one.request_id for one in answer.people] == [o.request_id for o in request.people]
    assert [fact.outcome.value for one in answer.people for fact in one.income] == [
        "no_record", "value",
    ]  # fmt: skip
    assert answer.registered is not None
    assert (shown(answer.registered.householder), shown(answer.registered.spouse)) == (
        hanako, hanako,
    )  # fmt: skip


@pytest.mark.stack
async def test_each_hand_over_is_recorded_and_so_is_the_register(house: House) -> None:
    hanako, taro = await couple(house)
    await answered(house, asked(taro, (Whose.SPOUSE, hanako)))
    kept = await house.outbox(AuditRecorded)
    assert [(one.person_id, one.details.get("whose"), one.details.get("register")) for one in kept
            ] == [(taro, "applicant", None), (hanako, "spouse", None), (taro, None, "household")
                  ]  # fmt: skip
    assert "77条1項3号" in str(kept[-1].legal_basis)
    assert kept[-1].details["spouse"] == RegisterOutcome.PERSON.value
    assert str(hanako) not in kept[-1].model_dump_json()


@pytest.mark.stack
async def test_the_register_as_it_was_on_the_day(house: House) -> None:
    _, taro = await couple(house, since="2026-08-01")
    early = await answered(house, asked(taro))
    assert early.registered is not None
    assert shown(early.registered.householder) == UNSURE
    later = await answered(house, asked(taro, registered_on=date(2026, 8, 1)))
    assert later.registered is not None
    assert shown(later.registered.householder) != UNSURE


@pytest.mark.stack
async def test_who_has_moved_out_is_in_no_household(house: House) -> None:
    hanako, _ = await couple(house)
    gone = told(
        Kind.MOVE_OUT, "2026-06-20", number=TARO, number_token=token(2), relationship=HUSBAND,
        version=2,
    )  # fmt: skip
    await house.told(gone)
    answer = await answered(house, asked(hanako))
    assert answer.registered is not None
    assert shown(answer.registered.spouse) == RegisterOutcome.NOBODY.value


@pytest.mark.stack
async def test_a_householder_who_is_not_is_refused_alone(house: House) -> None:
    hanako, taro = await couple(house)
    stranger = told(
        Kind.MOVE_IN, number=JIRO, number_token=token(3), household_number="000000000000999"
    )
    await house.told(stranger)
    jiro = await house.person_id(JIRO)
    answer = await answered(house, asked(hanako, (Whose.HOUSEHOLDER, jiro), (Whose.SPOUSE, taro)))
    assert [one.refusal for one in answer.people] == [None, "relation", None]


@pytest.mark.stack
@pytest.mark.parametrize(
    ("by", "purpose", "refusal"),
    [
        ("qualification", FactPurpose.EXEMPTION_REVIEW, "purpose"),
        ("jps_reporting", FactPurpose.EXEMPTION_REVIEW, "requester"),
        ("exemptions", FactPurpose.CLAIM_REVIEW, "purpose"),
    ],
)
async def test_who_may_not_ask_is_told_nothing(
    house: House, by: str, purpose: FactPurpose, refusal: str
) -> None:
    _, taro = await couple(house)
    records = house.records(by, [(str(taro), asked(taro, purpose=purpose))])
    await house.service.intake.take(records)
    kept = await house.outbox(AuditRecorded)
    assert {one.details.get("refusal") for one in kept} == {refusal}
    for answer in await house.outbox(ExemptionsHouseholdFactsAnswered):
        assert by == "exemptions"
        assert [one.refusal for one in answer.people] == [refusal]
        assert answer.registered is not None
        assert (answer.registered.refusal, answer.registered.spouse) == (refusal, None)


@pytest.mark.stack
async def test_of_whom_inquiries_are_stopped_nothing_is_told(
    house: House, counter: Counter
) -> None:
    """照会抑止 on the applicant: no fact, and no household; the spouse's facts are told."""
    hanako, taro = await couple(house)
    await tell(house, income())
    await Office(house, counter).block(person_id=str(taro), kind="inquiry")
    answer = await answered(house, asked(taro, (Whose.SPOUSE, hanako)))
    assert [(one.blocked, one.income[0].outcome.value) for one in answer.people] == [
        (True, "unsettled"), (False, "value"),
    ]  # fmt: skip
    assert answer.registered is not None
    assert (shown(answer.registered.householder), shown(answer.registered.spouse)) == (
        UNSURE, UNSURE,
    )  # fmt: skip
    kept = [one for one in await house.outbox(AuditRecorded) if one.details.get("whose")]
    assert [one.details.get("refusal") for one in kept] == ["blocked", None]


@pytest.mark.stack
async def test_a_students_review_is_not_told_the_household(house: House) -> None:
    _, taro = await couple(house)
    answer = await answered(house, asked(taro, purpose=FactPurpose.STUDENT_REVIEW))
    assert [one.refusal for one in answer.people] == [None]
    assert answer.registered is not None
    assert answer.registered.refusal == "item"


def together(*each: HouseholdFactsRequested) -> ManyHouseholdFactsRequested:
    """The same of many applications at once."""
    shared = each[0].model_dump(include={"purpose", "items", "levy_years", "span", "registered_on"})
    households = [one.model_dump(include={"reference", "applicant_id", "people"}) for one in each]
    return ManyHouseholdFactsRequested.model_validate({"households": households, **shared})


async def many_answered(
    house: House, request: ManyHouseholdFactsRequested
) -> ExemptionsManyHouseholdFactsAnswered:
    tally = await house.service.intake.take(
        house.records("exemptions", [(request.record_key, request)])
    )
    assert (tally.handled, tally.refused) == (1, 0)
    return (await house.outbox(ExemptionsManyHouseholdFactsAnswered))[-1]


@pytest.mark.stack
async def test_many_applications_are_told_of_as_each_by_itself(
    house: House, counter: Counter
) -> None:
    """A refusal and a stop among them concern their own person alone."""
    hanako, taro = await couple(house)
    await house.told(
        told(Kind.MOVE_IN, number=JIRO, number_token=token(3), household_number="000000000000999")
    )
    jiro = await house.person_id(JIRO)
    await tell(house, income())
    await Office(house, counter).block(person_id=str(taro), kind="inquiry")
    each = [
        asked(taro, (Whose.SPOUSE, hanako)),
        asked(hanako, (Whose.HOUSEHOLDER, jiro), (Whose.SPOUSE, taro)),
        asked(jiro),
    ]
    alone = [await answered(house, one) for one in each]
    many = await many_answered(house, together(*each))
    assert many.registered_on == date(2026, 7, 1)
    of_each = {"reference", "applicant_id", "people", "registered"}
    assert [one.model_dump() for one in many.households] == [
        one.model_dump(include=of_each) for one in alone
    ]
    kept = [
        one.model_dump(include={"person_id", "outcome", "reference", "legal_basis", "details"})
        for one in await house.outbox(AuditRecorded)
        if one.operation is AuditOperation.LINKAGE
    ]
    assert len(kept) == 18
    assert kept[:9] == kept[9:]


@pytest.mark.stack
async def test_a_record_of_each_person_among_many(house: House) -> None:
    hanako, taro = await couple(house)
    each = [asked(taro, (Whose.SPOUSE, hanako)) for _ in range(10)]
    await many_answered(house, together(*each))
    assert await house.outbox(AuditRecorded) == []
    (many,) = await house.outbox(AuditAlikeRecorded)
    kept = [(of, one.record) for one in many.alike for of in one.of]
    assert sorted((of.reference, of.person_id) for of, _ in kept) == sorted(
        (one.reference, who) for one in each for who in (taro, hanako, taro)
    )
    assert {of.person_id for of, says in kept if says.details.get("whose") == "spouse"} == {hanako}
    assert len({of.record_id for of, _ in kept}) == len(kept)
    assert {says.details["asker"] for _, says in kept} == {"exemptions"}


@pytest.mark.stack
async def test_who_may_not_ask_about_many_is_told_nothing(house: House) -> None:
    _, taro = await couple(house)
    request = together(asked(taro), asked(taro))
    await house.service.intake.take(house.records("claims", [(request.record_key, request)]))
    assert await house.outbox(ExemptionsManyHouseholdFactsAnswered) == []
    kept = await house.outbox(AuditRecorded)
    assert {one.details.get("refusal") for one in kept} == {"purpose"}
    assert len(kept) == 4
