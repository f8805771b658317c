"""Continuing applications (継続申請): who may ask for one, and what each July makes of it.

規則77条3項: whoever passes for full exemption by income or by disability and the like, in a period
that the day of the application lies in, may ask for the next cycles to be reviewed without a form.
77条の5第3項: the same for deferment, and then full exemption is looked at too. Part exemption, job
loss, disaster and assistance are applied for every year. It ends where income cannot be confirmed
(ただし書) and where a cycle fails: a new form is needed then.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from contracts.events import Whose
from contracts.law import Certainty
from contracts.months import Month
from contracts.values import value
from services.exemptions.domain.application.cycles import Months
from services.exemptions.domain.application.facts import Application, Case
from services.exemptions.domain.application.kinds import Ground
from services.exemptions.domain.application.parameters import Parameters
from services.exemptions.domain.application.review import MonthOutcome, Result, review
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.domain.reasons import Answer, Found, Reason, Rule, Says, because

_FULL: Final = "国民年金法施行規則77条3項"
_DEFERMENT: Final = "国民年金法施行規則77条の5第3項"

MAY_CONTINUE: Final = Rule(
    "may-continue",
    "",
    "{kind}に{ground}の事由で該当する見込みのため、翌年度以降の継続審査を申し出られます。",
    says=Says.MET,
)
NOT_THE_PERIOD: Final = Rule(
    "continue-not-the-period",
    "",
    "申請日（{applied_on}）を含まない期間の申請のため、継続審査の申出はできません。",
    says=Says.NOT_MET,
)
NOT_THE_KIND: Final = Rule(
    "continue-not-the-kind",
    "",
    "継続審査は全額免除・納付猶予に限ります。一部免除等は年度ごとに申請してください。",
    says=Says.NOT_MET,
)
NOT_THE_GROUND: Final = Rule(
    "continue-not-the-ground",
    "",
    "{ground}による該当のため、年度ごとに申請してください。",
    says=Says.NOT_MET,
)
NOT_TOLD_YET: Final = Rule(
    "continue-not-told-yet",
    "",
    "申請日を含む月の審査が済むまで、継続審査の可否は判定できません。",
    says=Says.ASKS,
)
INCOME_NOT_CONFIRMED: Final = Rule(
    "continue-income-not-confirmed",
    "",
    "継続審査に必要な所得等を確認できません。申告等の後、確認できなければ改めて申請書の提出を求めてください。",
    says=Says.ASKS,
)
ENDS: Final = Rule(
    "continue-ends",
    "",
    "継続審査では該当しないため、希望があれば改めて申請書の提出を求めてください。",
    says=Says.NOTE,
)
OTHER_GROUND: Final = Rule(
    "continue-other-ground",
    "",
    "前年度（{before}）と異なる事由（{ground}）による該当です。「同一の事由」といえるか確認してください。",
    Certainty.UNVERIFIED,
    says=Says.NOTE,
)

_CONTINUE: Final = (Ground.INCOME, Ground.STATUS)


@value
class Continuation:
    """A continuing application: by what the last cycle passed."""

    kind: Kind
    ground: Ground

    @property
    def article(self) -> str:
        return _FULL if self.kind is Kind.FULL else _DEFERMENT

    @property
    def order(self) -> tuple[Kind, ...]:
        """What is looked at without a form, the better one first."""
        return (Kind.FULL,) if self.kind is Kind.FULL else (Kind.FULL, Kind.DEFERMENT)


@value
class Renewed:
    """What a cycle's renewal comes to."""

    outcomes: tuple[MonthOutcome, ...]
    remarks: tuple[Reason, ...]
    """Why it needs a person, or ends."""
    goes_on: Continuation | None
    """By what the next cycle is reviewed; None: a form is needed."""

    @property
    def needs_a_person(self) -> bool:
        """Whether it belongs on the list of cases for the staff."""
        return bool(self.remarks) or any(one.result is Result.ASKS for one in self.outcomes)


def may_continue(application: Application, outcomes: Sequence[MonthOutcome]) -> Found:
    """Whether the applicant may ask for the cycles to come to be reviewed without a form.

    The month of the application decides: its period is the one that the application's day is in.
    """
    now = Month.of(application.applied_on)
    outcome = next((one for one in outcomes if one.month == now), None)
    whose = Whose.APPLICANT
    if outcome is None:
        day = application.applied_on
        said = because(NOT_THE_PERIOD, whose, basis=f"{_FULL}・77条の5第3項", applied_on=day)
        return Answer.NOT_MET, (said,)
    if outcome.result is Result.ASKS:
        return Answer.UNKNOWN, (because(NOT_TOLD_YET, whose, basis=f"{_FULL}・77条の5第3項"),)
    kind, ground = outcome.kind, ground_of(outcome)
    if kind not in (Kind.FULL, Kind.DEFERMENT) or ground is None:
        return Answer.NOT_MET, (because(NOT_THE_KIND, whose, basis=f"{_FULL}・77条の5第3項"),)
    article = Continuation(kind, ground).article
    if ground not in _CONTINUE:
        said = because(NOT_THE_GROUND, whose, basis=article, ground=ground.label)
        return Answer.NOT_MET, (said,)
    said = because(MAY_CONTINUE, whose, basis=article, kind=kind.label, ground=ground.label)
    return Answer.MET, (said,)


def continuation(outcomes: Sequence[MonthOutcome], month: Month) -> Continuation | None:
    """By what ``month`` passed, where that can be continued."""
    outcome = next((one for one in outcomes if one.month == month), None)
    if outcome is None or outcome.result is not Result.PASSES or outcome.kind is None:
        return None
    ground = ground_of(outcome)
    if outcome.kind not in (Kind.FULL, Kind.DEFERMENT) or ground not in _CONTINUE:
        return None
    return Continuation(outcome.kind, ground)


def ground_of(outcome: MonthOutcome) -> Ground | None:
    """The ground by which the applicant passes; None where nothing passes."""
    for test in outcome.tests:
        if test.kind is outcome.kind and test.answer is Answer.MET:
            return test.people[0].grounds[0].ground
    return None


def renew(
    before: Continuation, cycle: Months, reviewed_on: date, case: Case, figures: Parameters
) -> Renewed:
    """The review of one cycle of a continuing application, as if applied for on ``reviewed_on``.

    Raises ``NoValue``.
    """
    application = Application(reviewed_on, cycle, before.order)
    outcomes = review(application, case, figures)
    open_ones = [one for one in outcomes if one.result is not Result.EXCLUDED]
    remarks: list[Reason] = []
    if any(one.result is Result.ASKS for one in open_ones):
        remarks.append(because(INCOME_NOT_CONFIRMED, Whose.APPLICANT, basis=before.article))
    elif not open_ones or all(one.result is Result.FAILS for one in open_ones):
        remarks.append(because(ENDS, Whose.APPLICANT, basis=before.article))
    grounds = dict.fromkeys(ground for one in open_ones if (ground := ground_of(one)))
    for ground in grounds:
        if ground not in _CONTINUE:
            remarks.append(
                because(NOT_THE_GROUND, Whose.APPLICANT, basis=before.article, ground=ground.label)
            )
        elif ground is not before.ground:
            remarks.append(
                because(
                    OTHER_GROUND, Whose.APPLICANT, basis=before.article,
                    before=before.ground.label, ground=ground.label,
                )
            )  # fmt: skip
    last = open_ones[-1].month if open_ones else cycle.last
    return Renewed(outcomes, tuple(remarks), continuation(outcomes, last))
