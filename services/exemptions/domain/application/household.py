"""Who is tested: spouse and householder on the day that decides for a month (90条1項ただし書).

The statute names no day. One city's page judges past cycles by 30 June and the current one by the
day of the application, and a change within the period before and after it. Month by month that
comes to: the last day of the month, or the day of the application where that is earlier. Certainty
[unverified]; `reference_day` alone decides it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from contracts.events import Whose
from contracts.law import Certainty
from contracts.months import Month
from contracts.values import value
from services.exemptions.domain.application.facts import APPLICANT, Case, Spell, Tested
from services.exemptions.domain.application.kinds import Question
from services.exemptions.domain.reasons import Reason, Rule, Says, because

SPOUSE_NOT_TOLD: Final = Rule(
    "spouse-not-told",
    "国民年金法施行規則77条2項2号",
    "{day}の配偶者（事実婚を含む）の有無について、書類又は申立書を求めてください。",
    Certainty.UNVERIFIED,
    says=Says.ASKS,
)
SPOUSE_UNCLEAR: Final = Rule(
    "spouse-unclear",
    "国民年金法施行規則77条2項2号",
    "{day}に配偶者があったか、婚姻・離婚等の日が確定していないため判定できません。",
    Certainty.UNVERIFIED,
    says=Says.ASKS,
)
HOUSEHOLDER_UNCLEAR: Final = Rule(
    "householder-unclear",
    "国民年金法施行規則77条2項2号",
    "{day}の世帯主が記録から判定できません。住民記録で確認してください。",
    Certainty.UNVERIFIED,
    says=Says.ASKS,
)
MORE_SPOUSES: Final = Rule(
    "more-than-one-spouse",
    "国民年金法90条1項",
    "{day}の配偶者が二人以上記録されています。戸籍等で確認してください。",
    says=Says.ASKS,
)


@value
class Around:
    """Who is tested beside the applicant on a day, and what is not known of it."""

    others: tuple[Tested, ...]
    asks: tuple[Reason, ...]


def reference_day(month: Month, applied_on: date) -> date:
    """The day whose household decides for ``month``: see the module [unverified]."""
    return min(month.last_day, applied_on)


def is_steady(case: Case) -> bool:
    """Whether the household is known and the same on every day: no day decides then."""
    if case.spouses is None or len(case.spouses) > 1 or len(case.householders) != 1:
        return False
    spells = (*case.spouses, *case.householders)
    return all(spell.first is None and spell.last is None for spell in spells)


def around(asked: Question, day: date, case: Case) -> Around:
    """Spouse and householder on ``day``, as far as the kind looks at them (ただし書)."""
    roles: dict[str, list[Whose]] = {}
    asks: list[Reason] = []
    if Whose.SPOUSE in asked.law.tested:
        found = None if case.spouses is None else _on(case.spouses, day)
        if found is None:
            rule = SPOUSE_NOT_TOLD if case.spouses is None else SPOUSE_UNCLEAR
            asks.append(because(rule, Whose.SPOUSE, basis=asked.article, day=day))
        elif len(found) > 1:
            asks.append(because(MORE_SPOUSES, Whose.SPOUSE, day=day))
        else:
            roles.update({key: [Whose.SPOUSE] for key in found})
    if Whose.HOUSEHOLDER in asked.law.tested:
        found = _on(case.householders, day)
        if found is None or len(found) != 1:
            asks.append(
                because(HOUSEHOLDER_UNCLEAR, Whose.HOUSEHOLDER, basis=asked.article, day=day)
            )
        elif (key := found[0]) != APPLICANT:
            roles.setdefault(key, []).append(Whose.HOUSEHOLDER)
    others = tuple(Tested(key, tuple(held)) for key, held in roles.items())
    return Around(others, tuple(asks))


def _on(spells: Sequence[Spell], day: date) -> list[str] | None:
    """Who has a spell on ``day``; None where a day that is not certain might decide it."""
    found: list[str] = []
    for spell in spells:
        first, last = spell.first, spell.last
        after_first = first is None or (None if first.value is None else first.value <= day)
        before_last = last is None or (None if last.value is None else day <= last.value)
        if after_first is False or before_last is False:
            continue
        if after_first is None or before_last is None:
            return None
        if spell.who not in found:
            found.append(spell.who)
    return found
