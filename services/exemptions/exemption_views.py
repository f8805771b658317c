"""What staff see of exempt months and their reasons."""

from pydantic import BaseModel

from contracts.months import Month
from services.exemptions.domain.combination import Combined
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.paid_all_the_same import ASKED
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


class AskedSpan(BaseModel):
    """Months without statutory exemption because the person asked to pay (法89条2項)."""

    from_month: Month
    to_month: Month
    """The last that is looked ahead to, where it goes on."""
    reasons: tuple[Why, ...]

    @classmethod
    def of(cls, found: Combined) -> "tuple[AskedSpan, ...]":
        """The runs of such months that one request gives."""
        spans: list[AskedSpan] = []
        asked_on = None
        for month, outcome in found.months.items():
            reason = outcome.aside.get(ExemptionKind.STATUTORY)
            if outcome.kind is not None or reason is None or reason.code != ASKED.code:
                continue
            day = reason.figure("day")
            if spans and spans[-1].to_month + 1 == month and day == asked_on:
                spans[-1] = spans[-1].model_copy(update={"to_month": month})
            else:
                spans.append(cls(from_month=month, to_month=month, reasons=(Why.of(reason),)))
            asked_on = day
        return tuple(spans)
