"""Insurance by choice without an application: art. 6 of the Act's supplementary provisions.

Who is of category 1, becomes able to draw an old-age benefit of employees' pension, and has paid
the premiums that were due had that not happened, is taken to have applied on that very day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from contracts.events import InsuredCategory, TransitionOrigin
from contracts.months import Month
from services.qualification.domain.categories import Segment
from services.qualification.domain.old_age import BECAME_RECIPIENT, OldAge
from services.qualification.domain.reasons import Effect, Rule
from services.qualification.domain.told import OldAgeBenefit, VoluntaryEvent, VoluntaryStatement

_APRIL: Final = 4

DEEMED_BY_PAYMENT: Final = Rule(
    code="voluntary-deemed-by-payment",
    article="国民年金法附則6条・5条1項1号・3項",
    sentence="老齢給付等を受けることができる者となった月以後の保険料を前納していた、又は期限までに納付したため、申出があったものとみなされ、{day}に任意加入の資格を取得（{item}）。",
    effect=Effect.ACQUIRES,
    rank=100,
    origin=TransitionOrigin.NOTICE,
)


def last_day_to_pay(became: date) -> date:
    """最初の四月の末日: 30 April of the first April after the month of becoming a recipient."""
    after = Month.of(became) + 1
    return (after + (_APRIL - after.first_day.month) % 12).last_day


def with_deemed(
    events: Iterable[VoluntaryStatement], old_age: OldAge, segments: Sequence[Segment]
) -> list[VoluntaryStatement]:
    """The events with each payment of art. 6 put on the day for which it counts as an application.

    A payment counts for the first right that ended category 1 and whose last day to pay has not
    passed by it; one that counts for none is left out, and so is one beside an application on the
    same day, which says the same.
    """
    told = list(events)
    applied = {said.on for said in told if said.event is VoluntaryEvent.APPLIED}
    became = [day for day in _recipient_on(old_age) if _ended_category_1(day, segments)]
    deemed: dict[date, VoluntaryStatement] = {}
    for said in told:
        if said.event is VoluntaryEvent.PREMIUM_PAID_ON:
            day = next((day for day in became if said.on <= last_day_to_pay(day)), None)
            if day is not None and day not in applied:
                deemed.setdefault(day, replace(said, on=day))
    rest = [said for said in told if said.event is not VoluntaryEvent.PREMIUM_PAID_ON]
    return sorted([*rest, *deemed.values()], key=lambda said: (said.on, said.event))


def _recipient_on(old_age: OldAge) -> list[date]:
    return [r.first.day for r in old_age.rights if r.benefit is OldAgeBenefit.EMPLOYEES]


def _ended_category_1(day: date, segments: Sequence[Segment]) -> bool:
    return any(
        segment.category is InsuredCategory.CATEGORY_1
        and segment.past is not None
        and segment.past.day == day
        and segment.past.reason.rule is BECAME_RECIPIENT
        for segment in segments
    )
