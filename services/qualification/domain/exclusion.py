"""Whom the Act does not cover although they live here: 規則1条の2, by the residence status.

The register tells the status with each statement, not the day on which it was granted. A change is
dated by a correction (職権修正), whose day is the day of the change; where the status turns up
changed beside some other event, the day is not certain and nothing is concluded from it.
"""

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Final

from contracts.codes import ResidentChangeKind, ResidentKind
from services.qualification.domain.acquisition import ceases_to_be_excluded
from services.qualification.domain.facts import RegisterStatement
from services.qualification.domain.loss import becomes_excluded
from services.qualification.domain.parameters import Parameters
from services.qualification.domain.reasons import Certainty, Effect, Reason, Review, Rule, because
from services.qualification.domain.spans import Boundary, Span

STATUS_UNKNOWN: Final = Rule(
    code="residence-status-unknown",
    article="国民年金法施行規則1条の2",
    sentence="在留資格（{status}）からは適用除外に当たるかどうか判別できないため、資格を判定していません。",
    effect=Effect.UNKNOWN,
    rank=84,
)
STATUS_DAY_UNCERTAIN: Final = Rule(
    code="residence-status-day-uncertain",
    article="国民年金法8条3号・9条4号・施行規則1条の2",
    sentence="在留資格が{day}までに変わりましたが、変わった日が確定していないため、資格の得喪を判定していません。",
    effect=Effect.UNKNOWN,
    rank=84,
)
NOT_COVERED: Final = Rule(
    code="not-covered",
    article="国民年金法7条1項1号・施行規則1条の2",
    sentence="在留資格（{status}）により国民年金法の適用を除外される者に当たる。",
    effect=Effect.NOTHING,
    rank=84,
)


class Coverage(Enum):
    """Whether the Act covers the holder of a residence status."""

    COVERED = "covered"
    EXCLUDED = "excluded"
    UNKNOWN = "unknown"


def coverage(statement: RegisterStatement, parameters: Parameters, day: date) -> Coverage:
    """Whether the Act covers a person of this nationality and residence status on ``day``.

    A foreign resident whose status the register does not tell is unknown, never covered by default.
    Raises ``NoValue``.
    """
    if statement.resident_kind is ResidentKind.JAPANESE:
        return Coverage.COVERED
    code = statement.residence_status_code
    if code is None or code in parameters.doubtful_residence_statuses.on(day).value:
        return Coverage.UNKNOWN
    if code in parameters.excluded_residence_statuses.on(day).value:
        return Coverage.EXCLUDED
    return Coverage.COVERED


def covered(
    history: Sequence[RegisterStatement], parameters: Parameters
) -> tuple[list[Span], list[Review]]:
    """The days on which the Act covers the person, from the register's statements, oldest first."""
    turn = history[0]
    now = coverage(turn, parameters, turn.reported_on)
    first: Boundary | None = None
    spans: list[Span] = []
    reviews: list[Review] = []
    for statement in history[1:]:
        turns = coverage(statement, parameters, statement.reported_on)
        if turns is now:
            continue
        if turns is Coverage.COVERED:
            first = _beginning(now, statement, parameters)
            if first.effect is Effect.UNKNOWN:
                reviews.append(Review(first.reason, first.day))
        elif now is Coverage.COVERED:
            spans.append(Span(first, _end(turns, statement, parameters)))
        now, turn = turns, statement
    if now is Coverage.COVERED:
        spans.append(Span(first, None))
    elif now is Coverage.UNKNOWN:
        reviews.append(Review(_unknown(turn), turn.reported_on))
    else:
        status = turn.residence_status_code or ""
        reason = because(NOT_COVERED, doubt=_doubt(turn, parameters), status=status)
        reviews.append(Review(reason, turn.reported_on))
    return [span for span in spans if not span.is_empty], reviews


def _beginning(before: Coverage, statement: RegisterStatement, parameters: Parameters) -> Boundary:
    day, told = _dated(statement), statement.reported_on
    if day is not None and before is Coverage.EXCLUDED:
        return ceases_to_be_excluded(day, told, _doubt(statement, parameters))
    return Boundary(told, because(STATUS_DAY_UNCERTAIN, day=told), told)


def _end(after: Coverage, statement: RegisterStatement, parameters: Parameters) -> Boundary:
    day, told = _dated(statement), statement.reported_on
    if day is not None and after is Coverage.EXCLUDED:
        return becomes_excluded(day, told, _doubt(statement, parameters))
    if after is Coverage.UNKNOWN:
        return Boundary(told, _unknown(statement), told)
    return Boundary(told, because(STATUS_DAY_UNCERTAIN, day=told), told)


def _dated(statement: RegisterStatement) -> date | None:
    """The day on which the status changed, where the register dates it."""
    if statement.change is ResidentChangeKind.CORRECTION:
        return statement.changed_on.value
    return None


def _unknown(statement: RegisterStatement) -> Reason:
    return because(STATUS_UNKNOWN, status=statement.residence_status_code or "記録なし")


def _doubt(statement: RegisterStatement, parameters: Parameters) -> Certainty | None:
    return parameters.excluded_residence_statuses.on(statement.reported_on).doubt
