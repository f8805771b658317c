"""Examining a statement against what is known of the person (審査)."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from contracts.ages import same_day
from contracts.forms import Finding, FindingKind
from services.exemptions.domain.additional_premium import (
    Period,
    earliest_stop,
    farmers_pension_on,
    in_pension_fund,
)
from services.exemptions.domain.combination import Combined
from services.exemptions.domain.disability import DisabilityGrade
from services.exemptions.domain.due import first_not_due
from services.exemptions.domain.examination import about_the_notice, about_the_person
from services.exemptions.domain.facts import Insured, PersonFacts
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.months import in_category_1
from services.exemptions.domain.paid_all_the_same import asked_to_pay
from services.exemptions.domain.parameters import ByLaw
from services.exemptions.domain.pay_requests import pay_request
from services.exemptions.domain.reasons import show
from services.exemptions.domain.statements import Kind, Statement
from services.exemptions.domain.statutory import Holding

_PAY: Final = "国民年金法89条2項、同法施行規則75条の2"
_FUND: Final = "国民年金法87条の2第1項・第4項"
_FARMERS: Final = "農業者年金基金法17条、国民年金法施行規則78条の5・78条の6"
_DISABILITY: Final = "国民年金法89条1項1号、同法施行令6条の5第2項"


def examine(
    told: Statement,
    facts: PersonFacts,
    exempt: Combined,
    premium: tuple[Period, ...],
    disabled: tuple[Holding, ...],
    received_on: date,
    figures: ByLaw,
) -> tuple[Finding, ...]:
    """Everything found about a statement that is not settled yet, refusals first.

    ``facts`` has what settled statements tell, ``exempt`` the months that settled notices exempt,
    ``premium`` the additional premium, ``disabled`` the grounds by a disability that are held.
    Raises ``NoValue``.
    """
    found = [
        *about_the_notice(told.notified_on, received_on),
        *about_the_person(told.notified_on, facts),
    ]
    match told.kind.subject:
        case "pay_request":
            found += _about_paying(told, facts, exempt, figures)
        case "farmers_pension":
            found += _about_farmers(told, facts)
        case "pension_fund":
            found += _about_the_fund(told, facts, premium)
        case _:
            found += _about_disability(told, disabled, figures)
    order = list(FindingKind)
    return tuple(sorted(found, key=lambda finding: order.index(finding.kind)))


def _about_paying(
    told: Statement, facts: PersonFacts, exempt: Combined, figures: ByLaw
) -> Iterator[Finding]:
    requested = told.requested()
    changes = requested.changes
    if not changes and requested.first is None:
        yield _refusal("pay-request-without-months", "納付する期間が記入されていません。", _PAY)
        return
    if requested.first and requested.last and requested.last < requested.first:
        yield _refusal("pay-request-backwards", "納付する最後の月が最初の月より前です。", _PAY)
        return
    _, reviews = asked_to_pay([pay_request(requested)], figures.statutory)
    for review in reviews:
        reason = review.reason
        text = " ".join(filter(None, (reason.sentence, reason.note)))
        yield _review(reason.code, text, reason.article)
    if changes:
        if not any(not asked.changes for asked in facts.pay_requests):
            message = "変更前の納付の申出の記録が当システムにありません。"
            yield _review("pay-request-not-held", f"{message}年金記録で確認してください。", _PAY)
        month = show(first_not_due(told.notified_on))
        text = f"納期限の到来していない{month}分から変わります（納付された月を除く）。"
        yield _note("pay-request-changes-from", text, _PAY)
    elif not any(
        requested.first is not None
        and requested.first <= month
        and (requested.last is None or month <= requested.last)
        for month, outcome in exempt.months.items()
        if outcome.kind is ExemptionKind.STATUTORY
    ):
        message = "納付する期間に、当システムで登録した法定免除の月がありません。"
        yield _review(
            "statutory-not-held", f"{message}法定免除を受けていることを確認してください。", _PAY
        )


def _about_farmers(told: Statement, facts: PersonFacts) -> Iterator[Finding]:
    day = told.occurred_on
    if told.kind is Kind.FARMERS_PENSION_END:
        if not any(f.lost_on is None and f.acquired_on <= day for f in facts.farmers_pension):
            message = "農業者年金の被保険者となった届の記録が当システムにありません。"
            yield _review(
                "farmers-start-not-held", f"{message}年金記録で確認してください。", _FARMERS
            )
        text = "喪失した月から付加保険料を納付する者でなくなります（死亡のときは届出不要）。"
        yield _note("farmers-end", text, _FARMERS)
        return
    if farmers_pension_on(facts, day) is not None:
        yield _refusal(
            "farmers-already", "既に農業者年金の被保険者として登録されています。", _FARMERS
        )
    insured = Insured(str(told.values.get("insured_as", Insured.CATEGORY_1)))
    if facts.periods is None:
        yield _review("qualification-unknown", "資格の記録が届いていません。確認してください。")
    elif insured is Insured.CATEGORY_1 and not in_category_1(facts.periods, day):
        yield _refusal(
            "not-category-1", "資格を取得した日に第１号被保険者ではありません。",
            "農業者年金基金法11条",
        )  # fmt: skip
    yield _note(
        "farmers-start",
        "取得した月から法律により付加保険料を納付する者となり、辞退の申出では終わりません。",
        _FARMERS,
    )


def _about_the_fund(
    told: Statement, facts: PersonFacts, premium: tuple[Period, ...]
) -> Iterator[Finding]:
    day = told.occurred_on
    if told.kind is Kind.PENSION_FUND_LEFT:
        if not any(f.left_on is None and f.joined_on <= day for f in facts.pension_fund):
            message = "国民年金基金の加入の記録が当システムにありません。"
            yield _review("fund-not-held", f"{message}年金記録で確認してください。", _FUND)
        yield _note("fund-left", "付加保険料を納付するには、改めて納付の申出が必要です。", _FUND)
        return
    if in_pension_fund(facts, day):
        yield _refusal("fund-already", "既に国民年金基金の加入員として登録されています。", _FUND)
    if farmers_pension_on(facts, day) is not None:
        message = "農業者年金の被保険者は国民年金基金の加入員となりません。"
        yield _review(
            "fund-and-farmers", f"{message}いずれが正しいか確認してください。",
            "国民年金法127条1項（未確認）",
        )  # fmt: skip
    if facts.periods is not None and not in_category_1(facts.periods, day):
        message = "加入した日に第１号被保険者ではありません（任意加入は当システムにありません）。"
        yield _review("fund-not-category-1", message, "国民年金法127条1項（未確認）・附則5条12項")
    month = earliest_stop(day)
    if any(period.covers(month) or period.from_month > month for period in premium):
        text = f"辞退の申出をしたものとみなし、付加保険料は{show(month)}分から納付しません"
        yield _note("fund-ends-premium", f"{text}（既に納付された月を除く）。", _FUND)


def _about_disability(
    told: Statement, disabled: tuple[Holding, ...], figures: ByLaw
) -> Iterator[Finding]:
    day, grade = told.occurred_on, told.severity
    if not disabled:
        message = "障害年金の受給権による法定免除の届出の記録が当システムにありません。"
        yield _review("disability-not-held", f"{message}年金記録で確認してください。", _DISABILITY)
    elif all(held.since.value is not None and day <= held.since.value for held in disabled):
        message = "変更の日が、法定免除に該当した日以前です。"
        yield _refusal("disability-change-too-early", message, _DISABILITY)
    if grade is DisabilityGrade.THIRD:
        message = "３級となっても法定免除は終わりません。非該当届は不要です。"
        yield _note("disability-third", message, _DISABILITY)
    elif grade is DisabilityGrade.NONE:
        years = figures.statutory.recovery(day)
        over = same_day(day, years.value)
        message = (
            f"再び該当することなく{years.value}年を経過した{show(over)}に法定免除の対象でなくなり、"
            "そのとき非該当届が必要です。"
        )
        yield _note("disability-ceased", message, _DISABILITY)
        if years.note:
            yield _review("disability-years", years.note, _DISABILITY)


def _refusal(code: str, message: str, article: str | None = None) -> Finding:
    return _finding(
        FindingKind.REFUSAL, code, message, article, "内容を確認し、本人に説明してください。"
    )


def _review(code: str, message: str, article: str | None = None) -> Finding:
    return _finding(FindingKind.REVIEW, code, message, article, None)


def _note(code: str, message: str, article: str | None = None) -> Finding:
    return _finding(FindingKind.NOTE, code, message, article, None)


def _finding(
    kind: FindingKind, code: str, message: str, article: str | None, action: str | None
) -> Finding:
    return Finding(kind=kind, code=code, message=message, article=article, action=action)
