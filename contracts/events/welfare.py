"""生活保護 by kind of 扶助, and 障害者手帳: what the welfare system knows of a person."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.codes import Code
from contracts.days import Day
from contracts.events.base import Data
from contracts.events.feeds import FeedRecord, Note, Span
from contracts.topics import INBOUND_WELFARE, Topic


class AssistanceKind(Code):
    """扶助の種類 (生活保護法11条1項). 法定免除 follows from 生活扶助 alone (法89条1項2号)."""

    LIVELIHOOD = "livelihood", "生活扶助"
    EDUCATION = "education", "教育扶助"
    HOUSING = "housing", "住宅扶助"
    MEDICAL = "medical", "医療扶助"
    LONG_TERM_CARE = "long_term_care", "介護扶助"
    MATERNITY = "maternity", "出産扶助"
    OCCUPATIONAL = "occupational", "生業扶助"
    FUNERAL = "funeral", "葬祭扶助"


class AssistancePeriod(Span):
    """One kind of 扶助, from its first day to its last. ``last`` None: it goes on."""

    kind: AssistanceKind


class CertificateKind(Code):
    """障害者手帳の種類."""

    PHYSICAL = "physical", "身体障害者手帳"
    INTELLECTUAL = "intellectual", "療育手帳"
    MENTAL = "mental", "精神障害者保健福祉手帳"


class DisabilityCertificate(Data):
    """A 手帳 as it stands. The grade is the issuer's own wording: 療育手帳 has no national one."""

    kind: CertificateKind
    grade: Note
    issued_on: Day
    valid_to: Day | None = None
    """有効期限, where there is one (精神障害者保健福祉手帳)."""
    returned_on: Day | None = None
    """返還: from that day it holds no more."""

    @property
    def span(self) -> Span:
        """The days on which it holds."""
        ends = [day for day in (self.valid_to, self.returned_on) if day is not None]
        last = min(ends) if ends else None
        return Span(first=min(self.issued_on, last or self.issued_on), last=last)


class PublicAssistanceRecorded(FeedRecord):
    """Every period of 生活保護 that the welfare system knows of a person."""

    TYPE: ClassVar[str] = "nenkin.public_assistance.recorded.v1"
    TOPIC: ClassVar[Topic] = INBOUND_WELFARE

    source: Literal["welfare_system"] = "welfare_system"
    periods: Annotated[tuple[AssistancePeriod, ...], Field(max_length=1000)]
    """Empty: there never was any, or what was told was taken back."""

    @property
    def subject(self) -> str:
        return "public_assistance"


class DisabilityCertificatesRecorded(FeedRecord):
    """Every 障害者手帳 that the welfare system knows of a person."""

    TYPE: ClassVar[str] = "nenkin.disability_certificates.recorded.v1"
    TOPIC: ClassVar[Topic] = INBOUND_WELFARE

    source: Literal["welfare_system"] = "welfare_system"
    certificates: Annotated[tuple[DisabilityCertificate, ...], Field(max_length=1000)]

    @property
    def subject(self) -> str:
        return "disability_certificates"
