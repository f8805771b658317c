"""Facts of the integrated database, on request: one service asks about one person for a purpose
that identity's purpose table lists, and is told the items that it asked for and no others (C11).

Income is never broadcast: it is handed over for the applicant, spouse and householder of one
application, and each hand-over is recorded.
"""

from typing import Annotated, ClassVar, Final, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, WithJsonSchema, model_validator

from contracts.codes import Code
from contracts.days import Moment
from contracts.events.base import Data, Event
from contracts.events.feeds import Span
from contracts.events.income import Income, Year
from contracts.events.insurance import HealthInsurancePeriod, LongTermCarePeriod
from contracts.events.welfare import AssistancePeriod, DisabilityCertificate
from contracts.topics import (
    LINKAGE_REPLIES_CLAIMS,
    LINKAGE_REPLIES_EXEMPTIONS,
    LINKAGE_REPLIES_QUALIFICATION,
    LINKAGE_REQUESTS,
    PERSONS_FACTS,
    Topic,
)


class FactPurpose(Code):
    """What the facts are for."""

    EXEMPTION_REVIEW = "exemption_review", "全額免除・一部免除の審査"
    DEFERMENT_REVIEW = "deferment_review", "納付猶予の審査"
    STUDENT_REVIEW = "student_review", "学生納付特例の審査"
    STATUTORY_EXEMPTION_REVIEW = "statutory_exemption_review", "法定免除の確認"
    CLAIM_REVIEW = "claim_review", "所得制限のある給付の請求の審査"
    MISSING_NOTICES = "missing_notices", "届出のない者の把握（被用者保険の離脱）"
    SUPPORT_BENEFIT_REVIEW = "support_benefit_review", "年金生活者支援給付金の審査"


_OF_AN_APPLICATION: Final = tuple(
    purpose for purpose in FactPurpose if purpose is not FactPurpose.MISSING_NOTICES
)


def _of_an_application(purpose: FactPurpose) -> FactPurpose:
    if purpose is FactPurpose.MISSING_NOTICES:
        raise ValueError("this purpose is no application's")
    return purpose


ApplicationPurpose = Annotated[
    FactPurpose,
    AfterValidator(_of_an_application),
    WithJsonSchema(
        {
            "type": "string",
            "enum": [purpose.value for purpose in _OF_AN_APPLICATION],
            "description": ", ".join(f"{p.value} {p.label}" for p in _OF_AN_APPLICATION),
        }
    ),
]
"""The purposes of an application or claim: the values of an event's field never change."""


class Whose(Code):
    """Who the person is to the one who applies."""

    APPLICANT = "applicant", "本人"
    SPOUSE = "spouse", "配偶者"
    HOUSEHOLDER = "householder", "世帯主"


class FactItem(Code):
    """Items that can be asked for, with their names in 別添2."""

    DEPENDANTS_GENERAL = "dependants_general", "一般扶養数"
    DEPENDANTS_ELDERLY = "dependants_elderly", "老人扶養数"
    DEDUCTIBLE_SPOUSE = "deductible_spouse", "控除対象配偶者"
    DEPENDANTS_SPECIFIED = "dependants_specified", "特定扶養数"
    DEPENDANTS_DISABLED = "dependants_disabled", "障害者扶養数"
    DEPENDANTS_SEVERELY_DISABLED = "dependants_severely_disabled", "特別障害者扶養数"
    DEPENDANTS_UNDER_16 = "dependants_under_16", "年少扶養数"
    SELF_DISABILITY = "self_disability", "本人障害者区分"
    SELF_WORKING_STUDENT = "self_working_student", "本人勤労学生区分"
    SELF_WIDOW_OR_SINGLE_PARENT = "self_widow_or_single_parent", "本人寡婦区分"
    PUBLIC_PENSION_RECEIPTS = "public_pension_receipts", "公的年金収入"
    PUBLIC_PENSION_INCOME = "public_pension_income", "公的年金等雑所得"
    TOTAL_INCOME = "total_income", "合計所得金額"
    NET_LOSS_CARRIED = "net_loss_carried", "純損失"
    CASUALTY_LOSS_DEDUCTION = "casualty_loss_deduction", "雑損控除"
    SOCIAL_INSURANCE_DEDUCTION = "social_insurance_deduction", "社会保険料控除"
    MEDICAL_DEDUCTION = "medical_deduction", "医療費控除"
    SPECIAL_SPOUSE_DEDUCTION = "special_spouse_deduction", "配偶者特別控除"
    PER_CAPITA_LEVY = "per_capita_levy", "均等割額"
    PUBLIC_ASSISTANCE = "public_assistance", "生活保護"
    DISABILITY_CERTIFICATES = "disability_certificates", "障害者手帳"
    HEALTH_INSURANCE = "health_insurance", "国民健康保険の得喪"
    LONG_TERM_CARE = "long_term_care", "介護保険の得喪"


INCOME_ITEMS: Final = frozenset(item for item in FactItem if item.value in Income.model_fields)
"""The items of a levy year; the others are facts over days."""


class FactsRequested(Event):
    """A request for facts about one person. The asker is the event's source, never a field."""

    TYPE: ClassVar[str] = "nenkin.facts.requested.v1"
    TOPIC: ClassVar[Topic] = LINKAGE_REQUESTS

    request_id: UUID
    reference: UUID
    """The application or claim: kept in the record of the hand-over."""
    applicant_id: UUID
    person_id: UUID
    """Whose facts: the applicant's own, or those of the spouse or householder."""
    whose: Whose
    purpose: ApplicationPurpose
    items: Annotated[tuple[FactItem, ...], Field(min_length=1)]
    levy_years: Annotated[tuple[Year, ...], Field(max_length=10)] = ()
    """賦課年度, for items of the income; none where no such item is asked for."""
    span: Span | None = None
    """The days that matter, for the other items: what lies outside them does not leave."""

    @model_validator(mode="after")
    def _asks_what_it_says(self) -> Self:
        if (self.whose is Whose.APPLICANT) != (self.person_id == self.applicant_id):
            raise ValueError("the applicant is asked about as the applicant, and nobody else")
        of_a_year = INCOME_ITEMS.intersection(self.items)
        if bool(of_a_year) != bool(self.levy_years):
            raise ValueError("levy years go with items of the income")
        if (len(of_a_year) < len(set(self.items))) != (self.span is not None):
            raise ValueError("a span of days goes with the items that are not of a levy year")
        return self

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class MissingNoticeFactsRequested(FactsRequested):
    """qualification asks when somebody joined 国民健康保険: who left employees' insurance has a
    notice to give (国民年金法12条1項). Nobody applied for anything: ``reference`` is the
    request itself."""

    TYPE: ClassVar[str] = "nenkin.missing_notice_facts.requested.v1"

    purpose: Literal[FactPurpose.MISSING_NOTICES]


class FactOutcome(Code):
    """What there is of what was asked for."""

    VALUE = "value", "あり"
    NO_RECORD = "no_record", "記録なし"
    """The system in question has told nothing: it is not known, which is not "none"."""
    NOT_DECLARED = "not_declared", "未申告"
    MORE_THAN_ONE = "more_than_one", "複数の記録あり"
    """Two records of one system are this person's, and say different things: staff have to look."""
    UNSETTLED = "unsettled", "突合中"
    """A record may be this person's, or a newer one is held: the four attributes do not agree."""


class _Fact(Data):
    outcome: FactOutcome
    recorded_at: Moment | None = None
    """When identity took in the record that is told."""


class IncomeFact(_Fact):
    """Income of one levy year: the items asked for. One that is None was not told by the tax
    system."""

    levy_year: Year
    income_year: Year | None = None
    corrected: StrictBool = False
    """It follows from a 更正."""
    income: Income | None = None


class PublicAssistanceFact(_Fact):
    """Periods of 生活保護 within the span."""

    periods: tuple[AssistancePeriod, ...] = ()


class DisabilityCertificatesFact(_Fact):
    """障害者手帳 that held within the span."""

    certificates: tuple[DisabilityCertificate, ...] = ()


class HealthInsuranceFact(_Fact):
    """Periods of 国民健康保険 within the span."""

    periods: tuple[HealthInsurancePeriod, ...] = ()


class LongTermCareFact(_Fact):
    """Periods of 介護保険 within the span."""

    periods: tuple[LongTermCarePeriod, ...] = ()


class FactsAnswered(Event):
    """Identity's answer. Each asker has a type and a topic of its own."""

    request_id: UUID
    reference: UUID
    person_id: UUID
    refusal: Literal["requester", "purpose", "item", "whose", "relation"] | None = None
    """Why nothing is told: who asks, what for, which item, about whom, or because the two have
    never been of one household."""
    blocked: StrictBool = False
    """照会抑止: all is told as `FactOutcome.UNSETTLED`; once it is released, ask again."""
    income: tuple[IncomeFact, ...] = ()
    public_assistance: PublicAssistanceFact | None = None
    disability_certificates: DisabilityCertificatesFact | None = None
    health_insurance: HealthInsuranceFact | None = None
    long_term_care: LongTermCareFact | None = None

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class ExemptionsFactsAnswered(FactsAnswered):
    """The answer to exemptions."""

    TYPE: ClassVar[str] = "nenkin.facts.answered_to_exemptions.v1"
    TOPIC: ClassVar[Topic] = LINKAGE_REPLIES_EXEMPTIONS


class AssistanceChanged(Event):
    """The welfare system told something new of a person's public assistance (生活保護). What it is,
    is not said: exemptions asks, where the person's premiums are its business, for the purpose
    法定免除の確認 (C11). Sent only while the purpose table lets exemptions ask."""

    TYPE: ClassVar[str] = "nenkin.assistance.changed.v1"
    TOPIC: ClassVar[Topic] = LINKAGE_REPLIES_EXEMPTIONS

    person_id: UUID

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class IncomeCorrected(Event):
    """The tax system corrected what it had told of a person's income of a levy year (更正).

    What it is now, is not said: exemptions asks again where an application of that year rests on
    it, for the purpose of its review (C11). Sent only while the purpose table lets it ask.
    """

    TYPE: ClassVar[str] = "nenkin.income.corrected.v1"
    TOPIC: ClassVar[Topic] = LINKAGE_REPLIES_EXEMPTIONS

    person_id: UUID
    levy_year: Year
    """賦課年度."""

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class IncomeTold(Event):
    """Income of a levy year has come, of which exemptions was answered that there is no record, or
    none that is certainly the person's (記録なし, 突合中).

    What it is, is not said, as of `IncomeCorrected`. Of nobody else: a whole city's first income
    of a year sends none of these.
    """

    TYPE: ClassVar[str] = "nenkin.income.told.v1"
    TOPIC: ClassVar[Topic] = LINKAGE_REPLIES_EXEMPTIONS

    person_id: UUID
    levy_year: Year
    """賦課年度."""

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class IncomeNotAwaited(Event):
    """Income of a levy year that exemptions asked for in vain is awaited no more (C08, C11): the
    applications whose review it was for were sent or withdrawn. `IncomeTold` is not to come."""

    TYPE: ClassVar[str] = "nenkin.income.not_awaited.v1"
    TOPIC: ClassVar[Topic] = LINKAGE_REQUESTS

    person_id: UUID
    levy_year: Year
    """賦課年度."""

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class ClaimsFactsAnswered(FactsAnswered):
    """The answer to claims."""

    TYPE: ClassVar[str] = "nenkin.facts.answered_to_claims.v1"
    TOPIC: ClassVar[Topic] = LINKAGE_REPLIES_CLAIMS


class QualificationFactsAnswered(FactsAnswered):
    """The answer to qualification."""

    TYPE: ClassVar[str] = "nenkin.facts.answered_to_qualification.v1"
    TOPIC: ClassVar[Topic] = LINKAGE_REPLIES_QUALIFICATION


class FactsTakenBack(Event):
    """What ``system`` told was taken for this person's and is not: facts handed over since may be
    somebody else's. Whose it is instead stays in identity; who keeps such facts asks again."""

    TYPE: ClassVar[str] = "nenkin.facts.taken_back.v1"
    TOPIC: ClassVar[Topic] = PERSONS_FACTS

    person_id: UUID
    """Who answers for the person at that moment."""
    system: Literal[
        "tax_system", "welfare_system", "health_insurance_system", "long_term_care_system"
    ]

    @property
    def record_key(self) -> str:
        return str(self.person_id)
