"""People and notices in the words of the counter."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID, uuid5

from contracts.codes import BecameResidentReason
from contracts.dates import UncertainDate
from contracts.eras import parse_date
from contracts.events import InsuredCategory, QualificationPeriod, ResidencePeriod
from contracts.events.exemptions import AdditionalPremiumChange
from contracts.months import Month
from services.exemptions.domain.facts import (
    FarmersPension,
    Insured,
    Notified,
    PensionFund,
    PersonFacts,
)

PERSON = UUID("6f0c3f3e-1f0c-4d53-9a59-0d4d0b0f6c11")


def period(category: int, acquired: str, lost: str | None = None) -> QualificationPeriod:
    """One period of a timeline."""
    return QualificationPeriod(
        category=InsuredCategory(category),
        acquired_on=date.fromisoformat(acquired),
        acquisition_reason="age-20",
        lost_on=date.fromisoformat(lost) if lost else None,
        loss_reason="moved-abroad" if lost else None,
    )


def lived(began: str, ended: str | None = None) -> ResidencePeriod:
    """One stay in the city; the dates as anybody writes them."""
    return ResidencePeriod(
        began=parse_date(began),
        began_reason=next(iter(BecameResidentReason)),
        ended=parse_date(ended) if ended else None,
    )


def person(
    *periods: QualificationPeriod,
    residence: Iterable[ResidencePeriod] = (lived("2000-01-01"),),
    died: str | None = None,
    review: tuple[str, ...] = (),
    fund: tuple[PensionFund, ...] = (),
    farmers: tuple[FarmersPension, ...] = (),
) -> PersonFacts:
    """Somebody with this timeline, who lives here unless said otherwise."""
    return PersonFacts(
        residence=tuple(residence),
        died_on=UncertainDate.model_validate(parse_date(died)) if died else None,
        periods=periods,
        qualification_review=review,
        pension_fund=fund,
        farmers_pension=farmers,
    )


def member(joined: str, left: str | None = None) -> PensionFund:
    """A member of the National Pension Fund."""
    return PensionFund(
        joined_on=date.fromisoformat(joined), left_on=date.fromisoformat(left) if left else None
    )


def farmer(acquired: str, lost: str | None = None, *, by_death: bool = False) -> FarmersPension:
    """Somebody insured of the farmers' pension."""
    return FarmersPension(
        acquired_on=date.fromisoformat(acquired),
        lost_on=date.fromisoformat(lost) if lost else None,
        by_death=by_death,
    )


def start(notified_on: str, insured: Insured = Insured.CATEGORY_1) -> Notified:
    """A notice to pay."""
    return Notified(
        notice_id=uuid5(PERSON, f"start {notified_on}"),
        change=AdditionalPremiumChange.START,
        notified_on=date.fromisoformat(notified_on),
        insured=insured,
    )


def end(notified_on: str, stop_from: str | None = None) -> Notified:
    """A notice to stop."""
    return Notified(
        notice_id=uuid5(PERSON, f"end {notified_on}"),
        change=AdditionalPremiumChange.END,
        notified_on=date.fromisoformat(notified_on),
        stop_from=Month.parse(stop_from) if stop_from else None,
    )
