"""Counting insured months: NPA arts. 11 and 11-2."""

from collections.abc import Iterator, Sequence
from datetime import date

from contracts.months import Month
from services.qualification.domain.categories import (
    CATEGORY_2_START_UNKNOWN,
    Insurance,
    Segment,
)
from services.qualification.domain.transitions import continues


def insured_months(segments: Sequence[Segment], through: Month) -> dict[Month, Insurance]:
    """Each insured month up to ``through``, and the category it counts as.

    Art. 11(1): from the month of acquisition to the month before the loss. Art. 11(2): acquired and
    lost within a month, that month counts as one, unless the qualification is acquired again in it.
    Art. 11-2: a month in which the category changed counts as the one it was last changed to.

    A period that ended on a day nobody told counts for nothing. Where the records end otherwise
    (a move out of the city), months count up to the one before.
    """
    months: dict[Month, Insurance] = {}
    for spell in _spells(segments):
        for month in _counted(spell, through):
            category = _last_in(spell, month.last_day)
            if category is not None:
                months[month] = category
    return months


def _counted(spell: Sequence[Segment], through: Month) -> Iterator[Month]:
    first, last, past = Month.of(spell[0].first.day), through, spell[-1].past
    if past is not None and past.reason.rule is CATEGORY_2_START_UNKNOWN:
        last = Month.of(spell[-1].first.day) - 1
    elif past is not None:
        last = Month.of(past.day) - 1
        if spell[0].came_from is None:
            # Art. 11(2). Who came from another category had acquired before this month.
            last = max(last, first)
    for offset in range(min(last, through) - first + 1):
        yield first + offset


def _spells(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Segments put together where the qualification went on through changes of category."""
    spells: list[list[Segment]] = []
    before: Segment | None = None
    for segment in segments:
        if segment.category is not None:
            if before is not None and continues(before, segment):
                spells[-1].append(segment)
            else:
                spells.append([segment])
        before = segment
    return spells


def _last_in(spell: Sequence[Segment], day: date) -> Insurance | None:
    held = [segment.category for segment in spell if segment.first.day <= day]
    return held[-1] if held else None
