"""The additional premium (付加保険料), NPA art. 87-2: from which month to which, and why.

* It begins with the month of the notice (申出日の属する月以後, para. 1).
* It ends, at the person's notice, with any month from the one before the notice on (申出日の属する
  月の前月以後, para. 3). Which of those months are paid already is for JPS to know and to except.
* It ends with the loss of category 1, from the first month that is not one of category 1 any more
  (para. 1: 第一号被保険者は…). Certainty [unverified]: that it does not come to life again with a
  new acquisition, so that a new notice is needed; one place decides it, `_by_loss`.
* Statutory and applied-for exemptions, deferment and the National Pension Fund exclude it (para. 1
  and 4). They are not held here yet: the counter asks, and the examination says so.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.codes import Code
from contracts.events.exemptions import AdditionalPremiumChange
from contracts.months import Month
from services.exemptions.domain.facts import Insured, Notified, PersonFacts
from services.exemptions.domain.months import first_month_without, stay_in_category_1


class Cause(Code):
    """Why a period begins or ends."""

    NOTICE_TO_PAY = "notice_to_pay", "納付の申出"
    NOTICE_TO_STOP = "notice_to_stop", "辞退の申出"
    LOSS_OF_CATEGORY_1 = "loss_of_category_1", "第１号被保険者でなくなったため"
    DEATH = "death", "死亡のため"


_ARTICLES = {
    Cause.NOTICE_TO_PAY: "国民年金法87条の2第1項",
    Cause.NOTICE_TO_STOP: "国民年金法87条の2第3項",
    Cause.LOSS_OF_CATEGORY_1: "国民年金法87条の2第1項・11条・11条の2",
    Cause.DEATH: "国民年金法9条1号・87条の2第1項",
}


class Reason(BaseModel):
    """Why, by which article, and on which day's fact."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cause: Cause
    article: str
    on: date
    """The day of the notice, or of the loss (喪失日)."""
    notice_id: UUID | None = None


class Period(BaseModel):
    """Months with the additional premium: from ``from_month`` to the month before ``until``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_month: Month
    until: Month | None = None
    """First month without; None while it goes on. Equal to ``from_month``: no month at all."""
    began: Reason
    ended: Reason | None = None

    def covers(self, month: Month) -> bool:
        """Whether the additional premium is due for ``month``."""
        return self.from_month <= month and (self.until is None or month < self.until)


def start_month(notified_on: date) -> Month:
    """The first month for which a notice of that day lets one pay (para. 1)."""
    return Month.of(notified_on)


def earliest_stop(notified_on: date) -> Month:
    """The first month for which a notice of that day can stop it (para. 3)."""
    return Month.of(notified_on) - 1


def stop_month(notified: Notified) -> Month:
    """The first month without that a notice to stop asks for, never before the earliest."""
    earliest = earliest_stop(notified.notified_on)
    return max(notified.stop_from or earliest, earliest)


def periods(notices: Iterable[Notified], facts: PersonFacts) -> tuple[Period, ...]:
    """All periods that settled notices give a person, oldest first; no two share a month.

    A notice to pay while the premium is paid, and one to stop while it is not, change nothing.
    Notices of one day take effect in the order in which they are given.
    """
    given: list[Period] = []
    for notified in sorted(notices, key=lambda notified: notified.notified_on):
        if notified.change is AdditionalPremiumChange.START:
            begun = _begin(notified, facts)
            free_from = given[-1].until if given else begun.from_month
            if free_from is not None and free_from <= begun.from_month:
                given.append(begun)
        elif given:
            given[-1] = _stop(given[-1], notified)
    return tuple(given)


def _begin(notified: Notified, facts: PersonFacts) -> Period:
    month = start_month(notified.notified_on)
    loss = _loss(notified, facts)
    began = Reason(
        cause=Cause.NOTICE_TO_PAY,
        article=_ARTICLES[Cause.NOTICE_TO_PAY],
        on=notified.notified_on,
        notice_id=notified.notice_id,
    )
    if loss is None:
        return Period(from_month=month, began=began)
    until, ended = loss
    return Period(from_month=month, until=max(until, month), began=began, ended=ended)


def _stop(period: Period, notified: Notified) -> Period:
    until = max(stop_month(notified), period.from_month)
    if period.until is not None and period.until <= until:
        return period
    ended = Reason(
        cause=Cause.NOTICE_TO_STOP,
        article=_ARTICLES[Cause.NOTICE_TO_STOP],
        on=notified.notified_on,
        notice_id=notified.notice_id,
    )
    return period.model_copy(update={"until": until, "ended": ended})


def _loss(notified: Notified, facts: PersonFacts) -> tuple[Month, Reason] | None:
    """From which month the stay in category 1 that a notice was made in gives no month any more.

    None where it goes on, or where it is not known: a timeline that has not come, a voluntarily
    insured person (not held yet), a death of unknown day. The examination names what is not known.
    """
    # Death first: it is the reason to name where the timeline already knows of the loss by it.
    ends = [end for end in (_by_death(notified, facts), _by_loss(notified, facts)) if end]
    return min(ends, key=lambda end: end[0]) if ends else None


def _by_death(notified: Notified, facts: PersonFacts) -> tuple[Month, Reason] | None:
    if facts.died_on is None or not facts.died_on.is_exact:
        return None
    died_on = facts.died_on.require()
    if died_on == date.max:  # the day after, on which insurance is lost, is in no calendar
        return None
    lost_on = died_on + timedelta(days=1)
    stay = stay_in_category_1(facts.periods or (), notified.notified_on)
    until = first_month_without((), stay[0], lost_on) if stay else Month.of(lost_on)
    return until, _reason(Cause.DEATH, lost_on)


def _by_loss(notified: Notified, facts: PersonFacts) -> tuple[Month, Reason] | None:
    if notified.insured is not Insured.CATEGORY_1 or facts.periods is None:
        return None
    stay = stay_in_category_1(facts.periods, notified.notified_on)
    if stay is None:
        # Settled on a timeline that has been corrected since: the notice gives no month.
        nowhere = start_month(notified.notified_on)
        return nowhere, _reason(Cause.LOSS_OF_CATEGORY_1, notified.notified_on)
    acquired_on, lost_on = stay
    if lost_on is None:
        return None
    until = first_month_without(facts.periods, acquired_on, lost_on)
    return until, _reason(Cause.LOSS_OF_CATEGORY_1, lost_on)


def _reason(cause: Cause, on: date) -> Reason:
    return Reason(cause=cause, article=_ARTICLES[cause], on=on)
