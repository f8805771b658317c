"""What JPS tells, as staff are shown it: as theirs (C40)."""

from datetime import date, datetime
from uuid import UUID

from contracts.events import InsuredCategory, NumberStanding
from services.qualification.domain.numbers import PensionNumber
from services.qualification.domain.told import JpsStatement
from services.qualification.shown import View
from services.qualification.stores.differences import Kept


class NumberView(View):
    """A basic pension number, and what it is to the person."""

    number: str
    standing: NumberStanding
    standing_label: str
    told_on: date
    by_jps: bool

    @classmethod
    def of(cls, number: PensionNumber) -> "NumberView":
        """A number as it is shown."""
        return cls(
            number=number.number,
            standing=number.standing,
            standing_label=number.standing.label,
            told_on=number.told_on,
            by_jps=number.by_jps,
        )


class StayView(View):
    """A stay in category 2 or 3 as JPS has it."""

    category: InsuredCategory
    category_label: str
    began: date
    ended: date | None


class JpsRecordView(View):
    """被保険者記録 of JPS as of its reference day (基準日)."""

    as_of: date
    complete_since: date | None
    """From when nothing is missing in it; None: only what is listed is told."""
    credited_months: int | None
    stays: tuple[StayView, ...]

    @classmethod
    def of(cls, record: JpsStatement) -> "JpsRecordView":
        """A record as it is shown."""
        return cls(
            as_of=record.as_of,
            complete_since=record.complete_since,
            credited_months=record.credited_months,
            stays=tuple(
                StayView(
                    category=stay.category,
                    category_label=stay.category.label,
                    began=stay.began,
                    ended=stay.ended,
                )
                for stay in record.stays
            ),
        )


class DifferenceView(View):
    """Where JPS and we do not agree."""

    difference_id: UUID
    person_id: UUID
    code: str
    article: str
    sentence: str
    since: date
    found_at: datetime

    @classmethod
    def of(cls, kept: Kept) -> "DifferenceView":
        """A difference as it is shown."""
        return cls(
            difference_id=kept.difference_id,
            person_id=kept.person_id,
            code=kept.code,
            article=kept.article,
            sentence=kept.sentence,
            since=kept.since,
            found_at=kept.found_at,
        )
