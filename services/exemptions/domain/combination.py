"""What each month of a person is exempt by: all kinds together, one of them standing, and why.

Every month of category 1 has one outcome. Where several kinds meet, the Act says which goes before:

1. maternity (88条の2), as 89条 and what follows it except whoever has it, and it counts as paid;
2. child-care (88条の3); its months leave out those of another child's maternity (paras. 1, 2);
3. part exemption (90条の2) before statutory exemption (89条1項, in brackets), unless the notice of
   the latter, or the request to pay, is held to be an application to cancel it (規則77条の8第3項):
   then it is over from the month before that notice on;
4. statutory exemption, unless the person asked to pay (89条2項);
5. what else was given by application: one kind a month, see `AppliedMonth`.

What is paid already stays paid under 89条 to 90条の3; 88条の2 and 88条の3 except nothing paid, so
that it is returned. Months that are not of category 1, and insurance by choice, have none of these
(附則5条10項, 平6附則11条, 平16附則23条).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from contracts.law import Certainty
from contracts.months import Month
from services.exemptions.domain.kinds import Applied, ExemptionKind
from services.exemptions.domain.paid_all_the_same import Asked
from services.exemptions.domain.reasons import Reason, Review, Rule, because
from services.exemptions.domain.spells import Found

MATERNITY_FIRST: Final = Rule(
    "after-maternity",
    "国民年金法88条の2・89条1項柱書",
    "{month}分は産前産後免除が優先するため、{kind}は適用しない。",
)
CHILD_CARE_FIRST: Final = Rule(
    "after-child-care",
    "国民年金法88条の3・89条1項柱書",
    "{month}分は育児免除が優先するため、{kind}は適用しない。",
)
PART_FIRST: Final = Rule(
    "after-part-exemption",
    "国民年金法89条1項柱書・90条の2",
    "{month}分は{first}を受けているため、法定免除は適用しない。法定免除該当届を提出すれば、"
    "提出月の前月分から切り替えられる。本人の意向を確認してください。",
)
PART_CANCELLED: Final = Rule(
    "part-exemption-cancelled",
    "国民年金法90条の2第4項、同法施行規則77条の8第3項",
    "{day}の法定免除該当届（又は納付の申出）により{kind}の取消しの申請があったものとみなされ、"
    "{month}分は{kind}の対象とならない。",
)
STATUTORY_FIRST: Final = Rule(
    "after-statutory",
    "国民年金法89条1項",
    "{month}分は法定免除に該当するため、{kind}は適用しない。",
)
PAID: Final = Rule(
    "paid-already",
    "国民年金法89条1項・90条・90条の2・90条の3（既に納付されたものを除く）",
    "{month}分は既に納付されているため、{kind}の対象とならない。",
)
RETURNED: Final = Rule(
    "paid-and-returned",
    "国民年金法88条の2・88条の3、同法施行令9条",
    "{month}分は既に納付されているため、納付された保険料の還付・充当を日本年金機構が行う。",
    # 令9条 is about what was paid ahead; that the same holds of other payments was not found.
    certainty=Certainty.UNVERIFIED,
)
ASKED_AND_EXEMPT: Final = Rule(
    "asked-and-exempt",
    "国民年金法89条2項・90条3項",
    "{month}分は納付の申出がありますが、{kind}が承認されています。取消しの申請の要否を確認してください。",
)
NOT_CATEGORY_1: Final = Rule(
    "not-category-1",
    "国民年金法7条1項1号・11条・11条の2・附則5条10項",
    "{month}分は第１号被保険者の月でないため、{kind}の対象とならない。",
)

_WHOLE_BY_LAW: Final = (
    (ExemptionKind.MATERNITY, MATERNITY_FIRST),
    (ExemptionKind.CHILD_CARE, CHILD_CARE_FIRST),
)


@dataclass(frozen=True, slots=True)
class Exemptible:
    """All that bears on a person's months."""

    insured: frozenset[Month]
    """The months of category 1."""
    by_law: Found = field(default_factory=Found)
    """Maternity, child-care and statutory exemption (`spells.together`)."""
    applied: Applied = field(default_factory=dict)
    asked: Asked | None = None
    """The months that the person asked to pay all the same (規則75条の2)."""
    switched_on: tuple[date, ...] = ()
    """The days of notices of statutory exemption (規則75条)."""
    paid: frozenset[Month] = frozenset()
    """Months known to be paid: JPS knows, and this service where it was told."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one month is exempt by."""

    kind: ExemptionKind | None
    """None: by nothing."""
    reasons: tuple[Reason, ...]
    aside: Mapping[ExemptionKind, Reason] = field(default_factory=dict)
    """The kinds that would apply and do not, each with why."""


@dataclass(frozen=True, slots=True)
class Combined:
    """A person's months, in order, and what has to be looked at before they are relied on."""

    months: Mapping[Month, Outcome]
    reviews: tuple[Review, ...] = ()

    @property
    def kinds(self) -> dict[Month, ExemptionKind]:
        """The months that are exempt, and by what."""
        return {month: found.kind for month, found in self.months.items() if found.kind}


def combine(person: Exemptible, through: Month) -> Combined:
    """The outcome of every month up to ``through`` of which any kind was told or given."""
    candidates: dict[Month, dict[ExemptionKind, tuple[Reason, ...]]] = {}
    for spell in person.by_law.spells:
        why = (spell.began,) if spell.ended in (None, spell.began) else (spell.began, spell.ended)
        for month in spell.months(through):
            of_month = candidates.setdefault(month, {})
            of_month[spell.kind] = tuple(dict.fromkeys((*of_month.get(spell.kind, ()), *why)))
    for month, applied in person.applied.items():
        if month <= through:
            candidates.setdefault(month, {})[applied.kind] = applied.reasons
    months = {month: _outcome(person, month, candidates[month]) for month in sorted(candidates)}
    return Combined(months, (*person.by_law.reviews, *_contradictions(person, months)))


def _outcome(
    person: Exemptible, month: Month, candidates: Mapping[ExemptionKind, tuple[Reason, ...]]
) -> Outcome:
    if month not in person.insured:
        outside = {
            kind: because(NOT_CATEGORY_1, month=month, kind=kind.label) for kind in candidates
        }
        return Outcome(None, tuple(outside.values()), outside)
    aside = dict(_set_aside(person, month, frozenset(candidates)))
    standing = [kind for kind in ExemptionKind if kind in candidates and kind not in aside]
    if not standing:
        return Outcome(None, tuple(aside.values()), aside)
    (kind,) = standing
    reasons = candidates[kind]
    if kind.counts_as_paid and month in person.paid:
        reasons = (*reasons, because(RETURNED, month=month))
    return Outcome(kind, reasons, aside)


def _set_aside(
    person: Exemptible, month: Month, candidates: frozenset[ExemptionKind]
) -> Iterator[tuple[ExemptionKind, Reason]]:
    """The kinds that do not stand, and why: at most one of the candidates is left."""
    for first, rule in _WHOLE_BY_LAW:
        if first in candidates:
            for kind in candidates - {first}:
                yield kind, because(rule, month=month, kind=kind.label)
            return
    if month in person.paid:
        for kind in candidates:
            yield kind, because(PAID, month=month, kind=kind.label)
        return
    left = set(candidates)
    if ExemptionKind.STATUTORY in left and (reason := _asked(person, month)):
        yield ExemptionKind.STATUTORY, reason
        left.discard(ExemptionKind.STATUTORY)
    other = next((kind for kind in left if kind.by_application), None)
    if other is not None and other.is_partial and (day := _switched(person, month)):
        yield other, because(PART_CANCELLED, day=day, kind=other.label, month=month)
    elif other is not None and ExemptionKind.STATUTORY in left:
        if other.is_partial:
            yield ExemptionKind.STATUTORY, because(PART_FIRST, month=month, first=other.label)
        else:
            yield other, because(STATUTORY_FIRST, month=month, kind=other.label)


def _asked(person: Exemptible, month: Month) -> Reason | None:
    return person.asked.reason(month) if person.asked else None


def _switched(person: Exemptible, month: Month) -> date | None:
    """The notice or request that is held to cancel a part exemption of ``month``; None: none is.

    It cancels what was applied for by then, from the month before it on (90条の2第4項, 90条3項),
    and behind the end of the ground too. Where nobody told when it was applied for, it cancels what
    statutory exemption or the request would take the place of.
    """
    requests = person.asked.requests if person.asked else ()
    days = [*person.switched_on, *(request.on for request in requests if not request.changes)]
    days = [day for day in days if Month.of(day) - 1 <= month]
    applied_on = person.applied[month].applied_on
    if applied_on is not None:
        return min((day for day in days if applied_on <= day), default=None)
    taken_over = any(
        spell.kind is ExemptionKind.STATUTORY and spell.covers(month)
        for spell in person.by_law.spells
    )
    return min(days, default=None) if taken_over else None


def _contradictions(person: Exemptible, months: Mapping[Month, Outcome]) -> Iterator[Review]:
    for month, outcome in months.items():
        if outcome.kind is None or not outcome.kind.by_application:
            continue
        if ExemptionKind.STATUTORY in outcome.aside and _asked(person, month):
            reason = because(ASKED_AND_EXEMPT, month=month, kind=outcome.kind.label)
            yield Review(reason, since=month)
            return
