"""年金資格: what of a timeline goes back to the resident register, in its five columns."""

from typing import Final

from contracts.events import InsuredCategory, PensionColumns, VoluntaryInsurance
from contracts.values import unchecked
from services.qualification.domain.categories import Segment
from services.qualification.domain.reasons import Effect
from services.qualification.domain.timeline import Timeline

_columns: Final = unchecked(PensionColumns)
NOTHING: Final = PensionColumns(insured=None)
"""Nothing is known of the person. Of whom it was always so, the register is told nothing."""


def pension_columns(line: Timeline, number: str | None) -> PensionColumns:
    """The columns as of the timeline's day: of the category held, or of the last one known.

    取得年月日 is the day from which the category shown is held: a change of category (種別変更)
    sets it anew. [unverified: whether the register wants the first day of the qualification;
    this function alone decides.] Where the city cannot tell whether somebody is still insured,
    there is neither a 有無 nor a day of loss.
    """
    known = [segment for segment in line.segments if segment.category is not None]
    if not known:
        return _columns(insured=None, basic_pension_number=number)
    last = known[-1]
    past = last.past
    lost = past is not None and past.effect is Effect.LOSES and last is line.segments[-1]
    insured = True if past is None else False if lost else None
    return _columns(
        insured=insured,
        basic_pension_number=number,
        category=_category(last),
        voluntary=last.category if isinstance(last.category, VoluntaryInsurance) else None,
        acquired_on=last.first.day,
        lost_on=past.day if past is not None and lost else None,
    )


def _category(segment: Segment) -> InsuredCategory | None:
    return segment.category if isinstance(segment.category, InsuredCategory) else None
