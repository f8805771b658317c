"""The additional premium (付加保険料), NPA art. 87-2: from which month to which, and why.

* It begins with the month of the notice (申出日の属する月以後, para. 1).
* It ends, at the person's notice, with any month from the one before the notice on (申出日の属する
  月の前月以後, para. 3). Which of those months are paid already is for JPS to know and to except.
* Joining the National Pension Fund (国民年金基金) is held to be such a notice (para. 4).
* Insured of the farmers' pension (農業者年金) pay it by law from the month on in which they are
  (農業者年金基金法17条): no notice stops it, nor the Fund; that insurance does (規則78条の6).
* It ends with the loss of category 1, from the first month that is not one of category 1 any more
  (para. 1: 第一号被保険者は…). Certainty [unverified]: that it does not come to life again with a
  new acquisition, so that a new notice is needed; one place decides it, `_by_loss`.
* Exempt persons may not notify it, and pay none for exempt months: `additional_months`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.codes import Code
from contracts.events.exemptions import AdditionalPremiumChange
from contracts.months import Month
from services.exemptions.domain.facts import FarmersPension, Insured, Notified, PersonFacts
from services.exemptions.domain.months import first_month_without, stay_in_category_1


class Cause(Code):
    """Why a period begins or ends."""

    NOTICE_TO_PAY = "notice_to_pay", "納付の申出"
    NOTICE_TO_STOP = "notice_to_stop", "辞退の申出"
    FARMERS_PENSION = "farmers_pension", "農業者年金の被保険者となったため"
    FARMERS_PENSION_LOST = "farmers_pension_lost", "農業者年金の被保険者でなくなったため"
    PENSION_FUND = "pension_fund", "国民年金基金の加入員となったため"
    LOSS_OF_CATEGORY_1 = "loss_of_category_1", "第１号被保険者でなくなったため"
    CATEGORY_1_UNSURE = (
        "category_1_unsure",
        "資格の記録が要確認で、第１号被保険者であることを確認できないため",
    )
    DEATH = "death", "死亡のため"


_ARTICLES = {
    Cause.NOTICE_TO_PAY: "国民年金法87条の2第1項",
    Cause.NOTICE_TO_STOP: "国民年金法87条の2第3項",
    Cause.FARMERS_PENSION: "農業者年金基金法17条1項、国民年金法施行規則78条の5",
    Cause.FARMERS_PENSION_LOST: "農業者年金基金法13条・15条、国民年金法施行規則78条の6",
    Cause.PENSION_FUND: "国民年金法87条の2第4項・第3項",
    Cause.LOSS_OF_CATEGORY_1: "国民年金法87条の2第1項・11条・11条の2",
    Cause.CATEGORY_1_UNSURE: "国民年金法87条の2第1項",
    Cause.DEATH: "国民年金法9条1号・87条の2第1項",
}


class Reason(BaseModel):
    """Why, by which article, and on which day's fact."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cause: Cause
    article: str
    on: date
    """The day of the notice, of joining or leaving, or of the loss (喪失日)."""
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


def in_pension_fund(facts: PersonFacts, day: date) -> bool:
    """Whether the person is known to be a member of the National Pension Fund on ``day``."""
    return any(
        fund.joined_on <= day and (fund.left_on is None or day < fund.left_on)
        for fund in facts.pension_fund
    )


def farmers_pension_on(facts: PersonFacts, day: date) -> FarmersPension | None:
    """The insurance of the farmers' pension on ``day``, where it is known of."""
    for farmers in facts.farmers_pension:
        if farmers.acquired_on <= day and (farmers.lost_on is None or day < farmers.lost_on):
            return farmers
    return None


@dataclass(frozen=True, slots=True)
class _Begin:
    """Something by which the person comes to pay from the month of ``reason.on`` on."""

    insured: Insured
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Stop:
    """Something by which the person comes not to pay from ``month`` on."""

    month: Month
    reason: Reason


def periods(notices: Iterable[Notified], facts: PersonFacts) -> tuple[Period, ...]:
    """All periods that settled notices and the law give a person, oldest first; no two share a
    month.

    What begins it while it is paid, and what stops it while it is not, changes nothing. Notices of
    one day take effect in the order in which they are given.
    """
    given: list[Period] = []
    acts = [*_by_notice(notices, facts), *_by_fund(facts), *_by_farmers_pension(facts)]
    for act in sorted(acts, key=lambda act: act.reason.on):
        if isinstance(act, _Begin):
            begun = _begin(act, facts)
            free_from = given[-1].until if given else begun.from_month
            if free_from is not None and free_from <= begun.from_month:
                given.append(begun)
        elif given:
            given[-1] = _stop(given[-1], act)
    return tuple(given)


def _by_notice(notices: Iterable[Notified], facts: PersonFacts) -> Iterator[_Begin | _Stop]:
    for notified in notices:
        if notified.change is AdditionalPremiumChange.START:
            reason = _reason(Cause.NOTICE_TO_PAY, notified.notified_on, notified.notice_id)
            yield _Begin(notified.insured, reason)
        elif farmers_pension_on(facts, notified.notified_on) is None:  # its art. 17(2)
            reason = _reason(Cause.NOTICE_TO_STOP, notified.notified_on, notified.notice_id)
            yield _Stop(stop_month(notified), reason)


def _by_fund(facts: PersonFacts) -> Iterator[_Stop]:
    for fund in facts.pension_fund:
        if farmers_pension_on(facts, fund.joined_on) is None:
            yield _Stop(earliest_stop(fund.joined_on), _reason(Cause.PENSION_FUND, fund.joined_on))


def _by_farmers_pension(facts: PersonFacts) -> Iterator[_Begin | _Stop]:
    for farmers in facts.farmers_pension:
        yield _Begin(farmers.insured, _reason(Cause.FARMERS_PENSION, farmers.acquired_on))
        if farmers.lost_on is not None and not farmers.by_death:
            # Its art. 15: the month of the loss does not count, but that of the acquisition does.
            month = max(Month.of(farmers.lost_on), Month.of(farmers.acquired_on) + 1)
            yield _Stop(month, _reason(Cause.FARMERS_PENSION_LOST, farmers.lost_on))


def _begin(act: _Begin, facts: PersonFacts) -> Period:
    month = start_month(act.reason.on)
    loss = _loss(act.reason.on, act.insured, facts)
    if loss is None:
        return Period(from_month=month, began=act.reason)
    until, ended = loss
    return Period(from_month=month, until=max(until, month), began=act.reason, ended=ended)


def _stop(period: Period, act: _Stop) -> Period:
    until = max(act.month, period.from_month)
    if period.until is not None and period.until <= until:
        return period
    return period.model_copy(update={"until": until, "ended": act.reason})


def _loss(on: date, insured: Insured, facts: PersonFacts) -> tuple[Month, Reason] | None:
    """From which month the stay in category 1 around ``on`` gives no month any more.

    None where it goes on, or where it is not known: a timeline that has not come, a voluntarily
    insured person (not held yet), a death of unknown day. The examination names what is not known.
    """
    # Death first: it is the reason to name where the timeline already knows of the loss by it.
    ends = [end for end in (_by_death(on, facts), _by_loss(on, insured, facts)) if end]
    return min(ends, key=lambda end: end[0]) if ends else None


def _by_death(on: date, facts: PersonFacts) -> tuple[Month, Reason] | None:
    if facts.died_on is None or not facts.died_on.is_exact:
        return None
    died_on = facts.died_on.require()
    if died_on == date.max:  # the day after, on which insurance is lost, is in no calendar
        return None
    lost_on = died_on + timedelta(days=1)
    stay = stay_in_category_1(facts.periods or (), on)
    until = first_month_without((), stay[0], lost_on) if stay else Month.of(lost_on)
    return until, _reason(Cause.DEATH, lost_on)


def _by_loss(on: date, insured: Insured, facts: PersonFacts) -> tuple[Month, Reason] | None:
    if insured is not Insured.CATEGORY_1 or facts.periods is None:
        return None
    stay = stay_in_category_1(facts.periods, on)
    if stay is None:
        # Settled on a timeline that has been corrected since: the notice gives no month.
        cause = Cause.CATEGORY_1_UNSURE if facts.qualification_review else Cause.LOSS_OF_CATEGORY_1
        return start_month(on), _reason(cause, on)
    acquired_on, lost_on = stay
    if lost_on is None:
        return None
    until = first_month_without(facts.periods, acquired_on, lost_on)
    return until, _reason(Cause.LOSS_OF_CATEGORY_1, lost_on)


def _reason(cause: Cause, on: date, notice_id: UUID | None = None) -> Reason:
    return Reason(cause=cause, article=_ARTICLES[cause], on=on, notice_id=notice_id)
