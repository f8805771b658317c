"""The work list of missing notices: what happens to an entry, and what is to be done next.

An entry is listed when a call is shown and no notice has come; staff remind, remind again, and act
ex officio (職権); it ends by itself when the notice comes or the facts no longer call for it. Each
step is added to its history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from contracts.codes import Code
from services.qualification.domain.missing import Call, Came, answer_to, entry_id
from services.qualification.domain.parameters import NoValue, Parameters


class Step(Code):
    """What happened to an entry."""

    LISTED = "listed", "把握"
    REMINDED = "reminded", "勧奨"
    REMINDED_AGAIN = "reminded_again", "再勧奨"
    EX_OFFICIO = "ex_officio", "職権による処理へ"
    ENDED_BY_NOTICE = "ended_by_notice", "終了（届出あり）"
    ENDED_BY_FACT = "ended_by_fact", "終了（事実の変更・確認）"

    @property
    def is_end(self) -> bool:
        """Whether an entry is off the list with it."""
        return self in (Step.ENDED_BY_NOTICE, Step.ENDED_BY_FACT)


FOLLOWS: Final[Mapping[Step, frozenset[Step]]] = {
    Step.LISTED: frozenset({Step.REMINDED, Step.EX_OFFICIO}),
    Step.REMINDED: frozenset({Step.REMINDED_AGAIN, Step.EX_OFFICIO}),
    Step.REMINDED_AGAIN: frozenset({Step.EX_OFFICIO}),
    Step.EX_OFFICIO: frozenset(),
    Step.ENDED_BY_NOTICE: frozenset(),
    Step.ENDED_BY_FACT: frozenset(),
}
"""What staff may do next. Of a fact known from records the city may act without reminding."""


@dataclass(frozen=True, slots=True)
class Held:
    """An entry as far as it decides what follows."""

    entry_id: UUID
    is_open: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A step that follows by itself. ``call``: of what is listed; None of what ends."""

    entry_id: UUID
    step: Step
    call: Call | None = None
    notice_id: UUID | None = None


def changes(
    person_id: UUID, calls: Sequence[Call], held: Sequence[Held], came: Sequence[Came]
) -> list[Change]:
    """What follows for a person's entries from the calls shown and the notices that have come."""
    known = {entry.entry_id: entry for entry in held}
    found: list[Change] = []
    for call in calls:
        which = entry_id(person_id, call)
        entry, answer = known.pop(which, None), answer_to(call, came)
        if answer is None and (entry is None or not entry.is_open):
            found.append(Change(which, Step.LISTED, call))
        elif answer is not None and entry is not None and entry.is_open:
            found.append(Change(which, Step.ENDED_BY_NOTICE, notice_id=answer.notice_id))
    found += [
        Change(entry.entry_id, Step.ENDED_BY_FACT) for entry in known.values() if entry.is_open
    ]
    return found


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is to be done next with an entry, from which day on.

    ``day_is_open`` None: the calendar does not cover the day, so nobody knows whether the offices
    are open on it.
    """

    step: Step
    on: date
    day_is_open: bool | None


def next_step(step: Step, step_on: date, due_on: date | None, rules: Parameters) -> NextStep | None:
    """What follows a step taken on a day; None: nothing but the notice itself.

    ``due_on`` None: the fact has no day by which its notice is due. Raises ``NoValue``.
    """
    wait = rules.missing
    match step:
        case Step.LISTED:
            following = Step.REMINDED
            on = step_on if due_on is None else _later(due_on, wait.reminder_after.on(due_on).value)
        case Step.REMINDED:
            following = Step.REMINDED_AGAIN
            on = _later(step_on, wait.second_reminder_after.on(step_on).value)
        case Step.REMINDED_AGAIN:
            following = Step.EX_OFFICIO
            on = _later(step_on, wait.ex_officio_after.on(step_on).value)
        case _:
            return None
    try:
        return NextStep(following, rules.calendar.next_open(on), True)
    except NoValue:
        return NextStep(following, on, None)


def _later(day: date, days: int) -> date:
    return day + timedelta(days=days)
