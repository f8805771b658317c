"""法定免除 that ended three years after the state of disability ceased (令6条の5第2項), as work.

JPS decided the grade, and no notice told the end: months are to be paid again, and the person has
to give notice (規則76条) and may want to apply. Nothing changes by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from contracts.months import Month
from services.exemptions.domain.assistance import Proposal, ProposalKind
from services.exemptions.domain.disability import RECOVERED
from services.exemptions.domain.parameters import Statutory
from services.exemptions.domain.reasons import Reason, Rule, because
from services.exemptions.domain.statutory import Ground, Holding, notice_due

ENDED: Final = Rule(
    "disability-recovered-ended",
    "国民年金法89条1項1号、同法施行令6条の5第2項、同法施行規則76条",
    "{why}法定免除は{month}分までです。非該当届が出ていません。申請免除等の案内も行ってください。",
)


@dataclass(frozen=True, slots=True)
class Ending:
    """非該当届 about a disability: not one that was withdrawn."""

    notice_id: UUID
    ceased_on: date


def endings(
    held: Sequence[Holding], told: Sequence[Ending], insured: frozenset[Month], figures: Statutory
) -> tuple[Proposal, ...]:
    """Ends that nobody gave notice of, the future included, where a month is to be paid after it.

    ``held``: every ground that settled notices and changes of the disability gave. ``insured``: the
    months of category 1 that matter. Raises ``NoValue``.
    """
    return tuple(
        proposal
        for proposal, holding in _ended(held, insured, figures)
        if not any(_is_about(one, holding) for one in told)
    )


def told_by(on: date | None, told: Sequence[Ending]) -> UUID | None:
    """The notice that answers an entry about an end of that day."""
    return next((one.notice_id for one in told if on is not None and one.ceased_on <= on), None)


def _is_about(ending: Ending, holding: Holding) -> bool:
    since, ceased = holding.since.require(), holding.ceased
    return ceased is not None and since < ending.ceased_on <= ceased.require()


def _ended(
    held: Sequence[Holding], insured: frozenset[Month], figures: Statutory
) -> Iterator[tuple[Proposal, Holding]]:
    for holding in held:
        why, over = _recovered(holding), holding.ceased
        if why is None or over is None:
            continue
        day = over.require()
        followed = any(_holds(other, day) for other in held if other is not holding)
        if followed or not any(month > Month.of(day) for month in insured):
            continue
        reason = because(ENDED, doubt=why.doubt, why=why.sentence, month=Month.of(day))
        yield (
            Proposal(
                ProposalKind.RECOVERED,
                reason,
                on=day,
                month=Month.of(day) + 1,
                due=notice_due(day, figures),
            ),
            holding,
        )


def _recovered(holding: Holding) -> Reason | None:
    if holding.ground is not Ground.DISABILITY:
        return None
    return next((note for note in holding.notes if note.rule == RECOVERED), None)


def _holds(holding: Holding, day: date) -> bool:
    """Whether a ground is, or may be, in force on a day."""
    since, ceased = holding.since.value, holding.ceased.value if holding.ceased else None
    return (since is None or since <= day) and (ceased is None or ceased > day)
