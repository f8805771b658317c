"""What is missing: facts of a person that call for a notice (届出) which has not come.

`planned` is a pure function of the facts, the future included, like the timeline: each call has the
day from which it is on the work list. What is on it on a day is the calls shown by then for which
no notice has come (`is_answered`), so the list depends on what is known and on the day alone, never
on when or in which batches it was looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID, uuid5

from contracts.codes import ResidentKind
from contracts.events import FactOutcome, InsuredCategory
from contracts.values import value
from services.qualification.domain.acquisition import AGE_20, FROM_ABROAD, NO_LONGER_EXCLUDED
from services.qualification.domain.categories import Segment
from services.qualification.domain.facts import (
    Fact,
    PensionNumberStatement,
    health_insurance_told,
)
from services.qualification.domain.loss import EXCLUDED
from services.qualification.domain.meanings import (
    ACQUISITION,
    CATEGORY_3_NOTICE,
    CATEGORY_CHANGE_2_TO_1,
    CATEGORY_CHANGE_3_TO_1,
    LOSS,
)
from services.qualification.domain.missing_rules import (
    BENEFIT_CHANGED,
    CAME_FROM_ABROAD,
    JOINED_HEALTH_INSURANCE,
    LEFT_PER_JPS,
    NO_LONGER_3_PER_JPS,
    STATUS_CHANGED,
    STAY_EXPIRED,
    TURNED_20,
    MissingKind,
)
from services.qualification.domain.notices import notice_of
from services.qualification.domain.old_age import BECAME_RECIPIENT, NO_LONGER_RECIPIENT
from services.qualification.domain.one_person import lives_here
from services.qualification.domain.parameters import Parameters
from services.qualification.domain.reasons import Reason, Rule, because
from services.qualification.domain.stays import JPS_CHANGED_TO_1
from services.qualification.domain.timeline import Plan
from services.qualification.domain.told import JpsStatement
from services.qualification.domain.transitions import Transition, transitions

_DAY: Final = timedelta(days=1)
_ENTRIES: Final = UUID("0b3d7a0e-1df9-5f5a-8f0c-5f2f60d0a7c4")
NEAR: Final = timedelta(days=31)
"""A notice whose day is this near to that of the fact is about it: the two may be told apart by the
day of leaving and the day after, or by a mistake that settling will find."""


@value
class Call:
    """A fact that calls for a notice, and why."""

    kind: MissingKind
    day: date
    """The day of the fact (事実のあつた日)."""
    notices: tuple[str, ...]
    """The kinds of notice that answer it; the first is the one that is due."""
    shown_from: date
    """The first day on which it is on the work list."""
    reason: Reason


@dataclass(frozen=True, slots=True)
class Came:
    """A notice as far as it may answer a call: not one that was withdrawn."""

    notice_id: UUID
    kind: str
    occurred_on: date


def entry_id(person_id: UUID, call: Call) -> UUID:
    """The id of a call on the work list: the same whenever it is worked out again."""
    return uuid5(_ENTRIES, f"{person_id}/{call.kind}/{call.day.isoformat()}")


def answer_to(call: Call, came: Sequence[Came]) -> Came | None:
    """The notice that answers a call; None where it has not come."""
    for notice in came:
        if notice.kind in call.notices and abs(notice.occurred_on - call.day) <= NEAR:
            return notice
    return None


def shown(calls: Sequence[Call], day: date) -> tuple[Call, ...]:
    """The calls that are on the list on a day, one for each kind and day of the fact."""
    found = {(call.kind, call.day): call for call in calls if call.shown_from <= day}
    return tuple(found.values())


def next_shown(calls: Sequence[Call], day: date) -> date | None:
    """The next day after ``day`` on which another call is on the list."""
    return min((c.shown_from for c in calls if c.shown_from > day), default=None)


def planned(facts: Sequence[Fact], whole: Plan, rules: Parameters) -> tuple[Call, ...]:
    """Every call that follows from the facts, whenever it is shown. Raises ``NoValue``.

    Of who lives here no more, or has announced to leave, none does: notices go to where one lives
    (令2条).
    """
    if not whole.segments or not lives_here(whole.said):
        return ()
    calls = [
        *_of_transitions(facts, whole, rules),
        *_of_health_insurance(facts, whole, rules),
        *_of_residence_period(whole, rules),
    ]
    if len(calls) > 1:
        calls.sort(key=lambda call: (call.shown_from, call.day, call.kind))
    return tuple(calls)


def asks_since(whole: Plan, day: date) -> date | None:
    """Since when it is worth asking whether somebody left employees' insurance; None: it is not.

    Of who lives here, is of an age to be insured on ``day``, and of whom no notice or record says
    that they are of category 1.
    """
    open_now = next((s for s in whole.segments if _holds(s, day)), None)
    if open_now is None or not lives_here(whole.said):
        return None
    settled = open_now.category is InsuredCategory.CATEGORY_1 and not open_now.presumed
    by_choice = open_now.category is not None and not isinstance(open_now.category, InsuredCategory)
    return None if settled or by_choice else open_now.first.day


def ask_again(asked_on: date, rules: Parameters) -> date:
    """From when on it is worth asking once more. Raises ``NoValue``."""
    return asked_on + timedelta(days=rules.missing.ask_every.on(asked_on).value)


def _of_transitions(facts: Sequence[Fact], whole: Plan, rules: Parameters) -> Iterator[Call]:
    begun = _records_begin(whole)
    for found in transitions(whole.segments):
        # What a notice told has been notified; what was before our records, to another system.
        if found.at.notice_id is not None or found.occurred_on < begun:
            continue
        match found.at.reason.rule:
            case r if r is FROM_ABROAD:
                yield from _came_from_abroad(whole, found, rules)
            case r if r is AGE_20:
                yield from _turned_20(facts, whole, found, rules)
            case r if r is JPS_CHANGED_TO_1:
                yield from _changed_per_jps(found, _jps_told(facts), rules)
            case r if r is BECAME_RECIPIENT or r is NO_LONGER_RECIPIENT:
                yield from _due(found, MissingKind.OLD_AGE_BENEFIT, BENEFIT_CHANGED)
            case r if r is EXCLUDED or r is NO_LONGER_EXCLUDED:
                yield from _due(found, MissingKind.RESIDENCE_STATUS, STATUS_CHANGED)


def _due(found: Transition, kind: MissingKind, rule: Rule) -> Iterator[Call]:
    notice = notice_of(found)
    if notice is not None:
        day = found.occurred_on
        # 法9条 lets the loss fall on the day after the fact; a notice is dated by the fact.
        yield Call(kind, day, (notice,), day, because(rule, day=day))


def _came_from_abroad(whole: Plan, found: Transition, rules: Parameters) -> Iterator[Call]:
    day = found.occurred_on
    presumed = rules.missing.note_presumed.on(day)
    notes = [
        stay.pension_note
        for stay in whole.said[-1].residence
        if stay.began.value == day and stay.pension_note is not None
    ]
    noted = notes[-1] if notes else presumed.value
    if noted or not _is_presumed(whole, day):
        return
    doubt = None if notes else presumed.doubt
    reason = because(CAME_FROM_ABROAD, doubt=doubt, day=day)
    yield Call(MissingKind.CAME_FROM_ABROAD, day, (ACQUISITION,), day, reason)


def _turned_20(
    facts: Sequence[Fact], whole: Plan, found: Transition, rules: Parameters
) -> Iterator[Call]:
    day = found.occurred_on
    known = any(isinstance(f.content, PensionNumberStatement | JpsStatement) for f in facts)
    if known or not _is_presumed(whole, day):
        return
    wait = rules.missing.turned_20_wait.on(day)
    reason = because(TURNED_20, doubt=wait.doubt, day=day, days=wait.value)
    shown_from = day + timedelta(days=wait.value)
    yield Call(MissingKind.TURNED_20, day, (ACQUISITION,), shown_from, reason)


def _changed_per_jps(
    found: Transition, told: JpsStatement | None, rules: Parameters
) -> Iterator[Call]:
    day = found.occurred_on
    if told is None or day < told.as_of - _looks_back(told.as_of, rules):
        return
    if found.before is InsuredCategory.CATEGORY_3:
        reason = because(NO_LONGER_3_PER_JPS, day=day, told=told.as_of)
        yield Call(MissingKind.LOST_CATEGORY_3, day, (CATEGORY_CHANGE_3_TO_1,), day, reason)
    elif found.before is InsuredCategory.CATEGORY_2:
        reason = because(LEFT_PER_JPS, day=day, told=told.as_of)
        yield Call(MissingKind.LEFT_EMPLOYMENT, day, (CATEGORY_CHANGE_2_TO_1,), day, reason)


def _of_health_insurance(facts: Sequence[Fact], whole: Plan, rules: Parameters) -> Iterator[Call]:
    told = health_insurance_told(facts)
    if not told or (said := told[-1]).outcome is not FactOutcome.VALUE:
        return
    for stay in said.stays:
        day = stay.acquired_on
        meant = rules.missing.left_insurance_reasons.on(day)
        since = max(_records_begin(whole), said.told_on - _looks_back(said.told_on, rules))
        if stay.reason not in meant.value or day < since:
            continue
        held = next((s for s in whole.segments if _holds(s, day)), None)
        if held is None or (held.category is not None and not _says_little(held)):
            continue
        reason = because(JOINED_HEALTH_INSURANCE, doubt=meant.doubt, day=day, why=stay.reason)
        # Which of the two changes it is, the notice tells; the first is the usual one.
        kinds = (CATEGORY_CHANGE_2_TO_1, CATEGORY_CHANGE_3_TO_1, ACQUISITION, CATEGORY_3_NOTICE)
        yield Call(MissingKind.LEFT_EMPLOYMENT, day, kinds, day, reason)


def _of_residence_period(whole: Plan, rules: Parameters) -> Iterator[Call]:
    said = whole.said[-1]
    until = said.residence_status_until
    if said.resident_kind is not ResidentKind.FOREIGN or until is None:
        return
    grace = rules.missing.residence_grace.on(until)
    shown_from = until + _DAY + timedelta(days=grace.value)
    if any(_holds(s, shown_from) and s.category is not None for s in whole.segments):
        reason = because(STAY_EXPIRED, doubt=grace.doubt, day=until, days=grace.value)
        yield Call(MissingKind.RESIDENCE_PERIOD, until, (LOSS,), shown_from, reason)


def _jps_told(facts: Sequence[Fact]) -> JpsStatement | None:
    told = [fact.content for fact in facts if isinstance(fact.content, JpsStatement)]
    return max(told, key=lambda said: said.as_of, default=None)


def _records_begin(whole: Plan) -> date:
    return whole.said[0].records_begin or date.min


def _looks_back(day: date, rules: Parameters) -> timedelta:
    return timedelta(days=rules.missing.look_back.on(day).value)


def _holds(segment: Segment, day: date) -> bool:
    past = segment.past
    return segment.first.day <= day and (past is None or day < past.day)


def _is_presumed(whole: Plan, day: date) -> bool:
    return any(s.presumed for s in whole.segments if s.first.day == day)


def _says_little(segment: Segment) -> bool:
    """A category that a notice told, or a presumption: joining 国民健康保険 speaks against both."""
    if segment.category is InsuredCategory.CATEGORY_1:
        return segment.presumed
    return isinstance(segment.category, InsuredCategory) and not segment.first.from_jps
