"""What JPS decided on an entry (処理結果): theirs, beside the city's review (C40).

Of several decisions on one report that of the latest day counts, whichever was told first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from contracts.codes import Code
from contracts.events import GrantedMonths, ItemDecided, ItemOutcome
from contracts.months import Month
from services.exemptions.domain.application.review import Result as Reviewed
from services.exemptions.domain.application.standing import Granted
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.reasons import Reason, Rule, because

_CONTINUED: Final = (ExemptionKind.FULL, ExemptionKind.DEFERMENT)
NOT_CONTINUED: Final = "none"
DECIDED: Final = Rule(
    "granted-by-jps",
    "国民年金法90条・90条の2・90条の3、平成26年法律第64号附則14条",
    "{applied_on}の申請により、日本年金機構が{on}に{kind}を承認した。",
)


REFUSED: Final = Rule(
    "refused-by-jps",
    "国民年金法90条・90条の2・90条の3、平成26年法律第64号附則14条",
    "{applied_on}の申請について、日本年金機構が{on}にこの月を承認しない（却下）とした。",
)


class DecisionResult(Code):
    """What a decision comes to."""

    ACCEPTED = "accepted", "機構受理"
    """Of a notice."""
    CORRECTED = "corrected", "機構訂正"
    RETURNED = "returned", "返戻"
    GRANTED = "granted", "承認"
    PARTLY = "partly", "一部承認"
    """Not every month that could be granted is."""
    OTHER_KIND = "other_kind", "他の段階での承認"
    """Another kind than was applied for first (規則77条1項: several can be named)."""
    REFUSED = "refused", "却下"
    NOT_TOLD = "not_told", "処理済（承認・却下の別は未通知）"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on one report, and when it was recorded here (aware)."""

    decision_id: UUID
    entry_id: UUID
    item_id: UUID
    outcome: ItemOutcome
    decided_on: date
    return_code: str | None
    return_reason: str | None
    granted: tuple[GrantedMonths, ...] | None
    """Of an application. Empty: refused; None: not told, or a notice."""
    recorded_at: datetime

    @classmethod
    def of(cls, event: ItemDecided, entry_id: UUID, recorded_at: datetime) -> "Decision":
        """The decision that an event tells of an entry."""
        return cls(
            decision_id=event.decision_id,
            entry_id=entry_id,
            item_id=event.item_id,
            outcome=event.outcome,
            decided_on=event.decided_on,
            return_code=event.return_code,
            return_reason=event.return_reason,
            granted=event.exemption.granted if event.exemption else None,
            recorded_at=recorded_at,
        )

    @property
    def tells_months(self) -> bool:
        """Whether it says which months are granted; none at all: it was refused."""
        return self.granted is not None and self.outcome is not ItemOutcome.RETURNED

    @property
    def months(self) -> dict[Month, ExemptionKind]:
        """What is granted, month by month."""
        return {
            span.from_month + n: ExemptionKind(span.kind.value)
            for span in self.granted or ()
            for n in range(span.to_month - span.from_month + 1)
        }


@dataclass(frozen=True, slots=True)
class ReviewOfMonth:
    """The city's review of a month, as it was settled."""

    result: Reviewed
    kind: ExemptionKind | None


Review = Mapping[Month, ReviewOfMonth]


@dataclass(frozen=True, slots=True)
class Difference:
    """A month that JPS decided otherwise than the city reviewed it."""

    month: Month
    city: ExemptionKind | None
    """None: the city found nothing (非該当), or the month to be outside (対象外)."""
    jps: ExemptionKind | None
    """None: refused."""


def counting(decisions: Iterable[Decision]) -> Decision | None:
    """The decision that counts: of the latest day."""
    return max(decisions, key=lambda d: (d.decided_on, d.recorded_at, d.decision_id), default=None)


def result(
    decision: Decision, wanted: Sequence[ExemptionKind], review: Review | None
) -> DecisionResult:
    """What a decision comes to. ``wanted`` is what was applied for, the best first; ``review`` is
    None of what is no application."""
    if decision.outcome is ItemOutcome.RETURNED:
        return DecisionResult.RETURNED
    if review is None:
        return DecisionResult(decision.outcome.value)
    if decision.granted is None:
        return DecisionResult.NOT_TOLD
    granted = decision.months
    if not granted:
        return DecisionResult.REFUSED
    if any(kind not in wanted[:1] for kind in granted.values()):
        return DecisionResult.OTHER_KIND
    could_be = {m for m, found in review.items() if found.result is not Reviewed.EXCLUDED}
    return DecisionResult.PARTLY if could_be - granted.keys() else DecisionResult.GRANTED


def differences(decision: Decision, review: Review) -> tuple[Difference, ...]:
    """The months in which the decision is another than the review. Where the review asked for
    something (要確認), it said nothing that a decision could differ from."""
    if not decision.tells_months:
        return ()
    granted = decision.months
    found = []
    for month in sorted(review.keys() | granted.keys()):
        ours = review.get(month)
        if ours is not None and ours.result is Reviewed.ASKS:
            continue
        city = ours.kind if ours is not None and ours.result is Reviewed.PASSES else None
        if city is not granted.get(month):
            found.append(Difference(month, city, granted.get(month)))
    return tuple(found)


def needs_work(decision: Decision, review: Review | None) -> bool:
    """Whether somebody has to look at it: it was returned, or is other than the review."""
    if decision.outcome is ItemOutcome.RETURNED:
        return True
    return review is not None and bool(differences(decision, review))


def granted_by(decision: Decision, applied_on: date) -> tuple[Granted, ...]:
    """What a decision on an application of a day gives, kind by kind; nothing where it was
    returned, refused, or not told."""
    if decision.outcome is ItemOutcome.RETURNED:
        return ()
    of_kind: dict[ExemptionKind, set[Month]] = {}
    for month, kind in decision.months.items():
        of_kind.setdefault(kind, set()).add(month)
    return tuple(
        Granted(
            kind,
            applied_on,
            frozenset(months),
            (because(DECIDED, on=decision.decided_on, applied_on=applied_on, kind=kind.label),),
        )
        for kind, months in of_kind.items()
    )


def refused_by(decision: Decision, applied_on: date, review: Review) -> dict[Month, Reason]:
    """The months of an application of a day that JPS did not grant: of those that the city reviewed
    as open to it. None where it was returned, or nothing is told of months."""
    if not decision.tells_months:
        return {}
    granted = decision.months
    reason = because(REFUSED, on=decision.decided_on, applied_on=applied_on)
    return {
        month: reason
        for month, found in review.items()
        if month not in granted and found.result is not Reviewed.EXCLUDED
    }


def continued_by(decision: Decision | None, last: Month) -> str | None:
    """By what the next cycle is continued, as JPS decided (規則77条3項・77条の5第3項: whoever was
    granted full exemption or deferment). ``last``: of the cycle. None: JPS told nothing of it."""
    if decision is None or decision.granted is None:
        return None
    kind = decision.months.get(last)
    return kind.value if kind in _CONTINUED else NOT_CONTINUED
