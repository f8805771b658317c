"""What exemptions knows of a person, and what was notified."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.codes import ResidentKind
from contracts.dates import UncertainDate
from contracts.events import QualificationPeriod, ResidencePeriod
from contracts.events.exemptions import AdditionalPremiumChange
from contracts.months import Month
from services.exemptions.domain.kinds import ExemptionKind


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Insured(StrEnum):
    """How the person says to be insured."""

    CATEGORY_1 = "category_1"
    VOLUNTARY = "voluntary"
    """任意加入 (附則5条): held to be category 1 for this purpose (同条)."""
    SPECIAL_VOLUNTARY = "special_voluntary"
    """特例任意加入: not held to be (平6附則11条, 平16附則23条)."""


class PensionFund(_Fact):
    """Membership of the National Pension Fund (国民年金基金の加入員)."""

    joined_on: date
    left_on: date | None = None
    """The first day without."""


class FarmersPension(_Fact):
    """Insurance of the farmers' pension (農業者年金の被保険者)."""

    acquired_on: date
    lost_on: date | None = None
    """喪失日, as 農業者年金基金法13条 and 14条 have it."""
    by_death: bool = False
    """13条1号: no end is notified (規則78条の6); death itself ends it."""
    insured: Insured = Insured.CATEGORY_1


class PayRequested(_Fact):
    """A request to pay although exempt, or a change of it (法89条2項, 規則75条の2)."""

    on: date
    """申出日."""
    first: Month | None = None
    """None, of a change: no month is to be paid any more."""
    last: Month | None = None
    """None: it goes on."""
    changes: bool = False


class GradeChange(_Fact):
    """The grade of a disability from a day on, as JPS decided it (`DisabilityGrade`)."""

    since: date
    grade: str


class PersonFacts(_Fact):
    """A person as the last events told. None: no such event has come yet."""

    birth_date: UncertainDate | None = None
    resident_kind: ResidentKind | None = None
    residence: tuple[ResidencePeriod, ...] | None = None
    died_on: UncertainDate | None = None
    periods: tuple[QualificationPeriod, ...] | None = None
    """The qualification timeline; None is not the same as one without periods."""
    qualification_review: tuple[str, ...] = ()
    """What somebody has to look at before the timeline can be relied on."""
    pension_fund: tuple[PensionFund, ...] = ()
    """Memberships that were stated; none known says nothing: not everybody tells the city."""
    farmers_pension: tuple[FarmersPension, ...] = ()
    """The same of the farmers' pension."""
    pay_requests: tuple[PayRequested, ...] = ()
    """Requests to pay although exempt, in the order of their days."""
    disability_changes: tuple[GradeChange, ...] = ()
    """How a disability changed after the notice that told of it, in the order of the days."""
    exempt: dict[Month, ExemptionKind] | None = None
    """What months are exempt by, as far as settled notices here tell; None: nobody looked."""


class Notified(_Fact):
    """A settled notice: what it says, and when it was made."""

    notice_id: UUID
    change: AdditionalPremiumChange
    notified_on: date
    """申出日."""
    insured: Insured = Insured.CATEGORY_1
    stop_from: Month | None = None
    """Of a notice to stop: the first month without, where it is not the earliest possible one."""
