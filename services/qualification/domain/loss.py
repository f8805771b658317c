"""Loss of the qualification: NPA art. 9, items 1 to 4.

The rule is the day after the event; reaching 60 counts on its own day. Where somebody who moves
abroad reaches 60 or enters category 2 or 3 on that same day, the loss or change falls on that day
(the brackets of art. 9): the earlier end decides, so no rule of its own is needed for it.
"""

from datetime import date, timedelta
from typing import Final

from contracts.codes import ResidentKind
from contracts.events import TransitionOrigin
from services.qualification.domain.acquisition import shown_birth
from services.qualification.domain.parameters import Parameters, age_reached
from services.qualification.domain.reasons import Certainty, Effect, Rule, because
from services.qualification.domain.spans import Boundary

_DAY = timedelta(days=1)

DEATH: Final = Rule(
    code="death",
    article="国民年金法9条1号",
    sentence="{event}に死亡したため、翌日（{day}）に資格を喪失。",
    effect=Effect.LOSES,
    rank=91,
)
ABROAD: Final = Rule(
    code="moved-abroad",
    article="国民年金法9条2号",
    sentence="{event}に国外へ転出し日本国内に住所を有しなくなったため、翌日（{day}）に資格を喪失。",
    effect=Effect.LOSES,
    rank=92,
)
AGE_60: Final = Rule(
    code="age-60",
    article="国民年金法9条3号・年齢計算ニ関スル法律",
    sentence="{birth}生まれ。{age}歳に達した日（誕生日の前日）{day}に資格を喪失。",
    effect=Effect.LOSES,
    rank=94,
    origin=TransitionOrigin.AGE,
)
EXCLUDED: Final = Rule(
    code="became-excluded",
    article="国民年金法9条4号・施行規則1条の2",
    sentence="{event}に在留資格が変わり適用除外者となったため、翌日（{day}）に資格を喪失。",
    effect=Effect.LOSES,
    rank=95,
)


def dies(on: date, accepted_on: date) -> Boundary:
    """Art. 9(i): the day after death."""
    day = on + _DAY
    return Boundary(day, because(DEATH, event=on, day=day), accepted_on)


def moves_abroad(on: date, accepted_on: date) -> Boundary:
    """Art. 9(ii): the day after there is no address in Japan any more."""
    day = on + _DAY
    return Boundary(day, because(ABROAD, event=on, day=day), accepted_on)


def reaches_loss_age(birth: date, resident_kind: ResidentKind, parameters: Parameters) -> Boundary:
    """Art. 9(iii): reaches 60, on that very day. Raises `NoValue`.

    No notice is due for it (規則3条1項).
    """
    day, age = age_reached(parameters.loss_age, birth)
    return Boundary(
        day,
        because(
            AGE_60,
            doubt=age.doubt,
            birth=shown_birth(birth, resident_kind),
            age=age.value,
            day=day,
        ),
    )


def becomes_excluded(on: date, accepted_on: date, doubt: Certainty | None) -> Boundary:
    """Art. 9(iv), the excluded: the day after they came to be of those.

    ``doubt``: how certain the list of excluded statuses is, where that has to be checked.
    """
    day = on + _DAY
    return Boundary(day, because(EXCLUDED, doubt=doubt, event=on, day=day), accepted_on)
