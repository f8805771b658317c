"""The kinds given by application: what each rests on, who is tested, what it counts as."""

from datetime import date
from typing import Final

from contracts.codes import Code
from contracts.events import FactPurpose, Whose
from contracts.months import Month
from contracts.values import value
from services.exemptions.domain.kinds import ExemptionKind as Kind


class Ground(Code):
    """Each person who is tested has to have one of these; not all need the same (90条1項各号)."""

    INCOME = "income", "所得"
    ASSISTANCE = "assistance", "生活扶助以外の扶助"
    STATUS = "status", "障害者・寡婦・ひとり親"
    SPECIAL = "special", "天災・失業等"


EXEMPTIONS: Final = (Kind.FULL, Kind.THREE_QUARTERS, Kind.HALF, Kind.QUARTER)


@value
class Law:
    """What one kind is by law."""

    article: str
    items: tuple[str, str, str, str]
    """The items of the article for each `Ground`, in its order."""
    tested: tuple[Whose, ...]
    exempt_quarters: int
    """Quarters of the premium that need not be paid; the rest is due, or nothing counts (5条)."""
    counts_eighths: int
    """Eighths of a paid month that it counts as for the pension's amount (27条), from 2009-04."""
    purpose: FactPurpose
    """For which the integrated database is asked."""


_ALL: Final = (Whose.APPLICANT, Whose.SPOUSE, Whose.HOUSEHOLDER)
_REVIEW: Final = FactPurpose.EXEMPTION_REVIEW
_YOUNG: Final = "平成16年法律第104号附則19条2項"

LAWS: Final = {
    Kind.FULL: Law("国民年金法90条1項", ("1号", "2号", "3号", "4号"), _ALL, 4, 4, _REVIEW),
    Kind.THREE_QUARTERS: Law(
        "国民年金法90条の2第1項", ("1号", "2号", "2号", "3号"), _ALL, 3, 5, _REVIEW
    ),
    Kind.HALF: Law("国民年金法90条の2第2項", ("1号", "2号", "2号", "3号"), _ALL, 2, 6, _REVIEW),
    Kind.QUARTER: Law("国民年金法90条の2第3項", ("1号", "2号", "2号", "3号"), _ALL, 1, 7, _REVIEW),
    Kind.DEFERMENT: Law(
        "平成26年法律第64号附則14条1項",
        ("1号", "2号", "2号", "3号"),
        (Whose.APPLICANT, Whose.SPOUSE),
        4,
        0,
        FactPurpose.DEFERMENT_REVIEW,
    ),
    Kind.STUDENT: Law(
        "国民年金法90条の3第1項",
        ("1号", "2号", "2号", "3号"),
        (Whose.APPLICANT,),
        4,
        0,
        FactPurpose.STUDENT_REVIEW,
    ),
}


_PLACE: Final = {ground: place for place, ground in enumerate(Ground)}


@value
class Question:
    """Whether a kind holds for a month. ``young``: it is asked of somebody under 30 (deferment)."""

    kind: Kind
    month: Month
    young: bool = False

    @property
    def day(self) -> date:
        """The day by which figures are chosen: the first of the month (月分)."""
        return self.month.first_day

    @property
    def law(self) -> Law:
        return LAWS[self.kind]

    @property
    def article(self) -> str:
        """The article that the kind rests on."""
        return _YOUNG if self.young and self.kind is Kind.DEFERMENT else self.law.article

    def basis(self, ground: Ground) -> str:
        """The article and item that a ground rests on."""
        return self.article + self.law.items[_PLACE[ground]]
