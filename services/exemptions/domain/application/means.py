"""Income, and disability or widowhood with a limit of its own (90条1項1号・3号 and their like).

Who is disabled, a widow or a single parent is so by the Local Tax Act (令6条の7の2): as the tax
system tells for the year. A 手帳 that held on the last day of that year says so too, certainty
[unverified]: which day decides is not in the statute.
"""

from datetime import date
from typing import Final

from contracts.events import FactItem, FactOutcome, Whose
from contracts.events.income import Income, SelfDisability, WidowOrSingleParent
from contracts.events.welfare import DisabilityCertificate
from contracts.law import Certainty
from services.exemptions.domain.application.cycles import shared
from services.exemptions.domain.application.facts import Someone
from services.exemptions.domain.application.income import Amount, for_full, for_part
from services.exemptions.domain.application.kinds import Ground, Question
from services.exemptions.domain.application.parameters import Parameters
from services.exemptions.domain.application.thresholds import Threshold, threshold
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.domain.reasons import (
    Answer,
    CalendarYear,
    Found,
    Reason,
    Rule,
    Says,
    because,
)

_SUM_FULL: Final = "国民年金法施行令6条の7・6条の11"
_SUM_PART: Final = "国民年金法施行令6条の8の2〜6条の9の2・6条の12"
_STATUS: Final = "国民年金法施行令6条の7の2・6条の8"

INCOME_WITHIN: Final = Rule(
    "income-within",
    "",
    "{year}の所得{income:,}円は、基準額{limit:,}円（扶養親族等{dependants}人）以下です。",
    says=Says.MET,
)
INCOME_SURELY_WITHIN: Final = Rule(
    "income-surely-within",
    "",
    "{year}の所得は多くとも{income:,}円で、基準額（少なくとも{limit:,}円）以下です。",
    says=Says.MET,
)
INCOME_OVER: Final = Rule(
    "income-over",
    "",
    "{year}の所得{income:,}円は、基準額{limit:,}円（扶養親族等{dependants}人）を超えます。",
    says=Says.NOT_MET,
)
INCOME_UNCLEAR: Final = Rule(
    "income-unclear",
    "",
    "{year}の所得は、基準額以下か判定できません（不明な項目: {items}）。",
    says=Says.ASKS,
)
UNDER_19_NOT_STATED: Final = Rule(
    "under-19-not-stated",
    "国民年金法施行規則77条の3第2項4号ロ・77条の4第2項5号ロ",
    "一般扶養のうち19歳未満（16歳以上）の控除対象扶養親族の数について、申立書等の提出を受けてください。",
    says=Says.ASKS,
)
NOT_DECLARED: Final = Rule(
    "income-not-declared",
    "国民年金法施行規則77条1項5号・2項",
    "{year}の所得が未申告です。市民税の申告（所得がない場合も）又は所得の申立てを求めてください。",
    says=Says.ASKS,
)
NO_RECORD: Final = Rule(
    "income-no-record",
    "国民年金法施行規則77条2項",
    "{year}の所得の記録が当市にありません。翌年1月1日の住所地の所得証明書等を求めてください。",
    says=Says.ASKS,
)
NOT_ASKED: Final = Rule(
    "income-not-asked",
    "国民年金法90条1項1号",
    "{year}の所得は照会していません（当市に記録のない方、照会しない方）。"
    "所得証明書等で確認するか、申請の期間を見直してください。",
    says=Says.ASKS,
)
MORE_THAN_ONE: Final = Rule(
    "income-more-than-one",
    "国民年金法90条1項1号",
    "{year}の所得の記録が複数あり、内容が異なります。課税担当に確認してください。",
    says=Says.ASKS,
)
UNSETTLED: Final = Rule(
    "income-unsettled",
    "国民年金法90条1項1号",
    "{year}の所得の記録が本人のものか、突合が済んでいません。",
    says=Says.ASKS,
)
OTHER_DEDUCTIONS: Final = Rule(
    "other-deductions",
    "国民年金法施行令6条の12第2項",
    "小規模企業共済等掛金控除・特定親族特別控除・雑損失の繰越控除・肉用牛の免除所得は連携項目にありません。"
    "ある場合は証明書により審査し直してください。",
    says=Says.NOTE,
)
STATUS_WITHIN: Final = Rule(
    "status-within",
    _STATUS,
    "{status}で、{year}の所得{income:,}円は限度額{limit:,}円以下です。",
    says=Says.MET,
)
STATUS_OVER: Final = Rule(
    "status-over",
    _STATUS,
    "{status}ですが、{year}の所得{income:,}円は限度額{limit:,}円を超えます。",
    says=Says.NOT_MET,
)
STATUS_NONE: Final = Rule(
    "status-none",
    _STATUS,
    "{year}について障害者・寡婦・ひとり親ではありません。",
    says=Says.NOT_MET,
)
STATUS_UNKNOWN: Final = Rule(
    "status-unknown",
    _STATUS,
    "{year}について障害者・寡婦・ひとり親か判定できません。該当する場合は書類を求めてください。",
    says=Says.ASKS,
)
_OUTCOMES: Final = {
    FactOutcome.NO_RECORD: NO_RECORD,
    FactOutcome.NOT_DECLARED: NOT_DECLARED,
    FactOutcome.MORE_THAN_ONE: MORE_THAN_ONE,
    FactOutcome.UNSETTLED: UNSETTLED,
}


def by_income(someone: Someone, whose: Whose, asked: Question, figures: Parameters) -> Found:
    """Whether income is within the threshold for the dependants there are. Raises ``NoValue``."""
    year = CalendarYear(shared(asked.month, asked.kind, figures)[0])
    basis = f"{asked.basis(Ground.INCOME)}、{_SUM_PART if _counts_parts(asked.kind) else _SUM_FULL}"
    known = someone.incomes.get(year)
    if known is None or known.income is None:
        rule = NOT_ASKED if known is None else _OUTCOMES[known.outcome]
        return Answer.UNKNOWN, (because(rule, whose, basis=basis, year=year),)
    limit = threshold(asked.kind, known, asked.month, figures)
    if _counts_parts(asked.kind):
        income = for_part(known, asked.month, figures)
    else:
        income = for_full(known.income)
    answer = _compare(income, limit.amount)
    reasons = _why(answer, income, limit, year, whose, basis)
    if answer is not Answer.MET and _counts_parts(asked.kind) and known.other_deductions is None:
        reasons = (*reasons, because(OTHER_DEDUCTIONS, whose, basis=basis))
    return answer, reasons


def by_status(someone: Someone, whose: Whose, asked: Question, figures: Parameters) -> Found:
    """Whether somebody is disabled, a widow or a single parent within the limit.

    Raises ``NoValue``.
    """
    year = CalendarYear(shared(asked.month, asked.kind, figures)[0])
    basis = asked.basis(Ground.STATUS)
    known = someone.incomes.get(year)
    status, doubt = _status(known.income if known else None, someone, year)
    if status == "":
        return Answer.NOT_MET, (because(STATUS_NONE, whose, basis=basis, year=year),)
    if known is None or known.income is None or known.income.total_income is None:
        return Answer.UNKNOWN, (because(STATUS_UNKNOWN, whose, basis=basis, year=year),)
    income, limit = known.income.total_income, figures.status_limit.on(asked.day)
    if income > limit.value and status is None:
        # Over the limit it does not matter what somebody is.
        rule, status = STATUS_OVER, "該当したとして"
    elif status is None:
        return Answer.UNKNOWN, (because(STATUS_UNKNOWN, whose, basis=basis, year=year),)
    else:
        rule = STATUS_WITHIN if income <= limit.value else STATUS_OVER
    reason = because(
        rule, whose, doubt=doubt or limit.doubt, note=limit.note, basis=basis,
        year=year, status=status, income=income, limit=limit.value,
    )  # fmt: skip
    return Answer.MET if rule is STATUS_WITHIN else Answer.NOT_MET, (reason,)


def _counts_parts(kind: Kind) -> bool:
    """Whether a kind counts income by 令6条の12."""
    return kind is Kind.STUDENT or kind.is_partial


def _compare(income: Amount, limit: Amount) -> Answer:
    """以下: within where even the highest income is, over where even the lowest is not."""
    if income.high is not None and limit.low is not None and income.high <= limit.low:
        return Answer.MET
    if income.low is not None and limit.high is not None and income.low > limit.high:
        return Answer.NOT_MET
    return Answer.UNKNOWN


def _why(
    answer: Answer, income: Amount, limit: Threshold, year: int, whose: Whose, basis: str
) -> tuple[Reason, ...]:
    if answer is Answer.UNKNOWN:
        missing = dict.fromkeys((*income.missing, *limit.amount.missing))
        if limit.unstated_under_19 and list(missing) == [FactItem.DEPENDANTS_GENERAL]:
            return (because(UNDER_19_NOT_STATED, whose, basis=basis, year=year),)
        items = "、".join(item.label for item in missing)
        return (because(INCOME_UNCLEAR, whose, basis=basis, year=year, items=items),)
    if answer is Answer.MET:
        assert income.high is not None  # or it would not be known to be within
        assert limit.amount.low is not None  # a threshold always has a least amount
        sure = income.exact and limit.amount.exact
        rule, amount, bound = (
            INCOME_WITHIN if sure else INCOME_SURELY_WITHIN,
            income.high,
            limit.amount.low,
        )
    else:
        assert income.low is not None  # or it would not be known to be over
        assert limit.amount.high is not None
        rule, amount, bound = INCOME_OVER, income.low, limit.amount.high
    return (
        because(
            rule, whose, basis=basis,
            year=year, income=amount, limit=bound, dependants=limit.dependants,
        ),
    )  # fmt: skip


def _status(
    income: Income | None, someone: Someone, year: int
) -> tuple[str | None, Certainty | None]:
    """What somebody is, as staff read it; "" for none of it, None for not known."""
    held = [c for c in someone.certificates if _held(c, date(year, 12, 31))]
    if income is not None:
        if income.self_disability not in (None, SelfDisability.NONE):
            return "障害者", None
        if income.self_widow_or_single_parent not in (None, WidowOrSingleParent.NONE):
            assert income.self_widow_or_single_parent is not None  # said above
            return income.self_widow_or_single_parent.label, None
    if held:
        return f"障害者（{held[0].kind.label}）", Certainty.UNVERIFIED
    told = income is not None and None not in (
        income.self_disability,
        income.self_widow_or_single_parent,
    )
    unclear = someone.certificates_outcome in (FactOutcome.UNSETTLED, FactOutcome.MORE_THAN_ONE)
    return ("", None) if told and not unclear else (None, None)


def _held(certificate: DisabilityCertificate, day: date) -> bool:
    span = certificate.span
    return span.first <= day and (span.last is None or day <= span.last)
