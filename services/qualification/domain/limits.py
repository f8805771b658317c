"""What the law lets a stay in category 2 or 3 have: death, ages, an address in Japan.

NPA 附則3条 and 4条 (category 2 beyond 65), art. 7(1)(iii) with 規則1条の3 (category 3 abroad).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from contracts.events import InsuredCategory, TransitionOrigin
from services.qualification.domain.person import Away, Person
from services.qualification.domain.reasons import Certainty, Effect, Review, Rule, because
from services.qualification.domain.spans import Boundary, Span, earlier
from services.qualification.domain.stays import Stay
from services.qualification.domain.told import OverseasStatement

_DAY: Final = timedelta(days=1)
_YOUNG: Final = 60
"""Years after birth up to which nobody needs to look for the age at which category 2 ends."""

CATEGORY_2_AT_65: Final = Rule(
    code="category-2-at-65",
    article="国民年金法9条5号・附則3条・4条",
    sentence="{day}に65歳に達し、老齢給付の受給権があるため、その日に第２号被保険者の資格を喪失。",
    effect=Effect.LOSES,
    rank=94,
    origin=TransitionOrigin.AGE,
)
CATEGORY_2_GAINED_RIGHT: Final = Rule(
    code="category-2-gained-right",
    article="国民年金法附則3条",
    sentence="65歳以後の{day}に老齢給付の受給権を取得したため、その日から第２号被保険者でない。",
    effect=Effect.LOSES,
    rank=95,
    # 附則3条 tells that it is so; on which day the qualification is lost no item of art. 9 says.
    certainty=Certainty.UNVERIFIED,
)
CATEGORY_2_AT_65_UNKNOWN: Final = Rule(
    code="category-2-at-65-unknown",
    article="国民年金法附則3条・4条",
    sentence="{day}に65歳に達しました。老齢給付の受給権の有無が記録になく、第２号被保険者であるかどうか不明。",
    effect=Effect.UNKNOWN,
    rank=94,
)
CATEGORY_2_ENDS: Final = Rule(
    code="category-2-at-70",
    article="厚生年金保険法14条5号、国民年金法9条5号",
    sentence="{day}に70歳に達し厚生年金保険の被保険者でなくなったため、その日に第２号被保険者の資格を喪失。",
    effect=Effect.LOSES,
    rank=94,
    certainty=Certainty.UNVERIFIED,
    origin=TransitionOrigin.AGE,
)
CATEGORY_3_ABROAD: Final = Rule(
    code="category-3-abroad",
    article="国民年金法9条6号・7条1項3号、施行規則1条の3",
    sentence="{event}に国外居住の特例（施行規則1条の3）に該当しなくなったため、翌日（{day}）に第３号被保険者の資格を喪失。",
    effect=Effect.LOSES,
    rank=96,
    origin=TransitionOrigin.NOTICE,
)
CATEGORY_3_ABROAD_UNKNOWN: Final = Rule(
    code="category-3-abroad-unknown",
    article="国民年金法7条1項3号、施行規則1条の3",
    sentence="{event}に国外へ転出。国外居住の特例（留学・赴任同行等）に当たるかどうかが記録になく、第３号被保険者であるか不明。",
    effect=Effect.UNKNOWN,
    rank=96,
)
CATEGORY_3_AGAIN: Final = Rule(
    code="category-3-in-japan",
    article="国民年金法8条5号・7条1項3号",
    sentence="{day}に日本国内に住所を有するに至り、第３号被保険者となった。",
    effect=Effect.ACQUIRES,
    rank=89,
)


def within_law(stay: Stay, person: Person, reviews: list[Review]) -> list[Stay]:
    """What of a stay told in category 2 or 3 the law lets stand; ends that it sets have reasons.

    Raises ``NoValue``.
    """
    if stay.category is InsuredCategory.CATEGORY_2:
        cut = _cut(stay, person.alive)
        return [] if cut is None else _to_65(cut, person, reviews)
    cut = _cut(stay, Span(person.ages.first, earlier(person.alive.past, person.ages.past)))
    # Of a stay that JPS has in its record it has decided, the exception abroad included.
    return [] if cut is None else [cut] if stay.first.from_jps else _in_japan(cut, person, reviews)


def _cut(stay: Stay, limits: Span) -> Stay | None:
    first = stay.first
    if limits.first is not None and limits.first.day > first.day:
        first = limits.first
    past = earlier(stay.past, limits.past)
    if past is not None and past.day <= first.day:
        return None
    if first is stay.first and past is stay.past:
        return stay
    return replace(stay, first=first, past=past)


def _to_65(stay: Stay, person: Person, reviews: list[Review]) -> list[Stay]:
    """附則3条: from 65 on only who has no right to an old-age pension is of category 2."""
    if (
        person.birth is not None
        and stay.past is not None
        and stay.past.day.year < person.birth.year + _YOUNG
    ):
        return [stay]
    at_65 = person.reaches(person.parameters.voluntary_end_age)
    if at_65 is None or (stay.past is not None and stay.past.day <= at_65):
        return [stay]
    at_70 = person.reaches(person.parameters.employees_end_age)
    assert at_70 is not None  # whoever reaches 65 on a day that is known reaches 70 on one
    rights, right = person.old_age, person.old_age.next_right(at_65)
    end = Boundary(at_70, because(CATEGORY_2_ENDS, day=at_70))
    if rights.right_on(at_65):
        end = Boundary(at_65, because(CATEGORY_2_AT_65, day=at_65))
    elif right is not None and right.day < at_70:
        end = replace(right, reason=because(CATEGORY_2_GAINED_RIGHT, day=right.day))
    elif not rights.known_without(at_65) and not stay.first.from_jps:
        end = Boundary(at_65, because(CATEGORY_2_AT_65_UNKNOWN, day=at_65))
        reviews.append(Review(end.reason, at_65))
    cut = _cut(stay, Span(None, end))
    return [] if cut is None else [cut]


def _in_japan(stay: Stay, person: Person, reviews: list[Review]) -> list[Stay]:
    """Category 3 needs an address in Japan, or one of the exceptions of 規則1条の3."""
    kept: list[Stay] = []
    rest: Stay | None = stay
    for away in person.away:
        if rest is None or (rest.past is not None and rest.past.day <= away.left_on):
            break
        if away.returned_on is not None and away.returned_on <= rest.first.day:
            continue
        end = _ends_abroad(away, rest.first.day, person)
        if end is None:
            continue
        if end.effect is Effect.UNKNOWN:
            reviews.append(Review(end.reason, end.day))
        before = _cut(rest, Span(None, end))
        if before is not None:
            kept.append(before)
        back = away.returned_on
        if back is None or (rest.past is not None and rest.past.day <= back):
            rest = None
        else:
            rest = replace(rest, first=Boundary(back, because(CATEGORY_3_AGAIN, day=back)))
    return kept if rest is None else [*kept, rest]


def _ends_abroad(away: Away, began: date, person: Person) -> Boundary | None:
    """When category 3 is over in a time abroad; None: an exception holds to the return."""
    since = max(away.left_on, person.parameters.domestic_spouse_since, began)
    if away.returned_on is not None and since >= away.returned_on:
        return None
    ended: OverseasStatement | None = None
    until = since
    for said in _exceptions(person):
        if said.began > until + _DAY or (said.ended is not None and said.ended < until):
            continue
        if said.ended is None or (away.returned_on is not None and said.ended >= away.returned_on):
            return None
        ended, until = said, max(until, said.ended)
    if ended is not None:
        reason = because(CATEGORY_3_ABROAD, event=until, day=until + _DAY)
        return Boundary(
            until + _DAY, reason, ended.accepted_on, ended.notice_id, ended.notice_id is None
        )
    reason = because(CATEGORY_3_ABROAD_UNKNOWN, event=away.left_on)
    return Boundary(since + _DAY, reason, away.told)


def _exceptions(person: Person) -> Iterable[OverseasStatement]:
    """The exceptions told, by their first day; of those of one day the last told."""
    told = sorted(
        (
            (fact.content.accepted_on, fact.recorded_at, fact.content)
            for fact in person.facts
            if isinstance(fact.content, OverseasStatement)
        ),
        key=lambda found: found[:2],
    )
    by_day = {said.began: said for *_, said in told}
    return [by_day[day] for day in sorted(by_day)]
