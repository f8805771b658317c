"""Months that JPS decided, in a reckoning of what could be applied for: theirs, not offered again.

A month that was granted is offered again only where an application of that day would bring a better
kind in its place (`standing.betters`); otherwise it stays as it was granted. A month that was
refused can be applied for again; that it was is said beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date
from typing import Final

from contracts.law import Certainty
from contracts.months import Month
from contracts.values import value
from services.exemptions.domain.application.review import MonthOutcome, Result
from services.exemptions.domain.application.standing import betters, first_cancelled
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.domain.reasons import Reason, Rule, Says, because

GRANTED: Final = Rule(
    "granted-already",
    "国民年金法90条1項・90条の2・90条の3、平成26年法律第64号附則14条1項",
    "日本年金機構が{kind}を承認している月です。この申請で、それより有利な区分にはなりません。",
    says=Says.NOT_MET,
)
GRANTED_BEFORE: Final = Rule(
    "granted-before-the-request",
    "国民年金法90条3項・90条の2第4項",
    "日本年金機構が{kind}を承認している月です。{applied_on}の申請では、{first}より前の月は変えられません。",
    says=Says.NOT_MET,
)
GRANTED_AS_STUDENT: Final = Rule(
    "granted-as-student",
    "国民年金法90条の3第1項、同法施行規則77条の9",
    "日本年金機構が学生納付特例を承認している月です。学生でなくなった場合に限り、他の区分を申請できます。",
    says=Says.NOT_MET,
)
REFUSED: Final = Rule(
    "refused-before",
    "国民年金法90条1項・90条の2・90条の3",
    "{months}は日本年金機構が却下しています。事情が変わっていなければ、同じ申請はまた却下されます。",
    Certainty.UNVERIFIED,
    says=Says.NOTE,
)


@value
class Decided:
    """What JPS decided of the months of a person, as far as it stands."""

    granted: Mapping[Month, Kind] = field(default_factory=dict)
    refused: frozenset[Month] = frozenset()

    def beside(
        self, outcomes: Iterable[MonthOutcome], applied_on: date
    ) -> tuple[MonthOutcome, ...]:
        """What can still be applied for of a review that did not know of it."""
        return tuple(self._beside(one, applied_on) for one in outcomes)

    def notes(self, months: Iterable[Month]) -> Iterable[Reason]:
        """What has to be said of these months beside the reckoning."""
        refused = sorted(self.refused.intersection(months))
        if refused:
            first, last = refused[0], refused[-1]
            yield because(REFUSED, months=str(first) if first == last else f"{first}〜{last}")

    def _beside(self, one: MonthOutcome, applied_on: date) -> MonthOutcome:
        held = self.granted.get(one.month)
        if held is None or one.result is Result.EXCLUDED:
            return one
        if one.kind is not None and betters(one.month, held, one.kind, applied_on):
            return one
        why = self._why(one, held, applied_on)
        return MonthOutcome(one.month, Result.EXCLUDED, None, (), (why,))

    @staticmethod
    def _why(one: MonthOutcome, held: Kind, applied_on: date) -> Reason:
        if held is Kind.STUDENT:
            return because(GRANTED_AS_STUDENT)
        first = first_cancelled(applied_on)
        if (
            one.kind is not None
            and one.month < first
            and betters(first, held, one.kind, applied_on)
        ):
            return because(GRANTED_BEFORE, kind=held.label, applied_on=applied_on, first=first)
        return because(GRANTED, kind=held.label)


UNDECIDED: Final = Decided()
"""Of nobody, or of somebody of whom JPS decided nothing."""
