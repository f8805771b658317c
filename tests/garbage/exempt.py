"""Events of exemptions that came later, as it might send them."""

from uuid import UUID, uuid4

from contracts.events import Event, PremiumStatementKind, PremiumStatementSettled
from contracts.months import Month
from tests.garbage.basics import DAY, person
from tests.garbage.house import House


def statement(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return PremiumStatementSettled(
        item_id=uuid4(), statement_id=uuid4(), person_id=person(n), occurred_on=DAY,
        kind=PremiumStatementKind.PAY_REQUEST, from_month=Month(2026, 11), notified_on=DAY,
        accepted_on=DAY,
    )  # fmt: skip
