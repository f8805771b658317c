"""Examining a notice of exemption by law against what is known of the person (審査)."""

from collections.abc import Iterator, Sequence
from datetime import date

from contracts.codes import ResidentKind
from contracts.events import ExemptionNoticeKind
from contracts.forms import Finding, FindingKind
from contracts.months import Month
from services.exemptions.domain.child_care import Carer
from services.exemptions.domain.examination import about_the_notice, about_the_person
from services.exemptions.domain.exemption_notices import (
    ENDS,
    Effect,
    Said,
    effect,
    ends_what,
    found_by,
)
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.domain.parameters import ByLaw
from services.exemptions.domain.reasons import Reason
from services.exemptions.domain.spells import Spell
from services.exemptions.domain.statutory import Ground

_LONGEST = 200


def examine(
    notice: Said,
    facts: PersonFacts,
    settled: Sequence[Said],
    insured: frozenset[Month] | None,
    received_on: date,
    figures: ByLaw,
) -> tuple[Finding, ...]:
    """Everything found about a notice that is not settled yet, refusals first.

    ``settled`` are the person's settled notices of exemption, ``insured`` the months of category 1
    up to the one that staff look ahead to; None: no timeline has come.
    """
    brought = effect(notice, settled, insured, figures)
    found = [
        *about_the_notice(notice.notified_on, received_on),
        *about_the_person(notice.notified_on, facts),
        *_about_the_months(notice, brought),
        *_about_the_timeline(facts, brought, insured),
    ]
    if notice.kind in ENDS:
        found += _about_an_end(notice, settled)
    else:
        found += _about_a_start(notice, brought, settled, figures)
    found += _about_nationality(notice, facts)
    order = list(FindingKind)
    return tuple(sorted(_once(found), key=lambda finding: order.index(finding.kind)))


def _once(found: Sequence[Finding]) -> list[Finding]:
    return list({finding.code: finding for finding in reversed(found)}.values())[::-1]


def _of(kind: FindingKind, reason: Reason) -> Finding:
    text = " ".join(filter(None, (reason.sentence, reason.note)))
    return Finding(
        kind=kind, code=reason.code, message=text[:_LONGEST], article=reason.article[:_LONGEST]
    )


def _about_the_months(notice: Said, brought: Effect) -> Iterator[Finding]:
    """What gives no month is refused; what a person has to look at is a review."""
    found = brought.found
    for reason in found.without:
        yield _of(FindingKind.NOTE if notice.kind in ENDS else FindingKind.REFUSAL, reason)
    for review in found.reviews:
        # Months beside an uncertain rule stand until somebody looks. Whatever else is in the way
        # would take months away unseen: the form is mended first.
        stands = found.spells and review.reason.certainty.needs_check
        yield _of(FindingKind.REVIEW if stands else FindingKind.REFUSAL, review.reason)
    for spell in found.spells:
        for reason in _said_of(spell):
            needs_check = reason.certainty.needs_check
            yield _of(FindingKind.REVIEW if needs_check else FindingKind.NOTE, reason)


def _said_of(spell: Spell) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(filter(None, (spell.began, spell.ended, *spell.notes))))


def _about_the_timeline(
    facts: PersonFacts, brought: Effect, insured: frozenset[Month] | None
) -> Iterator[Finding]:
    if insured is None:
        yield Finding(
            kind=FindingKind.REVIEW,
            code="qualification-unknown",
            message="資格の記録が届いていないため、第１号被保険者の月か判定できません。",
            action="資格の記録を確認してください。",
            article="国民年金法7条1項1号",
        )
        return
    if facts.qualification_review:
        yield Finding(
            kind=FindingKind.REVIEW,
            code="qualification-under-review",
            message="資格の記録に確認を要する事項があります。",
            action="資格の記録を確認してください。",
            article="国民年金法7条1項1号",
        )
    if brought.found.spells and brought.from_month is None:
        yield Finding(
            kind=FindingKind.REFUSAL,
            code="no-month-of-category-1",
            message="対象となる月に第１号被保険者の月がありません（任意加入の月は対象となりません）。",
            action="資格の記録を確認し、本人に説明してください。",
            article="国民年金法7条1項1号・附則5条10項",
        )


def _about_a_start(
    notice: Said, brought: Effect, settled: Sequence[Said], figures: ByLaw
) -> Iterator[Finding]:
    if not brought.found.spells:
        return
    if notice.kind is ExemptionNoticeKind.CHILD_CARE and notice.carer is Carer.MOTHER:
        yield from _about_her_maternity(notice, settled)
    spell = brought.found.spells[0]
    through = spell.last or Month.of(notice.notified_on) + 12
    held = {
        month
        for other in found_by(settled, figures).spells
        if other.kind is spell.kind
        for month in other.months(through)
    }
    if set(spell.months(through)) <= held:
        yield Finding(
            kind=FindingKind.REFUSAL,
            code="already-exempt",
            message="届出の月は、既に同じ種類の届出により免除されています。",
            action="先の届出の内容を確認してください。",
            article=spell.began.article,
        )


def _about_her_maternity(notice: Said, settled: Sequence[Said]) -> Iterator[Finding]:
    births = [n for n in settled if n.kind is ExemptionNoticeKind.MATERNITY]
    if not any(birth.occurred_on == notice.base_on for birth in births):
        yield Finding(
            kind=FindingKind.REVIEW,
            code="maternity-not-held",
            message="この出産予定日（出産日）による産前産後免除の届出の記録が当システムにありません。",
            action="産前産後免除の適用を確認してください。受けていない実母は第2項（実父母）で届け出ます。",
            article="国民年金法88条の3第1項・第2項",
        )


def _about_an_end(notice: Said, settled: Sequence[Said]) -> Iterator[Finding]:
    if not ends_what(notice, settled):
        yield Finding(
            kind=FindingKind.REVIEW,
            code="start-not-held",
            message="この届出が終わらせる免除の届出の記録が当システムにありません。",
            action="年金記録で免除を受けていることを確認してください。",
        )
    if notice.kind is ExemptionNoticeKind.STATUTORY_END:
        yield Finding(
            kind=FindingKind.NOTE,
            code="apply-within-14-days",
            message="非該当となった後の月は納付が必要です。申請免除等の案内をしてください。",
            article="国民年金法施行規則76条1項ただし書",
        )
    elif not notice.values["all_children"]:
        yield Finding(
            kind=FindingKind.REVIEW,
            code="child-care-one-of-several",
            message="同じ出産の子のうち養育を続ける子がいるため、育児免除は終わらないものと扱います。",
            action="年金事務所に確認してください。",
            article="国民年金法88条の3第1項",
        )


def _about_nationality(notice: Said, facts: PersonFacts) -> Iterator[Finding]:
    if notice.kind is not ExemptionNoticeKind.STATUTORY_START:
        return
    if notice.ground is Ground.ASSISTANCE and facts.resident_kind is ResidentKind.FOREIGN:
        yield Finding(
            kind=FindingKind.REFUSAL,
            code="assistance-foreign",
            message="外国籍の住民への生活保護（準用）は法定免除に該当しません。",
            action="申請免除（国民年金法90条1項2号）を案内してください。",
            article="国民年金法89条1項2号・90条1項2号",
        )
