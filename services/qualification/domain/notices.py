"""Notices (届書): by when each is due, and whether it takes effect.

A form says what is entered (`contracts.forms`); its meaning, in `meanings`, what facts follow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from contracts.events import InsuredCategory, TransitionKind
from contracts.forms import Value
from services.qualification.domain.acquisition import AGE_20
from services.qualification.domain.facts import Fact, PensionNumberStatement
from services.qualification.domain.loss import AGE_60
from services.qualification.domain.loss import DEATH as DIED
from services.qualification.domain.meanings import (
    ACQUISITION,
    CATEGORY_CHANGE_2_TO_1,
    CATEGORY_CHANGE_3_TO_1,
    DEATH,
    KINDS,
    LOSS,
)
from services.qualification.domain.notice_kind import Told
from services.qualification.domain.parameters import Parameters
from services.qualification.domain.reasons import Effect, Reason, Review, Rule, because
from services.qualification.domain.timeline import AsOf, Timeline, timeline
from services.qualification.domain.transitions import Transition

_DAY: Final = timedelta(days=1)
_FISCAL_YEAR_BEGINS: Final = 4

IN_TIME: Final = Rule(
    code="notice-due",
    article="国民年金法12条1項・103条、民法140条",
    sentence="届出期限は{due}（{article}。事実のあった日{day}の翌日から{days}日以内）。",
    effect=Effect.NOTHING,
    rank=99,
)
NO_DEADLINE: Final = Rule(
    code="notice-without-deadline",
    article="国民年金法附則5条3項、施行規則2条・6条・11条",
    sentence="期限の定めはありません。申出・申請は受け付けた日から効力を生じます。",
    effect=Effect.NOTHING,
    rank=99,
)
ITEM_DIFFERS: Final = Rule(
    code="application-item-differs",
    article="国民年金法施行規則2条1項3号",
    sentence="申出書の該当区分（{written}）と、住所・年齢等から該当する区分（{found}）が一致しません。",
    effect=Effect.NOTHING,
    rank=99,
)
NOT_BORNE_OUT: Final = Rule(
    code="notice-not-borne-out",
    article="国民年金法9条・12条1項・105条4項",
    sentence="届出の事実（{day}）による資格の得喪が、住民記録等からは確認できません。",
    effect=Effect.NOTHING,
    rank=99,
)
LATE: Final = Rule(
    code="notice-late",
    article="国民年金法12条1項・103条、民法140条",
    sentence="届出期限{due}（{article}。事実のあった日{day}の翌日から{days}日以内）を過ぎています。受け付け、事実の日で処理します。",
    effect=Effect.NOTHING,
    rank=99,
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when a notice was due."""

    due_on: date | None
    """None: there is no day by which it is due."""
    late: bool
    reason: Reason


def tells(kind: str, values: Mapping[str, Value], notice_id: UUID, accepted_on: date) -> Told:
    """What a notice of this kind tells, the basic pension number included.

    Raises ``KeyError`` for an unknown kind.
    """
    told = KINDS[kind].tells(values, notice_id, accepted_on)
    number = values.get("basic_pension_number")
    if number is None:
        return told
    statement = PensionNumberStatement(str(number), notice_id, accepted_on)
    return replace(told, contents=(*told.contents, statement))


def deadline(kind: str, occurred_on: date, accepted_on: date, parameters: Parameters) -> Deadline:
    """When the notice of a fact was due, its own day not counted (民法140条). Raises ``NoValue``.

    Whether a deadline on a holiday moves on is not known: it does not here.
    """
    article = KINDS[kind].due_by
    if article is None:
        return Deadline(None, False, because(NO_DEADLINE))
    days = parameters.notice_days.on(occurred_on)
    due_on = occurred_on + timedelta(days=days.value)
    late = accepted_on > due_on
    reason = because(
        LATE if late else IN_TIME,
        doubt=days.doubt, article=article, due=due_on, day=occurred_on, days=days.value,
    )  # fmt: skip
    return Deadline(due_on, late, reason)


def notice_of(transition: Transition) -> str | None:
    """The kind of notice that a transition calls for; None: none is due, or none to the city.

    Of 20 reached none is where JPS sees it in the register (規則1条の4第1項但書); of 60 never
    (規則3条1項); of becoming category 2 or 3 none to the city (規則6条の2第1項).
    """
    rule = transition.at.reason.rule
    match transition.kind:
        case TransitionKind.LOSS if transition.before is InsuredCategory.CATEGORY_1:
            return None if rule is AGE_60 else DEATH if rule is DIED else LOSS
        case TransitionKind.ACQUISITION if transition.after is InsuredCategory.CATEGORY_1:
            return None if rule is AGE_20 else ACQUISITION
        case TransitionKind.CATEGORY_CHANGE if transition.after is InsuredCategory.CATEGORY_1:
            left_3 = transition.before is InsuredCategory.CATEGORY_3
            return CATEGORY_CHANGE_3_TO_1 if left_3 else CATEGORY_CHANGE_2_TO_1
    return None


def fiscal_year(day: date) -> int:
    """年度: April to March, named by the year it begins in."""
    return day.year if day.month >= _FISCAL_YEAR_BEGINS else day.year - 1


@dataclass(frozen=True, slots=True)
class Expected:
    """What a notice would bring about: the transition, and the timeline with it.

    ``borne_out``: what the notice tells ends days of which the category is not known, so that no
    transition follows (somebody of the first load dies, or can draw an old-age benefit).
    """

    transition: Transition | None
    timeline: Timeline
    borne_out: bool = False

    @property
    def takes_effect(self) -> bool:
        """Whether the notice can be settled."""
        return self.transition is not None or self.borne_out


def expected(
    kind: str,
    facts: Sequence[Fact],
    told: Told,
    notice_id: UUID,
    at: datetime,
    today: date,
    rules: Parameters,
) -> Expected:
    """What would follow if the notice were settled at ``at``. ``transition`` None: nothing does.

    What falls on the day after the fact (法9条) is looked at on the day of the fact already.
    """
    with_it = [*facts, *(Fact(at, content) for content in told.contents)]
    line = timeline(with_it, rules, AsOf(max(today, told.occurred_on + _DAY)))
    if told.confirms is not None:
        days = (told.occurred_on, told.occurred_on + _DAY)
        found = [t for t in line.transitions if t.kind is told.confirms and t.occurred_on in days]
        if found:
            return Expected(found[-1], line)
        ends = [s.past for s in line.segments if s.category is None and s.past is not None]
        if any(end.day in days and end.effect is Effect.LOSES for end in ends):
            return Expected(None, line, borne_out=True)
        missing = Review(because(NOT_BORNE_OUT, day=told.occurred_on), told.occurred_on)
        return _nothing(line, missing)
    brings = KINDS[kind].brings
    caused = [t for t in line.transitions if t.at.notice_id == notice_id and brings(t)]
    if not caused:
        ends = [s.past for s in line.segments if s.category is None and s.past is not None]
        told_end = any(e.notice_id == notice_id and e.effect is Effect.LOSES for e in ends)
        return Expected(None, line, borne_out=told_end)
    after = caused[-1].after
    if told.wanted is not None and after is not told.wanted:
        label = after.label if after is not None else ""
        reason = because(ITEM_DIFFERS, written=told.wanted.label, found=label)
        return _nothing(line, Review(reason, told.occurred_on))
    return Expected(caused[-1], line)


def _nothing(line: Timeline, review: Review) -> Expected:
    return Expected(None, replace(line, reviews=(review, *line.reviews)))
