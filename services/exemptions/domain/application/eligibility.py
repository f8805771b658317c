"""Whether a month can be applied for at all, and for which kind: before anybody's means are seen.

A month is one of category 1 (7条1項1号), not paid, not exempt otherwise, and open to an application
of that day. Students' months are for students' payment alone (90条1項, 90条の3), deferment is for
months before the one in which 50 is reached, until June 2035.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from contracts.ages import reaches
from contracts.events import Whose
from contracts.law import Certainty
from contracts.months import Month
from services.exemptions.domain.application.cycles import Months, cycle_of, edge_month
from services.exemptions.domain.application.facts import Case, Schooling
from services.exemptions.domain.application.kinds import Question
from services.exemptions.domain.application.parameters import Parameters
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.domain.reasons import (
    Answer,
    Found,
    Reason,
    Rule,
    Says,
    all_of,
    any_of,
    because,
)

BARRED: Final = Rule(
    "barred",
    "国民年金法91条・102条4項",
    "{applied_on}の申請では、納期限から{years}年を過ぎた月は対象になりません。",
    says=Says.NOT_MET,
)
EDGE: Final = Rule(
    "window-edge",
    "国民年金法91条・102条4項",
    "納期限が休日で繰り延べられていれば、{applied_on}の申請で間に合う可能性があります。年金事務所に確認してください。",
    Certainty.UNVERIFIED,
    says=Says.ASKS,
)
LATER_CYCLE: Final = Rule(
    "later-cycle",
    "国民年金法施行規則77条1項・77条の4第1項",
    "次の年度の月です。年度が始まってから申請してください（{applied_on}の申請では{last}まで）。",
    says=Says.NOT_MET,
)
NOT_CATEGORY_1: Final = Rule(
    "month-not-category-1",
    "国民年金法7条1項1号・附則5条",
    "第１号被保険者の月ではありません（任意加入は免除等の対象外です）。",
    says=Says.NOT_MET,
)
CATEGORY_UNKNOWN: Final = Rule(
    "category-unknown",
    "国民年金法7条1項1号",
    "第１号被保険者の月か、資格の記録から判定できません。",
    says=Says.ASKS,
)
PAID: Final = Rule(
    "paid",
    "国民年金法90条1項・90条の2・90条の3",
    "保険料が納付されている月です。",
    says=Says.NOT_MET,
)
TAKEN: Final = Rule(
    "taken", "国民年金法88条の2・88条の3・89条", "{by}の月です。", says=Says.NOT_MET
)
STUDENT_MONTH: Final = Rule(
    "student-month",
    "国民年金法90条1項・90条の2",
    "学生である期間のため、学生納付特例の対象です。",
    says=Says.NOT_MET,
)
NOT_A_STUDENT: Final = Rule(
    "not-a-student", "国民年金法90条の3第1項", "学生である期間ではありません。", says=Says.NOT_MET
)
PART_OF_MONTH: Final = Rule(
    "part-of-month-student",
    "国民年金法90条の3第1項",
    "月の途中で学生となり、又は学生でなくなった月です。学生の月として扱うか確認してください。",
    Certainty.UNVERIFIED,
    says=Says.NOTE,
)
SCHOOL_UNKNOWN: Final = Rule(
    "school-unknown",
    "国民年金法施行令6条の6、同法施行規則77条の6",
    "在学する学校・課程が対象か確認してください。",
    says=Says.ASKS,
)
BIRTH_UNKNOWN: Final = Rule(
    "birth-unknown",
    "平成26年法律第64号附則14条1項",
    "生年月日が確定していないため、{age}歳に達する月を判定できません。",
    says=Says.ASKS,
)
TOO_OLD: Final = Rule(
    "deferment-age",
    "平成26年法律第64号附則14条1項",
    "{age}歳に達する日（{reached_on}）の属する月以後の月です。",
    says=Says.NOT_MET,
)
DEFERMENT_OVER: Final = Rule(
    "deferment-over",
    "平成16年法律第104号附則19条2項、平成26年法律第64号附則14条1項",
    "納付猶予の期間（{last}まで）の後の月です。",
    says=Says.NOT_MET,
)


def month_open(
    month: Month, window: Months, applied_on: date, case: Case, figures: Parameters
) -> Found:
    """Whether a month can be applied for, whatever the means; ``window``: the months that an
    application of that day can be for. Raises ``NoValue``."""
    reasons = tuple(_not_open(month, window, applied_on, case, figures))
    answers = [Answer.UNKNOWN if reason.asks else Answer.NOT_MET for reason in reasons]
    return all_of(answers), reasons


def _not_open(
    month: Month, window: Months, applied_on: date, case: Case, figures: Parameters
) -> Iterator[Reason]:
    if month > window.last:
        yield because(LATER_CYCLE, applied_on=applied_on, last=window.last)
    elif month < window.first:
        if month == edge_month(applied_on, figures):
            yield because(EDGE, applied_on=applied_on)
        else:
            years = figures.limitation_years.on(applied_on).value
            yield because(BARRED, applied_on=applied_on, years=years)
    if month in case.undecided:
        yield because(CATEGORY_UNKNOWN, Whose.APPLICANT)
    elif month not in case.category_1:
        yield because(NOT_CATEGORY_1, Whose.APPLICANT)
    if month in case.paid:
        yield because(PAID, Whose.APPLICANT)
    if month in case.taken:
        yield because(TAKEN, Whose.APPLICANT, by=case.taken[month].label)


def kind_open(asked: Question, case: Case, figures: Parameters) -> Found:
    """Whether the kind is for this applicant in this month. Raises ``NoValue``."""
    student, reasons = is_student(asked.month, case)
    if asked.kind is Kind.STUDENT:
        return student, reasons
    if student is Answer.MET:
        return Answer.NOT_MET, (*reasons, because(STUDENT_MONTH, Whose.APPLICANT))
    unsure = reasons if student is Answer.UNKNOWN else ()
    if asked.kind is not Kind.DEFERMENT:
        return (student if unsure else Answer.MET), unsure
    answer, said = _deferment_open(asked, case, figures)
    return all_of([answer, Answer.UNKNOWN if unsure else Answer.MET]), (*unsure, *said)


def is_student(month: Month, case: Case) -> Found:
    """Whether it is a student's month: one in which they are at a recognised school on any day.

    Certainty [unverified] for a month that they are at school for part of: the reasons say so.
    """
    answers: list[Answer] = []
    reasons: list[Reason] = []
    for enrolment in case.enrolments:
        last = enrolment.last
        if month.last_day < enrolment.first or (last is not None and last < month.first_day):
            continue
        if enrolment.school is Schooling.NOT_RECOGNISED:
            continue
        if enrolment.school is Schooling.UNKNOWN:
            answers.append(Answer.UNKNOWN)
            reasons.append(because(SCHOOL_UNKNOWN, Whose.APPLICANT))
            continue
        answers.append(Answer.MET)
        in_part = month.first_day < enrolment.first or (last is not None and last < month.last_day)
        if in_part:
            reasons.append(because(PART_OF_MONTH, Whose.APPLICANT))
    answer = any_of(answers)
    if answer is Answer.MET:
        return answer, tuple(reason for reason in reasons if not reason.asks)
    return answer, tuple(reasons) or (because(NOT_A_STUDENT, Whose.APPLICANT),)


def is_young(month: Month, case: Case, figures: Parameters) -> bool:
    """Whether deferment rests on 平16法104附則19条2項: before the month of reaching 30.

    Raises ``NoValue``.
    """
    birth = case.birth_date.value
    if birth is None:
        return False
    return month < Month.of(reaches(figures.young_age.on(month.first_day).value, birth))


def past_deferment(month: Month, case: Case, figures: Parameters) -> Rule | None:
    """The rule by which a month lies after the time for deferment, the statute's or the
    applicant's; None: it does not, or the birth date is not known. Raises ``NoValue``.
    """
    if month > figures.deferment_until.month:
        return DEFERMENT_OVER
    birth = case.birth_date.value
    if birth is None:
        return None
    age = figures.deferment_age.on(month.first_day).value
    return TOO_OLD if month >= Month.of(reaches(age, birth)) else None


def _deferment_open(asked: Question, case: Case, figures: Parameters) -> Found:
    past = past_deferment(asked.month, case, figures)
    if past is DEFERMENT_OVER:
        return Answer.NOT_MET, (because(DEFERMENT_OVER, last=figures.deferment_until.month),)
    age, birth = figures.deferment_age.on(asked.day).value, case.birth_date.value
    if birth is None:
        return Answer.UNKNOWN, (because(BIRTH_UNKNOWN, Whose.APPLICANT, age=age),)
    if past is TOO_OLD:
        reached_on = reaches(age, birth)
        reason = because(TOO_OLD, Whose.APPLICANT, age=age, reached_on=reached_on)
        return Answer.NOT_MET, (reason,)
    return Answer.MET, ()


def same_cycle(first: Month, last: Month, kind: Kind, figures: Parameters) -> bool:
    """Whether two months can be on one application form (規則77条1項). Raises ``NoValue``."""
    return cycle_of(first, kind, figures) == cycle_of(last, kind, figures)
