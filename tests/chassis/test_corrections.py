"""What JPS was told since about a report (訂正の報告), in the order in which it came to be."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from contracts.events import ReportProcessing
from services.chassis.corrections import Correction, CorrectionView, in_order

MORNING = datetime(2026, 11, 16, 0, 30, tzinfo=UTC)


def one(number: int, on: str, *, serial: int | None = None, hours: int = 0) -> Correction:
    """Sent on the medium of that serial, or given up; told so many hours after the morning."""
    day = date.fromisoformat(on)
    return Correction(
        item_id=UUID(int=1), correction_id=UUID(int=number),
        processing=ReportProcessing.CANCELLATION,
        forwarded_on=None if serial is None else day, medium_serial=serial,
        recorded_at=MORNING + timedelta(hours=hours), outcome=None, decided_on=None,
        return_code=None, return_reason=None, given_up_on=day if serial is None else None,
    )  # fmt: skip


@pytest.mark.parametrize(
    "expected",
    [
        pytest.param(
            [one(2, "2026-11-14"), one(1, "2026-11-16", serial=3, hours=1)],
            id="given-up-on-an-earlier-day",
        ),
        pytest.param(
            [one(2, "2026-11-16"), one(1, "2026-11-16", serial=3, hours=2)],
            id="given-up-and-another-sent-on-the-same-day",
        ),
        pytest.param(
            [one(2, "2026-11-16"), one(1, "2026-11-16", serial=3)],
            id="both-told-at-once",
        ),
        pytest.param(
            [one(1, "2026-11-16", serial=3), one(2, "2026-11-16", hours=2),
             one(0, "2026-11-16", serial=4, hours=3)],
            id="given-up-between-two-media",
        ),
        pytest.param(
            [one(3, "2026-11-16"), one(2, "2026-11-16", hours=1)],
            id="two-given-up-on-one-day",
        ),
    ],
)  # fmt: skip
def test_they_stand_as_they_came_to_be(expected: list[Correction]) -> None:
    assert in_order(reversed(expected)) == expected


def test_what_was_given_up_is_not_what_jps_was_told_last() -> None:
    told = in_order([one(2, "2026-11-18"), one(1, "2026-11-16", serial=3)])
    last = CorrectionView.last_of(told)
    assert last is not None
    assert (last.forwarded_on, last.given_up_on) == (date(2026, 11, 16), None)
    assert CorrectionView.last_of([one(2, "2026-11-18")]) is None
