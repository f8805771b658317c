"""Which months an entry stands for: what they are with it, and what they would be without.

Both are concluded by the rules from all that is settled, so that what stands behind an entry (a
part exemption under a statutory one, an older notice that it mended) shows as it would come out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from contracts.months import Month
from services.exemptions import exempting
from services.exemptions.domain.additional_premium import Period, periods
from services.exemptions.domain.facts import Notified
from services.exemptions.domain.notices import CHANGES, notified
from services.exemptions.exempting import Desk
from services.exemptions.stores.entries import Notice
from services.exemptions.take_back_views import Concern, ConcernedMonths

NOTHING: Final = {
    Concern.EXEMPTION: "免除なし",
    Concern.ADDITIONAL_PREMIUM: "付加保険料なし",
    Concern.REVIEW: "審査なし",
}
ASKED_TO_PAY: Final = "納付の申出による納付"
_ADDITIONAL: Final = "付加保険料あり"


def without(held: Sequence[Notice], gone: Notice) -> list[Notice]:
    """The person's notices as they stand once one of them waits again: what it mended counts."""
    return [
        replace(notice, mended=False) if notice.entry_id == gone.mends else notice
        for notice in held
        if notice.entry_id != gone.entry_id
    ]


def between(before: Desk, after: Desk) -> tuple[ConcernedMonths, ...]:
    """The months that are something else at one desk than at the other, exemption first; up to the
    month that staff look ahead to."""
    return (
        *concerned(Concern.EXEMPTION, _exempt(before), _exempt(after), before.through),
        *concerned(
            Concern.ADDITIONAL_PREMIUM, _additional(before), _additional(after), before.through
        ),
    )


def concerned(
    of: Concern, before: Mapping[Month, str], after: Mapping[Month, str], through: Month | None
) -> Iterator[ConcernedMonths]:
    """Runs of months whose label differs; one that is missing is nothing (免除なし). What reaches
    ``through`` goes on; None: nothing does."""
    nothing = NOTHING[of]
    run: ConcernedMonths | None = None
    for month in sorted(before.keys() | after.keys()):
        was, is_then = before.get(month, nothing), after.get(month, nothing)
        if was == is_then:
            continue
        if (
            run is not None
            and run.to_month + 1 == month
            and (run.before_label, run.after_label) == (was, is_then)
        ):
            run = run.model_copy(update={"to_month": month, "goes_on": month == through})
            continue
        if run is not None:
            yield run
        run = ConcernedMonths(
            of=of,
            of_label=of.label,
            from_month=month,
            to_month=month,
            goes_on=month == through,
            before_label=was,
            after_label=is_then,
        )
    if run is not None:
        yield run


def premium_periods(desk: Desk) -> tuple[Period, ...]:
    """Months with the additional premium, by settled notices and the timeline."""
    return periods(premium_notices(desk), desk.known)


def premium_notices(desk: Desk) -> list[Notified]:
    """The settled notices on the additional premium, as their forms say them."""
    return [
        notified(notice.kind, notice.entry_id, desk.values(notice))
        for notice in desk.held
        if notice.counts and notice.kind in CHANGES
    ]


def _exempt(desk: Desk) -> dict[Month, str]:
    asked = {
        span.from_month + n: ASKED_TO_PAY
        for span in exempting.asked_to_pay(desk)
        for n in range(span.to_month - span.from_month + 1)
    }
    return asked | {month: kind.label for month, kind in exempting.kinds(desk).items()}


def _additional(desk: Desk) -> dict[Month, str]:
    months: dict[Month, str] = {}
    for period in premium_periods(desk):
        last = desk.through if period.until is None else min(period.until - 1, desk.through)
        for n in range(last - period.from_month + 1):
            months[period.from_month + n] = _ADDITIONAL
    return months
