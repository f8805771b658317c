"""One good event of every type, about a person of a number and in a version: what every service
that reads the type takes in. A type without one here fails the tests."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import count, islice
from typing import Any
from uuid import UUID, uuid4

from contracts.codes import BecameResidentReason, ResidentChangeKind, ResidentKind, Sex
from contracts.dates import UncertainDate
from contracts.events import (
    REGISTRY,
    AdditionalPremiumChanged,
    AnsweredAbout,
    AskedAbout,
    AuditOperation,
    AuditRecorded,
    ClaimsFactsAnswered,
    DisabilityCertificatesRecorded,
    Event,
    ExemptionApplicationSettled,
    ExemptionNoticeKind,
    ExemptionNotified,
    ExemptionsFactsAnswered,
    ExemptionsHouseholdFactsAnswered,
    FactItem,
    FactPurpose,
    FactsAnswered,
    FactsRequested,
    FactsTakenBack,
    FeedChange,
    FeedRecord,
    FourAttributes,
    HealthInsuranceRecorded,
    HouseholdFactsRequested,
    IncomeRecorded,
    InsuredCategory,
    LinkageAnswered,
    LinkageItem,
    LinkageOutcome,
    LinkagePurpose,
    LinkageRequested,
    LongTermCareRecorded,
    MissingNoticeFactsRequested,
    PensionColumns,
    PensionColumnsChanged,
    PersonBlocksChanged,
    PersonChanged,
    PersonMerged,
    PersonSeparated,
    PersonSightChanged,
    PremiumStatementSettled,
    PublicAssistanceRecorded,
    QualificationChanged,
    QualificationFactsAnswered,
    QualificationPeriod,
    RegisteredHousehold,
    ResidencePeriod,
    ResidentChange,
    ResidentTokenised,
    SupportMeasureRecorded,
    UnpaidBenefitClaimReceived,
    VoluntaryInsurance,
    VoluntaryPeriod,
    Whose,
)
from contracts.events.claims import ClaimantRelationship
from contracts.events.exemptions import AdditionalPremiumChange
from contracts.events.feeds import Span
from contracts.events.income import IncomeStanding
from contracts.events.residents import Address, PersonName
from contracts.keys import resident_key
from contracts.months import Month
from contracts.numbers import synthetic_individual_number
from contracts.sealing import seal
from contracts.topics import UPSTREAM_REGISTER, shard_of
from tests.garbage import exempt, jps, protecting, together, unborne
from tests.garbage.basics import BATCH, DAY, person, submitted
from tests.garbage.house import House
from tests.token_vault.vaults import change

TYPES: tuple[type[Event], ...] = tuple(t for t in REGISTRY.values() if t.TOPIC.consumers)
"""All that a service of the house may read, from the contract."""
SHARD = 2
"""All that the tests say is about persons of one shard: so it lies in one batch, in order."""


def _key(number: int) -> str:
    return resident_key(UPSTREAM_REGISTER, f"{number:010d}")


@lru_cache(maxsize=1)
def _numbers() -> list[int]:
    """Numbers whose resident and whose person are both of the shard."""
    fitting = (
        n for n in count(1) if shard_of(_key(n)) == SHARD and shard_of(str(UUID(int=n))) == SHARD
    )
    return list(islice(fitting, 200 * len(REGISTRY)))


def number(type_: type[Event], index: int) -> int:
    """The number of a person whom only events of this type are about: what of somebody is parked
    holds up all that a service is told of them, on whatever topic."""
    return _numbers()[200 * TYPES.index(type_) + index]


def _resident(house: House, n: int, version: int, event_id: UUID) -> Event:
    digits = synthetic_individual_number(n)
    sealed = seal(digits, house.key, sender=UPSTREAM_REGISTER, event_id=event_id)
    event = change(n, sealed, version)
    record = event.record.model_copy(update={"household_number": f"{n}"})
    return event.model_copy(update={"record": record})


def _tokenised(house: House, n: int, version: int, event_id: UUID) -> Event:
    event = _resident(house, n, version, event_id)
    assert isinstance(event, ResidentChange)
    return ResidentTokenised.model_validate(
        {
            **{name: getattr(event, name) for name in type(event).model_fields
               if name != "sealed_number"},
            "individual_number_token": f"{n:032x}",
        }
    )  # fmt: skip


def _person(_house: House, n: int, version: int, _event_id: UUID) -> Event:
    began = UncertainDate.exact(DAY)
    return PersonChanged(
        person_id=person(n), person_version=version, change=ResidentChangeKind.MOVE_IN,
        changed_on=began, reported_on=DAY, birth_date=UncertainDate.exact(date(1990, 4, 1)),
        resident_kind=ResidentKind.JAPANESE, household_id=None, is_householder=False,
        residence=(ResidencePeriod(began=began, began_reason=BecameResidentReason.MOVE_IN),),
    )  # fmt: skip


def _sight(_house: House, n: int, version: int, _event_id: UUID) -> Event:
    return PersonSightChanged(person_id=person(n), sight_version=version, hidden=True)


def _merged(_house: House, n: int, version: int, _event_id: UUID) -> Event:
    return PersonMerged(
        person_id=person(n), identity_version=version, surviving_id=person(n + 1),
        decision_id=BATCH, decided_on=DAY,
    )  # fmt: skip


def _separated(_house: House, n: int, version: int, _event_id: UUID) -> Event:
    return PersonSeparated(
        person_id=person(n), identity_version=version, decision_id=BATCH, decided_on=DAY
    )


def _timeline(_house: House, n: int, version: int, _event_id: UUID) -> Event:
    period = QualificationPeriod(
        category=InsuredCategory.CATEGORY_1, acquired_on=DAY, acquisition_reason="age-20"
    )
    return QualificationChanged(
        person_id=person(n), timeline_version=version, basic_pension_number_known=False,
        periods=(period,),
        voluntary=(
            VoluntaryPeriod(
                kind=VoluntaryInsurance.ABROAD, acquired_on=DAY,
                acquisition_reason="voluntary-application",
            ),
        ),
    )  # fmt: skip


def _premium(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return AdditionalPremiumChanged(
        item_id=uuid4(), notice_id=uuid4(), person_id=person(n),
        change=AdditionalPremiumChange.START, from_month=Month(2026, 10), notified_on=DAY,
        accepted_on=DAY,
    )  # fmt: skip


def _application(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return ExemptionApplicationSettled(
        item_id=uuid4(), application_id=uuid4(), person_id=person(n), form="student_application",
        cycle=2026, from_month=Month(2026, 4), to_month=Month(2027, 3), applied_on=DAY,
        accepted_on=DAY,
    )  # fmt: skip


def _claim(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return UnpaidBenefitClaimReceived(
        item_id=uuid4(), claim_id=uuid4(), person_id=person(n), died_on=DAY,
        claimant_person_id=None, claimant_relationship=ClaimantRelationship.SPOUSE,
        accepted_on=DAY,
    )  # fmt: skip


def _told_of(n: int) -> FourAttributes:
    """Nobody of the register: the record is kept, and waits."""
    return FourAttributes(
        name=PersonName(kanji=f"無名　{n}"), address=Address(text=f"緑区{n}番地"),
        birth_date=UncertainDate.exact(date(1930, 1, 1)), sex=Sex.MALE,
    )  # fmt: skip


def _fed(type_: type[FeedRecord], **content: Any) -> "Sample":
    def sample(_house: House, n: int, version: int, _event_id: UUID) -> Event:
        return type_(
            record_version=version, change=FeedChange.RECORDED, addressee_number=f"{n:010d}",
            person=_told_of(n), reported_on=DAY, **content,
        )  # fmt: skip

    return sample


def _question(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return FactsRequested(
        request_id=uuid4(), reference=BATCH, applicant_id=person(n), person_id=person(n),
        whose=Whose.APPLICANT, purpose=FactPurpose.STUDENT_REVIEW,
        items=(FactItem.TOTAL_INCOME,), levy_years=(2026,),
    )  # fmt: skip


def _together(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return HouseholdFactsRequested(
        reference=BATCH, applicant_id=person(n),
        people=(
            AskedAbout(request_id=uuid4(), whose=Whose.APPLICANT, person_id=person(n)),
        ),
        purpose=FactPurpose.EXEMPTION_REVIEW,
        items=(FactItem.TOTAL_INCOME, FactItem.PUBLIC_ASSISTANCE), levy_years=(2026,),
        span=Span(first=DAY, last=DAY), registered_on=DAY,
    )  # fmt: skip


def _missing(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return MissingNoticeFactsRequested(
        request_id=uuid4(), reference=BATCH, applicant_id=person(n), person_id=person(n),
        whose=Whose.APPLICANT, purpose=FactPurpose.MISSING_NOTICES,
        items=(FactItem.HEALTH_INSURANCE,), span=Span(first=DAY, last=DAY),
    )  # fmt: skip


def _columns(_house: House, n: int, version: int, _event_id: UUID) -> Event:
    return PensionColumnsChanged(
        person_id=person(n), columns_version=version, columns=PensionColumns(insured=None)
    )


def _facts(type_: type[FactsAnswered]) -> "Sample":
    def sample(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
        return type_(request_id=uuid4(), reference=BATCH, person_id=person(n), refusal="purpose")

    return sample


def _question_asked(house: House, n: int) -> tuple[UUID, UUID]:
    """(request, application) of a question of exemptions about somebody."""
    request_id, application_id = uuid4(), uuid4()
    house.execute(
        "exemptions",
        "with person as (insert into exemptions.persons (person_id, person_version, residence)"
        " values ($1, 1, '[]') on conflict do nothing),"
        " application as (insert into exemptions.applications (application_id, kind, person_id,"
        " cycle, fiscal_year, office, receipt_number, state, submission, received_on, applied_on,"
        " accepted_by, accepted_at, withdrawn_by, withdrawn_at) values ($2, 'student_application',"
        " $1, 2026, 2026, 'o', 1 + (select count(*) from exemptions.applications), 'withdrawn',"
        " $4::text::jsonb, '2026-10-15', '2026-10-15', 's', now(), 's', now()))"
        " insert into exemptions.application_questions (request_id, application_id, whose,"
        " person_id, asked_at) values ($3, $2, 'applicant', $1, now())",
        person(n), application_id, request_id, submitted(person(n)),
    )  # fmt: skip
    return request_id, application_id


def _review_facts(house: House, n: int, _version: int, _event_id: UUID) -> Event:
    request_id, application_id = _question_asked(house, n)
    return ExemptionsFactsAnswered(
        request_id=request_id, reference=application_id, person_id=person(n), refusal="purpose"
    )


def _household_facts(house: House, n: int, _version: int, _event_id: UUID) -> Event:
    request_id, application_id = _question_asked(house, n)
    told = AnsweredAbout(request_id=request_id, person_id=person(n), refusal="purpose")
    return ExemptionsHouseholdFactsAnswered(
        reference=application_id, applicant_id=person(n), people=(told,), registered_on=DAY,
        registered=RegisteredHousehold(refusal="purpose"),
    )  # fmt: skip


def _request(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return LinkageRequested(
        request_id=uuid4(), person_id=person(n), purpose=LinkagePurpose.REPORT_TO_JPS,
        items=(LinkageItem.NAME,), reference=BATCH,
    )  # fmt: skip


def reply(request_id: UUID, n: int, batch_id: UUID = BATCH) -> LinkageAnswered:
    """Identity knows nobody of that id."""
    return LinkageAnswered(
        request_id=request_id, person_id=person(n), reference=batch_id,
        outcome=LinkageOutcome.NO_RECORD,
    )  # fmt: skip


def _reply(house: House, n: int, _version: int, _event_id: UUID) -> Event:
    request_id, batch_id = uuid4(), uuid4()
    house.execute(
        "jps_reporting",
        "with batch as (insert into jps_reporting.batches (batch_id, state, layout_id, digest,"
        " chosen, built_by, built_at) values ($1, 'cancelled', 'l', 'd', '{}', 's', now()))"
        " insert into jps_reporting.linkage (request_id, batch_id,"
        " person_id, items, requested_at) values ($2, $1, $3, '{name}', now())",
        batch_id, request_id, person(n),
    )  # fmt: skip
    return reply(request_id, n, batch_id)


def _record(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return AuditRecorded(
        at=datetime.now(UTC), operation=AuditOperation.INQUIRY, person_id=person(n)
    )


def _exemption(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return ExemptionNotified(
        item_id=uuid4(), notice_id=uuid4(), person_id=person(n), reason="assistance",
        kind=ExemptionNoticeKind.STATUTORY_START, occurred_on=DAY, from_month=Month(2026, 9),
        notified_on=DAY, accepted_on=DAY,
    )  # fmt: skip


Sample = Callable[[House, int, int, UUID], Event]
SAMPLES: dict[type[Event], Sample] = {
    ResidentChange: _resident,
    ResidentTokenised: _tokenised,
    PersonChanged: _person,
    PersonSightChanged: _sight,
    PersonBlocksChanged: protecting.blocks,
    FactsTakenBack: protecting.taken_back,
    SupportMeasureRecorded: protecting.measure,
    PersonMerged: _merged,
    PersonSeparated: _separated,
    QualificationChanged: _timeline,
    AdditionalPremiumChanged: _premium,
    ExemptionApplicationSettled: _application,
    ExemptionNotified: _exemption,
    PremiumStatementSettled: exempt.statement,
    UnpaidBenefitClaimReceived: _claim,
    LinkageRequested: _request,
    LinkageAnswered: _reply,
    **together.samples(person, _question_asked, BATCH, DAY),
    AuditRecorded: _record,
    IncomeRecorded: _fed(
        IncomeRecorded, levy_year=2026, income_year=2025, standing=IncomeStanding.NOT_DECLARED
    ),
    PublicAssistanceRecorded: _fed(PublicAssistanceRecorded, periods=()),
    DisabilityCertificatesRecorded: _fed(DisabilityCertificatesRecorded, certificates=()),
    HealthInsuranceRecorded: _fed(HealthInsuranceRecorded, periods=()),
    LongTermCareRecorded: _fed(LongTermCareRecorded, periods=()),
    FactsRequested: _question,
    ExemptionsFactsAnswered: _review_facts,
    HouseholdFactsRequested: _together,
    ExemptionsHouseholdFactsAnswered: _household_facts,
    **exempt.NEWS,
    **unborne.SAMPLES,
    ClaimsFactsAnswered: _facts(ClaimsFactsAnswered),
    MissingNoticeFactsRequested: _missing,
    QualificationFactsAnswered: _facts(QualificationFactsAnswered),
    PensionColumnsChanged: _columns,
    **jps.SAMPLES,
}
