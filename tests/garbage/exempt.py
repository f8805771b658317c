"""Events of exemptions that came later, and what identity lets it know of persons."""

from collections.abc import Callable
from typing import Final
from uuid import UUID, uuid4

from contracts.events import (
    AssistanceChanged,
    Event,
    IncomeCorrected,
    IncomeNotAwaited,
    IncomeTold,
    PremiumStatementKind,
    PremiumStatementSettled,
)
from contracts.months import Month
from tests.garbage.basics import DAY, person
from tests.garbage.house import House


def statement(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return PremiumStatementSettled(
        item_id=uuid4(), statement_id=uuid4(), person_id=person(n), occurred_on=DAY,
        kind=PremiumStatementKind.PAY_REQUEST, from_month=Month(2026, 11), notified_on=DAY,
        accepted_on=DAY,
    )  # fmt: skip


def corrected(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return IncomeCorrected(person_id=person(n), levy_year=2026)


def come(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return IncomeTold(person_id=person(n), levy_year=2026)


def not_awaited(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return IncomeNotAwaited(person_id=person(n), levy_year=2026)


def assisted(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return AssistanceChanged(person_id=person(n))


NEWS: Final[dict[type[Event], Callable[[House, int, int, UUID], Event]]] = {
    IncomeCorrected: corrected,
    IncomeTold: come,
    IncomeNotAwaited: not_awaited,
    AssistanceChanged: assisted,
}
"""Of whom identity has news, which exemptions asks about."""
