"""What other services are told of a timeline."""

from uuid import UUID

from contracts.events import QualificationChanged, QualificationPeriod, QualificationReportable
from services.qualification.domain.categories import Segment
from services.qualification.domain.reasons import Effect
from services.qualification.domain.timeline import Timeline
from services.qualification.domain.transitions import Transition, item_id


def changed(
    person_id: UUID, timeline: Timeline, version: int, *, number_known: bool
) -> QualificationChanged:
    """The timeline as an event: its periods, and the codes of what has to be looked at."""
    return QualificationChanged(
        person_id=person_id,
        timeline_version=version,
        basic_pension_number_known=number_known,
        periods=tuple(_period(segment) for segment in timeline.periods),
        review=tuple(dict.fromkeys(review.code for review in timeline.reviews)),
    )


def reportable(
    person_id: UUID, transition: Transition, basic_pension_number: str | None
) -> QualificationReportable:
    """One transition for jps_reporting, which decides what becomes of it."""
    return QualificationReportable(
        item_id=item_id(person_id, transition),
        person_id=person_id,
        transition=transition.kind,
        origin=transition.origin,
        notice_id=transition.at.notice_id,
        occurred_on=transition.occurred_on,
        reason=transition.reason,
        category_before=transition.before,
        category_after=transition.after,
        basic_pension_number=basic_pension_number,
        accepted_on=transition.accepted_on,
    )


def _period(segment: Segment) -> QualificationPeriod:
    """A period as an event tells it.

    Where the city cannot say when it ended, or another city answers for it now, there is no day of
    loss, and ``loss_reason`` says which of the two it is.
    """
    if segment.category is None:
        raise ValueError("days of unknown category are no period")
    past = segment.past
    lost = past is not None and past.effect in (Effect.LOSES, Effect.CHANGES)
    return QualificationPeriod(
        category=segment.category,
        acquired_on=segment.first.day,
        acquisition_reason=segment.first.reason.code,
        lost_on=past.day if past is not None and lost else None,
        loss_reason=past.reason.code if past is not None else None,
    )
