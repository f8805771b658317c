"""What staff see of exempt months and their reasons."""

from pydantic import BaseModel

from contracts.months import Month
from services.exemptions.domain.combination import Combined
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.reasons import Reason


class Why(BaseModel):
    """A reason, as staff read it."""

    code: str
    sentence: str
    article: str
    needs_check: bool

    @classmethod
    def of(cls, reason: Reason) -> "Why":
        """The view of a reason."""
        return cls(
            code=reason.code,
            sentence=reason.sentence,
            article=reason.article,
            needs_check=reason.certainty.needs_check,
        )


class Span(BaseModel):
    """免除該当情報・免除終了情報: months that one kind exempts without a break, and why."""

    kind: ExemptionKind
    label: str
    from_month: Month
    to_month: Month
    """The last that is looked ahead to, where it goes on."""
    goes_on: bool
    """No end is known: it goes on behind ``to_month`` (以後継続)."""
    reasons: tuple[Why, ...]

    @classmethod
    def of(cls, found: Combined, through: Month) -> "tuple[Span, ...]":
        """The runs of months of one kind up to ``through``, with the reasons of each."""
        spans: list[Span] = []
        for month, outcome in found.months.items():
            if outcome.kind is None:
                continue
            reasons = tuple(map(Why.of, outcome.reasons))
            last = spans[-1] if spans else None
            same = last is not None and (last.kind, last.reasons) == (outcome.kind, reasons)
            if last is not None and same and last.to_month + 1 == month:
                spans[-1] = last.model_copy(update={"to_month": month, "goes_on": month == through})
            else:
                label = outcome.kind.label
                span = cls(
                    kind=outcome.kind,
                    label=label,
                    from_month=month,
                    to_month=month,
                    goes_on=month == through,
                    reasons=reasons,
                )
                spans.append(span)
        return tuple(spans)
