"""What other services are told of a timeline."""

from datetime import date
from typing import Final
from uuid import UUID

from contracts.events import (
    InsuredCategory,
    QualificationChanged,
    QualificationPeriod,
    QualificationReportable,
    VoluntaryInsurance,
    VoluntaryPeriod,
)
from contracts.values import unchecked
from services.qualification.domain.categories import Insurance, Segment
from services.qualification.domain.reasons import Effect
from services.qualification.domain.timeline import Timeline
from services.qualification.domain.transitions import Transition

_changed: Final = unchecked(QualificationChanged)
_of_category: Final = unchecked(QualificationPeriod)
_reportable: Final = unchecked(QualificationReportable)


def changed(
    person_id: UUID, timeline: Timeline, version: int, *, number_known: bool
) -> QualificationChanged:
    """The timeline as an event: its periods, and the codes of what has to be looked at."""
    return _changed(
        person_id=person_id,
        timeline_version=version,
        basic_pension_number_known=number_known,
        periods=tuple(
            _period(segment, segment.category)
            for segment in timeline.segments
            if isinstance(segment.category, InsuredCategory)
        ),
        review=tuple(dict.fromkeys(review.code for review in timeline.reviews)),
        voluntary=tuple(
            _voluntary(segment, segment.category)
            for segment in timeline.segments
            if isinstance(segment.category, VoluntaryInsurance)
        ),
    )


def reportable(
    item_id: UUID, person_id: UUID, transition: Transition, basic_pension_number: str | None
) -> QualificationReportable:
    """One transition for jps_reporting, which decides what becomes of it, under its item id."""
    return _reportable(
        item_id=item_id,
        person_id=person_id,
        transition=transition.kind,
        origin=transition.origin,
        notice_id=transition.at.notice_id,
        occurred_on=transition.occurred_on,
        reason=transition.reason,
        category_before=_category(transition.before),
        category_after=_category(transition.after),
        basic_pension_number=basic_pension_number,
        accepted_on=transition.accepted_on,
    )


def _category(insurance: Insurance | None) -> InsuredCategory | None:
    return insurance if isinstance(insurance, InsuredCategory) else None


def _period(segment: Segment, category: InsuredCategory) -> QualificationPeriod:
    """A period as an event tells it.

    Where the city cannot say when it ended, or another city answers for it now, there is no day of
    loss, and ``loss_reason`` says which of the two it is.
    """
    return _of_category(
        category=category,
        acquired_on=segment.first.day,
        acquisition_reason=segment.first.reason.code,
        lost_on=_lost_on(segment),
        loss_reason=segment.past.reason.code if segment.past is not None else None,
    )


def _voluntary(segment: Segment, kind: VoluntaryInsurance) -> VoluntaryPeriod:
    """The same of insurance by choice."""
    return VoluntaryPeriod(
        kind=kind,
        acquired_on=segment.first.day,
        acquisition_reason=segment.first.reason.code,
        lost_on=_lost_on(segment),
        loss_reason=segment.past.reason.code if segment.past is not None else None,
    )


def _lost_on(segment: Segment) -> date | None:
    past = segment.past
    lost = past is not None and past.effect in (Effect.LOSES, Effect.CHANGES)
    return past.day if past is not None and lost else None
