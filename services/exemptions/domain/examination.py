"""Examining a notice on the additional premium against what is known of the person (審査)."""

from collections.abc import Iterator, Sequence
from datetime import date

from contracts.events import ResidencePeriod
from contracts.events.exemptions import AdditionalPremiumChange
from contracts.forms import Finding, FindingKind
from services.exemptions.domain.additional_months import may_notify
from services.exemptions.domain.additional_premium import (
    earliest_stop,
    farmers_pension_on,
    in_pension_fund,
    periods,
    start_month,
    stop_month,
)
from services.exemptions.domain.facts import Insured, Notified, PersonFacts
from services.exemptions.domain.months import in_category_1

_PARA_1 = "国民年金法87条の2第1項"
_PARA_3 = "国民年金法87条の2第3項"


def examine(
    notified: Notified, facts: PersonFacts, settled: Sequence[Notified], received_on: date
) -> tuple[Finding, ...]:
    """Everything found about a notice that is not settled yet, refusals first.

    ``settled`` are the person's settled notices, ``received_on`` the day that this one came in.
    """
    day = notified.notified_on
    found = [*about_the_notice(day, received_on), *about_the_person(day, facts)]
    if notified.change is AdditionalPremiumChange.START:
        found += _about_a_start(notified, facts, settled)
        found += _about_what_excludes_it(notified, facts)
    else:
        found += _about_a_stop(notified, facts, settled)
    order = list(FindingKind)
    return tuple(sorted(found, key=lambda finding: order.index(finding.kind)))


def resident_on(residence: Sequence[ResidencePeriod], day: date) -> bool | None:
    """Whether the person lived in the city on ``day``; None where the dates do not tell.

    The day of a move belongs to both places.
    """
    unclear = False
    for period in residence:
        ended = period.ended
        if not period.began.is_exact or (ended is not None and not ended.is_exact):
            unclear = True
        elif period.began.require() <= day and (ended is None or day <= ended.require()):
            return True
    return None if unclear else False


def _refusal(code: str, message: str, action: str, article: str | None = None) -> Finding:
    return Finding(
        kind=FindingKind.REFUSAL, code=code, message=message, action=action, article=article
    )


def _review(code: str, message: str, action: str, article: str | None = None) -> Finding:
    return Finding(
        kind=FindingKind.REVIEW, code=code, message=message, action=action, article=article
    )


def about_the_notice(notified_on: date, received_on: date) -> Iterator[Finding]:
    """What the day on a notice (申出日, 届出日) says against the day on which it came in."""
    if notified_on > received_on:
        yield _refusal(
            "notified-after-receipt",
            "申出年月日が受付日より後です。",
            "申出書の日付を確認してください。",
            "国民年金法施行規則79条",
        )
    elif notified_on < received_on:
        yield _review(
            "notified-before-receipt",
            "申出年月日が受付日より前です。開始・終了の月は申出年月日によります。",
            "郵送・出張所受付等、申出年月日の根拠を確認してください。",
            "国民年金法施行規則79条",
        )


def about_the_person(day: date, facts: PersonFacts) -> Iterator[Finding]:
    """Whether whoever notified it on ``day`` lived, and lived in the city."""
    if facts.died_on is not None:
        if not facts.died_on.is_exact:
            yield _review(
                "death-day-unknown",
                "死亡が記録されていますが、死亡年月日が確定していません。",
                "申出日に生存していたことを確認してください。",
            )
        elif facts.died_on.require() < day:
            yield _refusal(
                "deceased",
                "申出日より前に死亡した記録があります。",
                "本人及び申出年月日を確認してください。",
            )
    resident = None if facts.residence is None else resident_on(facts.residence, day)
    if resident is False:
        yield _refusal(
            "not-resident",
            "申出日に当市の住民ではありません。",
            "申出日の住所地の市町村へ案内してください。",
            "国民年金法施行規則81条",
        )
    elif resident is None:
        yield _review(
            "residence-unknown",
            "申出日に当市に住所があったか、記録からは判定できません。",
            "住民記録で住所の期間を確認してください。",
            "国民年金法施行規則81条",
        )


def _about_a_start(
    notified: Notified, facts: PersonFacts, settled: Sequence[Notified]
) -> Iterator[Finding]:
    month = start_month(notified.notified_on)
    yield from _about_the_category(notified, facts)
    if any(period.covers(month) for period in periods(settled, facts)):
        yield _refusal(
            "already-paying",
            "申出月は既に付加保険料を納付する者です。",
            "付加保険料の記録を確認してください。",
            _PARA_1,
        )
    insured = facts.periods is None or in_category_1(facts.periods, notified.notified_on)
    if insured and periods([notified], facts)[0].until == month:
        yield _review(
            "no-month",
            "申出月のうちに資格喪失又は種別変更があり、納付できる月がありません。",
            "本人に説明し、申出の取下げを確認してください。",
            f"{_PARA_1}・11条・11条の2",
        )


def _about_what_excludes_it(notified: Notified, facts: PersonFacts) -> Iterator[Finding]:
    month = start_month(notified.notified_on)
    kind = (facts.exempt or {}).get(month)
    if not may_notify(kind):
        assert kind is not None
        yield _refusal(
            "exempt",
            f"申出月は{kind.label}の月のため、付加保険料を納付する者となることができません。",
            "免除・猶予の終了後又は取消し後の申出を案内してください。",
            _PARA_1,
        )
    if in_pension_fund(facts, notified.notified_on):
        yield _refusal(
            "in-pension-fund",
            "申出日に国民年金基金の加入員です。",
            "基金の加入員は付加保険料を納付できないことを説明してください。",
            f"{_PARA_1}・第4項",
        )
    yield Finding(
        kind=FindingKind.NOTE,
        code="exemptions-not-held",
        message="免除・猶予及び国民年金基金の記録は未登録のため、申出書の確認欄によります。"
        if facts.exempt is None
        else "申請による免除・猶予の決定及び国民年金基金の記録は未登録のため、"
        "申出書の確認欄によります。",
        article=f"{_PARA_1}・第4項",
    )


def _about_the_category(notified: Notified, facts: PersonFacts) -> Iterator[Finding]:
    if notified.insured is Insured.SPECIAL_VOLUNTARY:
        yield _refusal(
            "special-voluntary",
            "特例任意加入被保険者は付加保険料を納付できません。",
            "加入の種類を確認してください。",
            "平成6年改正法附則11条・平成16年改正法附則23条（87条の2のみなし規定なし）",
        )
    elif notified.insured is Insured.VOLUNTARY:
        yield _review(
            "voluntary-not-held",
            "任意加入の記録は未登録のため、申出日に任意加入中か判定できません。",
            "年金記録で任意加入の期間を確認してください。",
            f"国民年金法附則5条・{_PARA_1}",
        )
    elif facts.periods is None:
        yield _review(
            "qualification-unknown",
            "資格の記録が届いていないため、申出日に第１号被保険者か判定できません。",
            "資格の記録を確認してください。",
            _PARA_1,
        )
    else:
        if not in_category_1(facts.periods, notified.notified_on):
            yield _refusal(
                "not-category-1",
                "申出日に第１号被保険者ではありません。",
                "先に資格取得届又は種別変更届が必要か確認してください。",
                _PARA_1,
            )
        if facts.qualification_review:
            yield _review(
                "qualification-under-review",
                "資格の記録に確認を要する事項があります。",
                "資格の記録を確認してください。",
                _PARA_1,
            )


def _about_a_stop(
    notified: Notified, facts: PersonFacts, settled: Sequence[Notified]
) -> Iterator[Finding]:
    if notified.stop_from is not None and notified.stop_from < earliest_stop(notified.notified_on):
        yield _refusal(
            "stop-too-early",
            "申出月の前月より前の月からは辞退できません。",
            "辞退する最初の月を確認してください。",
            _PARA_3,
        )
    if farmers_pension_on(facts, notified.notified_on) is not None:
        yield _refusal(
            "farmers-pension",
            "申出日に農業者年金の被保険者のため、付加保険料を辞退できません。",
            "農業者年金の資格を喪失したときの届出（施行規則78条の6）を案内してください。",
            "農業者年金基金法17条2項",
        )
    held = periods(settled, facts)
    if not held:
        yield _review(
            "start-not-held",
            "納付の申出の記録が当システムにありません。",
            "年金記録で付加保険料を納付する者であることを確認してください。",
            _PARA_3,
        )
    elif held[-1].until is not None and held[-1].until <= stop_month(notified):
        yield _refusal(
            "already-stopped",
            "辞退する最初の月には既に付加保険料を納付する者ではありません。",
            "付加保険料の記録を確認してください。",
            _PARA_3,
        )
    yield Finding(
        kind=FindingKind.NOTE,
        code="paid-months-excepted",
        message="既に納付・前納された月は辞退できません。納付の有無は日本年金機構が確認します。",
        article=_PARA_3,
    )
