"""Events of the bus: pydantic models, one class per type, each on exactly one topic."""

from contracts.events.audit import AuditOperation, AuditOutcome, AuditRecorded
from contracts.events.base import REGISTRY, Event
from contracts.events.claims import UnpaidBenefitClaimReceived
from contracts.events.exemptions import AdditionalPremiumChanged
from contracts.events.jps import ItemForwarded, ReportItemKind
from contracts.events.linkage import (
    LinkageAnswer,
    LinkageAnswered,
    LinkageItem,
    LinkageOutcome,
    LinkagePurpose,
    LinkageRequested,
)
from contracts.events.persons import PersonChanged, ResidencePeriod
from contracts.events.qualification import (
    InsuredCategory,
    QualificationChanged,
    QualificationPeriod,
    QualificationReportable,
    TransitionKind,
    TransitionOrigin,
    VoluntaryInsurance,
    VoluntaryPeriod,
)
from contracts.events.residents import ResidentChange, ResidentTokenised

__all__ = [
    "REGISTRY",
    "AdditionalPremiumChanged",
    "AuditOperation",
    "AuditOutcome",
    "AuditRecorded",
    "Event",
    "InsuredCategory",
    "ItemForwarded",
    "LinkageAnswer",
    "LinkageAnswered",
    "LinkageItem",
    "LinkageOutcome",
    "LinkagePurpose",
    "LinkageRequested",
    "PersonChanged",
    "QualificationChanged",
    "QualificationPeriod",
    "QualificationReportable",
    "ReportItemKind",
    "ResidencePeriod",
    "ResidentChange",
    "ResidentTokenised",
    "TransitionKind",
    "TransitionOrigin",
    "UnpaidBenefitClaimReceived",
    "VoluntaryInsurance",
    "VoluntaryPeriod",
]
