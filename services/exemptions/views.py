"""What staff see, and what they send."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.events.exemptions import AdditionalPremiumChange
from contracts.forms import (
    AttachmentRecord,
    EntryChoices,
    EntryState,
    Finding,
    Form,
    Submission,
    receipt_text,
)
from contracts.months import Month
from services.exemptions.application_views import ApplicationSummary
from services.exemptions.domain.additional_premium import Period, Reason
from services.exemptions.exemption_views import ExemptionNoticeSummary, Span
from services.exemptions.stores.notices import Notice


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NewNotice(_Sent):
    """A notice to be accepted."""

    person_id: UUID
    kind: Annotated[str, Field(max_length=60)]
    submission: Submission


class Settling(_Sent):
    """What whoever settles a notice says."""

    documents: Annotated[tuple[AttachmentRecord, ...], Field(max_length=50)] = ()
    """Documents that came in since, or that are waived after all."""
    acknowledged: Annotated[
        tuple[Annotated[str, Field(max_length=60)], ...], Field(max_length=50)
    ] = ()
    """Codes of the findings that they looked at."""


class Withdrawal(_Sent):
    """Why a notice is withdrawn."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class FormList(EntryChoices):
    """The forms that are accepted today, and the codes that go with each."""

    forms: tuple[Form, ...]


class ReasonView(BaseModel):
    """Why a period begins or ends."""

    cause: str
    label: str
    article: str
    on: date
    notice_id: UUID | None

    @classmethod
    def of(cls, reason: Reason) -> "ReasonView":
        """The view of a reason."""
        return cls(label=reason.cause.label, **reason.model_dump())


class PeriodView(BaseModel):
    """付加加入情報・付加脱退情報: months with the additional premium, and why."""

    from_month: Month
    to_month: Month | None
    """Last month; None while it goes on, or where there is no month at all."""
    no_month: bool
    began: ReasonView
    ended: ReasonView | None

    @classmethod
    def of(cls, period: Period) -> "PeriodView":
        """The view of a period."""
        empty = period.until == period.from_month
        return cls(
            from_month=period.from_month,
            to_month=None if period.until is None or empty else period.until - 1,
            no_month=empty,
            began=ReasonView.of(period.began),
            ended=ReasonView.of(period.ended) if period.ended else None,
        )


class NoticeSummary(BaseModel):
    """A notice in a list."""

    notice_id: UUID
    receipt: str
    """受付番号: fiscal year and number."""
    kind: str
    change: AdditionalPremiumChange
    person_id: UUID
    state: EntryState
    state_label: str
    received_on: date
    notified_on: date
    from_month: Month | None
    accepted_by: str
    accepted_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    forwarded_on: date | None

    @classmethod
    def of(cls, notice: Notice) -> "NoticeSummary":
        """The view of a notice."""
        names = NoticeSummary.model_fields.keys() - {"receipt", "state_label"}
        return cls(
            receipt=receipt_text(notice.fiscal_year, notice.receipt_number, apart=notice.apart),
            state_label=notice.state.label,
            **{name: getattr(notice, name) for name in names},
        )


class NoticeView(BaseModel):
    """A notice with what was handed in and what the examination finds now."""

    notice: NoticeSummary
    submission: Submission
    withdrawn_reason: str | None
    acknowledged: tuple[str, ...]
    findings: tuple[Finding, ...]
    missing_documents: tuple[str, ...]


class NoticePage(BaseModel):
    """Notices in a state, in the order of their receipt."""

    notices: tuple[NoticeSummary, ...]
    total: int
    following: int | None
    """What to give as ``after`` to go on; None: this was the end."""


class PersonView(BaseModel):
    """What exemptions shows of a person."""

    person_id: UUID
    additional_premium: tuple[PeriodView, ...]
    notices: tuple[NoticeSummary, ...]
    applications: tuple[ApplicationSummary, ...]
    """申請免除・納付猶予・学生納付特例の申請."""
    exemption_notices: tuple[ExemptionNoticeSummary, ...]
    """法定免除・産前産後免除・育児免除の届出."""
    exempt: tuple[Span, ...]
    """Months of category 1 that settled notices exempt, up to two years ahead."""
    not_held: tuple[str, ...] = (
        "当システムで受け付けていない法定免除・産前産後免除・育児免除",
        "申請免除・納付猶予・学生納付特例の承認・却下（日本年金機構の決定）",
    )
    """What is not in this system yet: its absence here says nothing about the person."""
