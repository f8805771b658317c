"""Notices (届書): what each kind tells, by when it is due, and whether it takes effect.

A form says what is entered (`contracts.forms`); a `NoticeKind` says what facts follow from it. One
more kind of notice is one more form file and one more entry in `KINDS`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from contracts.dates import UncertainDate
from contracts.events import InsuredCategory
from contracts.forms import FormError, Value
from services.qualification.domain.facts import (
    CategoryStatement,
    Content,
    Fact,
    PensionNumberStatement,
)
from services.qualification.domain.parameters import Parameters
from services.qualification.domain.reasons import Effect, Reason, Rule, because
from services.qualification.domain.timeline import AsOf, Timeline, timeline
from services.qualification.domain.transitions import Transition

_DAY: Final = timedelta(days=1)
_FISCAL_YEAR_BEGINS: Final = 4

IN_TIME: Final = Rule(
    code="notice-due",
    article="国民年金法施行規則6条の2第1項・民法140条",
    sentence="届出期限は{due}（事実のあった日{day}の翌日から{days}日以内）。",
    effect=Effect.NOTHING,
    rank=99,
)
LATE: Final = Rule(
    code="notice-late",
    article="国民年金法施行規則6条の2第1項・民法140条",
    sentence="届出期限{due}（事実のあった日{day}の翌日から{days}日以内）を過ぎています。受け付け、事実の日で処理します。",
    effect=Effect.NOTHING,
    rank=99,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice tells: the day of its fact (事実のあつた日), and the facts to be recorded."""

    occurred_on: date
    contents: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """A kind of notice."""

    tells: Callable[[Mapping[str, Value], UUID, date], Told]
    """Values of the form, the notice's id, and the day it was accepted: what it tells."""
    contradictions: Callable[[Mapping[str, Value], date], list[FormError]]
    """What of the values cannot be, given the day of acceptance."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when a notice was due."""

    due_on: date
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
    return Told(told.occurred_on, (*told.contents, statement))


def deadline(occurred_on: date, accepted_on: date, parameters: Parameters) -> Deadline:
    """When the notice of a fact was due, its own day not counted (民法140条). Raises ``NoValue``.

    Whether a deadline on a holiday moves on is not known: it does not here.
    """
    days = parameters.notice_days.on(occurred_on)
    due_on = occurred_on + timedelta(days=days.value)
    late = accepted_on > due_on
    rule = LATE if late else IN_TIME
    reason = because(rule, doubt=days.doubt, due=due_on, day=occurred_on, days=days.value)
    return Deadline(due_on, late, reason)


def fiscal_year(day: date) -> int:
    """年度: April to March, named by the year it begins in."""
    return day.year if day.month >= _FISCAL_YEAR_BEGINS else day.year - 1


@dataclass(frozen=True, slots=True)
class Expected:
    """What a notice would bring about: the transition, and the timeline with it."""

    transition: Transition | None
    timeline: Timeline


def expected(
    facts: Sequence[Fact], told: Told, notice_id: UUID, at: datetime, today: date, rules: Parameters
) -> Expected:
    """What would follow if the notice were settled at ``at``. ``transition`` None: nothing does."""
    with_it = [*facts, *(Fact(at, content) for content in told.contents)]
    line = timeline(with_it, rules, AsOf(today))
    caused = [t for t in line.transitions if t.at.notice_id == notice_id and t.is_reportable]
    return Expected(caused[-1] if caused else None, line)


def _change_2_to_1(values: Mapping[str, Value], notice_id: UUID, accepted_on: date) -> Told:
    """Employees' pension ends on the day after leaving, and category 1 begins on that day."""
    left_on = _day(values["left_employment_on"])
    since = values.get("category_2_since")
    changed_on = left_on + _DAY
    statement = CategoryStatement(
        category=InsuredCategory.CATEGORY_2,
        began=None if since is None else _day(since),
        ended=changed_on,
        notice_id=notice_id,
        accepted_on=accepted_on,
    )
    return Told(changed_on, (statement,))


def _change_2_to_1_contradictions(
    values: Mapping[str, Value], accepted_on: date
) -> list[FormError]:
    left_on = _day(values["left_employment_on"])
    since = values.get("category_2_since")
    wrong = []
    if left_on + _DAY > accepted_on:
        wrong.append(
            FormError(
                field="values.left_employment_on",
                code="QU-0110",
                message="種別変更の日（退職日の翌日）が受付日より後です。退職日の翌日以後に受け付けてください。",
            )
        )
    if since is not None and _day(since) > left_on:
        wrong.append(
            FormError(
                field="values.category_2_since",
                code="QU-0111",
                message="厚生年金の資格取得年月日が退職年月日より後です。",
            )
        )
    return wrong


def _day(value: Value) -> date:
    if not isinstance(value, UncertainDate):
        raise TypeError("a date field holds a date")
    return value.require()


CATEGORY_CHANGE_2_TO_1: Final = "category_change_2_to_1"

KINDS: Final[Mapping[str, NoticeKind]] = {
    CATEGORY_CHANGE_2_TO_1: NoticeKind(_change_2_to_1, _change_2_to_1_contradictions),
}
"""The kinds that this service accepts, by the name of their form."""
