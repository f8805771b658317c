"""Acquisition of the qualification of category 1: NPA art. 8, items 1 to 3.

Each function tells the day on which one item comes true. Whether a qualification is acquired on it
is for all conditions of art. 7(1)(i) together: see `timeline`.
"""

from datetime import date
from typing import Final

from contracts.codes import ResidentKind
from contracts.events import TransitionOrigin
from services.qualification.domain.parameters import Parameters, age_reached
from services.qualification.domain.reasons import (
    Certainty,
    Effect,
    Figure,
    Rule,
    because,
    western,
)
from services.qualification.domain.spans import Boundary

AGE_20: Final = Rule(
    code="age-20",
    article="国民年金法8条1号・年齢計算ニ関スル法律",
    sentence="{birth}生まれ。{age}歳に達した日（誕生日の前日）{day}に資格を取得。",
    effect=Effect.ACQUIRES,
    rank=81,
    origin=TransitionOrigin.AGE,
)
FROM_ABROAD: Final = Rule(
    code="moved-in-from-abroad",
    article="国民年金法8条2号",
    sentence="国外から転入し、{day}に日本国内に住所を有するに至ったため、その日に資格を取得。",
    effect=Effect.ACQUIRES,
    rank=82,
)
NO_LONGER_EXCLUDED: Final = Rule(
    code="no-longer-excluded",
    article="国民年金法8条3号・施行規則1条の2",
    sentence="在留資格が変わり適用除外者でなくなったため、その日（{day}）に資格を取得。",
    effect=Effect.ACQUIRES,
    rank=83,
)


def reaches_acquisition_age(
    birth: date, resident_kind: ResidentKind, parameters: Parameters
) -> Boundary:
    """Art. 8(i): reaches 20, the day before the twentieth birthday.

    Nobody gives notice of it: where JPS can see it in the register none is due (規則1条の4第1項).
    Raises `NoValue`.
    """
    day, age = age_reached(parameters.acquisition_age, birth)
    return Boundary(
        day,
        because(
            AGE_20,
            doubt=age.doubt,
            birth=shown_birth(birth, resident_kind),
            age=age.value,
            day=day,
        ),
    )


def moves_in_from_abroad(day: date, accepted_on: date) -> Boundary:
    """Art. 8(ii): comes to have an address in Japan, on that day.

    The notice of moving in, with the pension note, is the notice of acquisition (art. 12(3)).
    """
    return Boundary(day, because(FROM_ABROAD, day=day), accepted_on)


def ceases_to_be_excluded(day: date, accepted_on: date, doubt: Certainty | None) -> Boundary:
    """Art. 8(iii): is no longer of those whom the Act does not cover, on that day.

    ``doubt``: how certain the list of excluded statuses is, where that has to be checked.
    """
    return Boundary(day, because(NO_LONGER_EXCLUDED, doubt=doubt, day=day), accepted_on)


def shown_birth(birth: date, resident_kind: ResidentKind) -> Figure:
    """A birth date as it is shown: a foreign resident's in Western years."""
    return western(birth) if resident_kind is ResidentKind.FOREIGN else birth
