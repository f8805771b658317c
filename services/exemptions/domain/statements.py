"""What is stated beside exemption itself, and bears on its months or on the additional premium.

* 納付の申出 and its change (法89条2項, 規則75条の2), received by the city (令1条の2).
* The farmers' pension (規則78条の5・6): the additional premium by law.
* The National Pension Fund (法87条の2第4項), and how a disability changed: decided elsewhere and
  noted here, so that nothing of them is reported.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from contracts.codes import Code
from contracts.dates import UncertainDate
from contracts.forms import Value
from contracts.months import Month
from services.exemptions.domain.disability import DisabilityGrade
from services.exemptions.domain.facts import (
    FarmersPension,
    GradeChange,
    Insured,
    PayRequested,
    PensionFund,
    PersonFacts,
)


class StatementKind(Code):
    """What can be stated; the code is that of the form."""

    PAY_REQUEST = "pay_request", "納付申出（法定免除期間）"
    PAY_REQUEST_CHANGE = "pay_request_change", "納付申出期間の変更の申出"
    FARMERS_PENSION_START = "farmers_pension_start", "付加保険料該当届（農業者年金）"
    FARMERS_PENSION_END = "farmers_pension_end", "付加保険料非該当届（農業者年金）"
    PENSION_FUND_JOINED = "pension_fund_joined", "国民年金基金の加入の記録"
    PENSION_FUND_LEFT = "pension_fund_left", "国民年金基金の脱退の記録"
    DISABILITY_CHANGE = "disability_change", "障害の程度の変更の記録"

    @property
    def subject(self) -> str:
        """What it is about: one of a subject waits at a time, as the next relies on it."""
        return _SUBJECTS[self]

    @property
    def is_reported(self) -> bool:
        """Whether it goes to JPS: what others decided and report themselves does not."""
        return self.subject in ("pay_request", "farmers_pension")


_SUBJECTS: Final = {
    StatementKind.PAY_REQUEST: "pay_request",
    StatementKind.PAY_REQUEST_CHANGE: "pay_request",
    StatementKind.FARMERS_PENSION_START: "farmers_pension",
    StatementKind.FARMERS_PENSION_END: "farmers_pension",
    StatementKind.PENSION_FUND_JOINED: "pension_fund",
    StatementKind.PENSION_FUND_LEFT: "pension_fund",
    StatementKind.DISABILITY_CHANGE: "disability_change",
}
Kind = StatementKind


@dataclass(frozen=True, slots=True)
class Statement:
    """A form as it says, filled in without fault."""

    entry_id: UUID
    kind: StatementKind
    notified_on: date
    values: Mapping[str, Value]

    @property
    def occurred_on(self) -> date:
        """The day of the fact; of a request that of the request."""
        match self.kind:
            case Kind.PAY_REQUEST | Kind.PAY_REQUEST_CHANGE:
                return self.notified_on
            case Kind.DISABILITY_CHANGE:
                return self.day("changed_on")
            case _:
                return self.day("occurred_on")

    def day(self, name: str) -> date:
        """A date of the form that is known to the day."""
        value = self.values[name]
        assert isinstance(value, UncertainDate)  # the form says so
        return value.require()

    def month(self, name: str) -> Month | None:
        """A month of the form."""
        value = self.values.get(name)
        return value if isinstance(value, Month) else None

    def requested(self) -> PayRequested:
        """Of 納付の申出: the months that are to be paid, of a change all that are after it."""
        first = self.month("from_month")
        return PayRequested(
            on=self.notified_on,
            first=first,
            last=self.month("to_month") if first else None,
            changes=self.kind is Kind.PAY_REQUEST_CHANGE,
        )

    def grade(self) -> GradeChange:
        """Of 障害の程度の変更: the grade from a day on."""
        return GradeChange(since=self.day("changed_on"), grade=str(self.values["grade"]))

    @property
    def severity(self) -> DisabilityGrade:
        """The grade that it tells of."""
        return DisabilityGrade(str(self.values["grade"]))


def statement(entry_id: UUID, kind: StatementKind, values: Mapping[str, Value]) -> Statement:
    """What a form that is filled in without fault says."""
    notified_on = values["notified_on"]
    assert isinstance(notified_on, UncertainDate)  # the form says so
    return Statement(entry_id, kind, notified_on.require(), values)


def stated(facts: PersonFacts, told: Iterable[Statement]) -> PersonFacts:
    """What is known of a person, with what settled statements tell, by the days of the facts."""
    ordered = sorted(told, key=lambda one: (one.occurred_on, one.notified_on))
    of = {
        subject: [one for one in ordered if one.kind.subject == subject]
        for subject in _SUBJECTS.values()
    }
    return facts.model_copy(
        update={
            "pay_requests": tuple(one.requested() for one in of["pay_request"]),
            "farmers_pension": _farmers(of["farmers_pension"]),
            "pension_fund": _funds(of["pension_fund"]),
            "disability_changes": tuple(one.grade() for one in of["disability_change"]),
        }
    )


def _farmers(told: Sequence[Statement]) -> tuple[FarmersPension, ...]:
    found: list[FarmersPension] = []
    for one in told:
        last = found[-1] if found else None
        goes_on = last is not None and last.lost_on is None
        if one.kind is Kind.FARMERS_PENSION_START and not goes_on:
            insured = Insured(str(one.values.get("insured_as", Insured.CATEGORY_1)))
            found.append(FarmersPension(acquired_on=one.occurred_on, insured=insured))
        elif one.kind is Kind.FARMERS_PENSION_END and last is not None and goes_on:
            found[-1] = last.model_copy(update={"lost_on": one.occurred_on})
    return tuple(found)


def _funds(told: Sequence[Statement]) -> tuple[PensionFund, ...]:
    found: list[PensionFund] = []
    for one in told:
        last = found[-1] if found else None
        goes_on = last is not None and last.left_on is None
        if one.kind is Kind.PENSION_FUND_JOINED and not goes_on:
            found.append(PensionFund(joined_on=one.occurred_on))
        elif one.kind is Kind.PENSION_FUND_LEFT and last is not None and goes_on:
            found[-1] = last.model_copy(update={"left_on": one.occurred_on})
    return tuple(found)
