"""What staff see of a person, and of the additional premium."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from contracts.events.exemptions import AdditionalPremiumChange
from contracts.months import Month
from services.exemptions.application_views import ApplicationSummary
from services.exemptions.consequence_api import ConsequenceView
from services.exemptions.domain.additional_premium import Period, Reason
from services.exemptions.domain.application.standing import Standing
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.entry_views import NoticeSummary
from services.exemptions.exemption_views import AskedSpan, Span, Why


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


class PremiumNoticeSummary(NoticeSummary):
    """A notice on the additional premium in a list."""

    change: AdditionalPremiumChange


class GrantedSpan(BaseModel):
    """Months of one kind that JPS granted and that stand, with the reasons."""

    kind: ExemptionKind
    label: str
    from_month: Month
    to_month: Month
    reasons: tuple[Why, ...]

    @classmethod
    def of(cls, stands: Standing) -> "tuple[GrantedSpan, ...]":
        """The runs of months of one kind and one set of reasons."""
        spans: list[GrantedSpan] = []
        for month, one in sorted(stands.months.items()):
            reasons = tuple(map(Why.of, one.reasons))
            last = spans[-1] if spans else None
            if (
                last is not None
                and (last.kind, last.reasons) == (one.kind, reasons)
                and last.to_month + 1 == month
            ):
                spans[-1] = last.model_copy(update={"to_month": month})
            else:
                spans.append(
                    cls(
                        kind=one.kind,
                        label=one.kind.label,
                        from_month=month,
                        to_month=month,
                        reasons=reasons,
                    )
                )
        return tuple(spans)


class PersonView(BaseModel):
    """What exemptions shows of a person."""

    person_id: UUID
    additional_premium: tuple[PeriodView, ...]
    notices: tuple[PremiumNoticeSummary, ...]
    applications: tuple[ApplicationSummary, ...]
    """申請免除・納付猶予・学生納付特例の申請."""
    exemption_notices: tuple[NoticeSummary, ...]
    """法定免除・産前産後免除・育児免除の届出."""
    statements: tuple[NoticeSummary, ...]
    """納付の申出, 農業者年金, 国民年金基金, 障害の程度の変更."""
    exempt: tuple[Span, ...]
    """Months of category 1 that settled notices exempt, up to two years ahead."""
    consequences: tuple[ConsequenceView, ...]
    """Months of settled entries that became something else when the qualification changed."""
    paid_by_request: tuple[AskedSpan, ...]
    """Months that would be exempt by law and are paid at the person's request."""
    granted: tuple[GrantedSpan, ...]
    """What stands of that which JPS granted on applications, month by month: theirs (C40)."""
    granted_to_look_at: tuple[Why, ...]
    not_held: tuple[str, ...] = (
        "当システムで受け付けていない法定免除・産前産後免除・育児免除",
        "当システムから送付していない申請に対する、日本年金機構の承認・却下",
    )
    """What is not in this system yet: its absence here says nothing about the person."""
