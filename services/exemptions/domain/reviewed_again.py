"""What a review of today finds otherwise than what an application was settled with (再審査).

Income is corrected on any day (更正), until the application goes to JPS; nothing of what is settled
changes by itself.
"""

from dataclasses import dataclass

from contracts.months import Month
from services.exemptions.domain.application.review import Result
from services.exemptions.domain.decisions import Review, ReviewOfMonth


@dataclass(frozen=True, slots=True)
class ChangedMonth:
    """A month, as it was settled and as it is reviewed now."""

    month: Month
    before: ReviewOfMonth | None
    """None: it was not among the months that were reviewed."""
    after: ReviewOfMonth


def changed(before: Review, after: Review) -> tuple[ChangedMonth, ...]:
    """Months that are reviewed otherwise now.

    Those that are outside (対象外) now are left out: the qualification or a notice of exemption by
    law took them, and is shown and followed as that.
    """
    return tuple(
        ChangedMonth(month, before.get(month), now)
        for month, now in sorted(after.items())
        if now.result is not Result.EXCLUDED and before.get(month) != now
    )
