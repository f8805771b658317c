"""How often is too often."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.token_vault.domain.quotas import NoQuota, Operation, Period, Quota, in_force

LOOKUP = Operation.NUMBER_LOOKUP
QUOTAS = [
    Quota(LOOKUP, date(2026, 1, 1), Period.HOUR, 60),
    Quota(LOOKUP, date(2026, 10, 1), Period.HOUR, 30),
    Quota(Operation.MEDIUM_SEAL, date(2026, 1, 1), Period.DAY, 20),
]


@pytest.mark.parametrize(
    ("on", "allowed"),
    [
        (date(2026, 1, 1), 60),
        (date(2026, 9, 30), 60),
        (date(2026, 10, 1), 30),
        (date(2030, 1, 1), 30),
    ],
)
def test_the_latest_entry_counts(on: date, allowed: int) -> None:
    assert in_force(QUOTAS, LOOKUP, on).allowed == allowed


def test_without_an_entry_nothing_is_allowed() -> None:
    with pytest.raises(NoQuota):
        in_force(QUOTAS, LOOKUP, date(2025, 12, 31))


@pytest.mark.parametrize(
    ("period", "moment", "start"),
    [
        (Period.HOUR, datetime(2026, 10, 1, 0, 59, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)),
        # 15:00 UTC is midnight in Japan: another day begins.
        (
            Period.DAY,
            datetime(2026, 10, 1, 14, 59, tzinfo=UTC),
            datetime(2026, 9, 30, 15, tzinfo=UTC),
        ),
        (
            Period.DAY,
            datetime(2026, 10, 1, 15, 0, tzinfo=UTC),
            datetime(2026, 10, 1, 15, tzinfo=UTC),
        ),
    ],
)
def test_periods_begin_by_the_clock_in_japan(
    period: Period, moment: datetime, start: datetime
) -> None:
    assert period.start(moment) == start
    assert period.start(moment) <= moment < moment + period.remaining(moment)
    assert period.start(moment + period.remaining(moment)) > start


def test_what_remains_of_a_period() -> None:
    assert Period.HOUR.remaining(datetime(2026, 10, 1, 0, 59, tzinfo=UTC)) == timedelta(minutes=1)
