"""Events of the bus: pydantic models, one class per type, each on exactly one topic."""

from contracts.events.audit import AuditOperation, AuditOutcome, AuditRecorded
from contracts.events.base import REGISTRY, Event
from contracts.events.claims import UnpaidBenefitClaimReceived
from contracts.events.exemptions import (
    AdditionalPremiumChanged,
    ExemptionApplicationSettled,
    ExemptionNoticeKind,
    ExemptionNotified,
)
from contracts.events.facts import (
    ClaimsFactsAnswered,
    ExemptionsFactsAnswered,
    FactItem,
    FactOutcome,
    FactPurpose,
    FactsAnswered,
    FactsRequested,
    FactsTakenBack,
    MissingNoticeFactsRequested,
    QualificationFactsAnswered,
    Whose,
)
from contracts.events.feeds import FeedChange, FeedRecord, FourAttributes
from contracts.events.household_facts import (
    AnsweredAbout,
    AskedAbout,
    ExemptionsHouseholdFactsAnswered,
    HouseholdFactsRequested,
    RegisteredAs,
    RegisteredHousehold,
    RegisterOutcome,
)
from contracts.events.income import IncomeRecorded
from contracts.events.insurance import HealthInsuranceRecorded, LongTermCareRecorded
from contracts.events.jps import (
    CorrectedValues,
    ItemDecided,
    ItemForwarded,
    ItemOutcome,
    ReportItemForwarded,
    ReportItemKind,
    ReportOwner,
    item_forwarded,
)
from contracts.events.linkage import (
    LinkageAnswer,
    LinkageAnswered,
    LinkageItem,
    LinkageOutcome,
    LinkagePurpose,
    LinkageRequested,
)
from contracts.events.measures import SupportMeasureRecorded
from contracts.events.merges import PersonMerged, PersonSeparated
from contracts.events.pension_columns import (
    PensionColumns,
    PensionColumnsChanged,
    ResidentPensionChanged,
)
from contracts.events.persons import PersonChanged, ResidencePeriod
from contracts.events.qualification import (
    InsuredCategory,
    QualificationChanged,
    QualificationPeriod,
    QualificationReportable,
    QualificationReportStands,
    TransitionKind,
    TransitionOrigin,
    VoluntaryInsurance,
    VoluntaryPeriod,
)
from contracts.events.residents import ResidentChange, ResidentTokenised
from contracts.events.sight import PersonSightChanged
from contracts.events.told import (
    ArrearsEvent,
    ArrearsTold,
    NumberStanding,
    NumberTold,
    OldAgeRight,
    PersonTold,
    RightTold,
    StayTold,
)
from contracts.events.welfare import DisabilityCertificatesRecorded, PublicAssistanceRecorded

__all__ = [
    "REGISTRY",
    "AdditionalPremiumChanged",
    "AnsweredAbout",
    "ArrearsEvent",
    "ArrearsTold",
    "AskedAbout",
    "AuditOperation",
    "AuditOutcome",
    "AuditRecorded",
    "ClaimsFactsAnswered",
    "CorrectedValues",
    "DisabilityCertificatesRecorded",
    "Event",
    "ExemptionApplicationSettled",
    "ExemptionNoticeKind",
    "ExemptionNotified",
    "ExemptionsFactsAnswered",
    "ExemptionsHouseholdFactsAnswered",
    "FactItem",
    "FactOutcome",
    "FactPurpose",
    "FactsAnswered",
    "FactsRequested",
    "FactsTakenBack",
    "FeedChange",
    "FeedRecord",
    "FourAttributes",
    "HealthInsuranceRecorded",
    "HouseholdFactsRequested",
    "IncomeRecorded",
    "InsuredCategory",
    "ItemDecided",
    "ItemForwarded",
    "ItemOutcome",
    "LinkageAnswer",
    "LinkageAnswered",
    "LinkageItem",
    "LinkageOutcome",
    "LinkagePurpose",
    "LinkageRequested",
    "LongTermCareRecorded",
    "MissingNoticeFactsRequested",
    "NumberStanding",
    "NumberTold",
    "OldAgeRight",
    "PensionColumns",
    "PensionColumnsChanged",
    "PersonChanged",
    "PersonMerged",
    "PersonSeparated",
    "PersonSightChanged",
    "PersonTold",
    "PublicAssistanceRecorded",
    "QualificationChanged",
    "QualificationFactsAnswered",
    "QualificationPeriod",
    "QualificationReportStands",
    "QualificationReportable",
    "RegisterOutcome",
    "RegisteredAs",
    "RegisteredHousehold",
    "ReportItemForwarded",
    "ReportItemKind",
    "ReportOwner",
    "ResidencePeriod",
    "ResidentChange",
    "ResidentPensionChanged",
    "ResidentTokenised",
    "RightTold",
    "StayTold",
    "SupportMeasureRecorded",
    "TransitionKind",
    "TransitionOrigin",
    "UnpaidBenefitClaimReceived",
    "VoluntaryInsurance",
    "VoluntaryPeriod",
    "Whose",
    "item_forwarded",
]
