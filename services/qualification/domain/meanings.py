"""What each kind of notice tells: one entry of `KINDS` for each form file.

Who is told of by the register (moves, deaths, statuses) is not told of again by a notice: such a
notice *confirms*, and is not settled before the register has told it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from contracts.events import InsuredCategory, TransitionKind, VoluntaryInsurance
from contracts.forms import FormError, Value
from services.qualification.domain.deemed_application import last_day_to_pay
from services.qualification.domain.facts import (
    AcquisitionStatement,
    CategoryStatement,
    Content,
)
from services.qualification.domain.notice_kind import NoticeKind, Told, day
from services.qualification.domain.told import (
    OldAgeBenefit,
    OldAgeStatement,
    VoluntaryEvent,
    VoluntaryStatement,
)
from services.qualification.domain.transitions import Transition

_DAY: Final = timedelta(days=1)

Values = Mapping[str, Value]


def _acquisition(values: Values, notice_id: UUID, accepted_on: date) -> Told:
    """規則1条の4第1項. Of whom the register tells enough it bears out what was presumed."""
    on = day(values["acquired_on"])
    if values["acquisition_reason"] == "no_longer_recipient":
        since = day(values["benefit_since"])
        ended = OldAgeStatement(OldAgeBenefit.EMPLOYEES, since, on, accepted_on, notice_id)
        return Told(on, (ended,))
    return Told(on, (AcquisitionStatement(on, notice_id, accepted_on),))


def _acquisition_contradictions(values: Values, _accepted_on: date) -> list[FormError]:
    since = values.get("benefit_since")
    if since is None or day(since) < day(values["acquired_on"]):
        return []
    return [_wrong("benefit_since", "QU-0111", "老齢給付等の受給権取得日が資格取得日以後です。")]


def _loss(values: Values, notice_id: UUID, accepted_on: date) -> Told:
    """規則3条1項. Moves abroad and statuses are the register's to tell."""
    event = day(values["occurred_on"])
    if values["loss_reason"] == "old_age_benefit":
        began = OldAgeStatement(OldAgeBenefit.EMPLOYEES, event, None, accepted_on, notice_id)
        return Told(event, (began, *_paid_on(values, notice_id, accepted_on)))
    return Told(event, confirms=TransitionKind.LOSS)


def _paid_on(values: Values, notice_id: UUID, accepted_on: date) -> tuple[Content, ...]:
    """附則6条: with the payment goes how many months of art. 27 there were before."""
    paid = values.get("premium_paid_on")
    if paid is None:
        return ()
    months = _months(values)
    event = VoluntaryEvent.PREMIUM_PAID_ON
    return (VoluntaryStatement(event, day(paid), accepted_on, notice_id, months),)


def _loss_contradictions(values: Values, accepted_on: date) -> list[FormError]:
    """A payment belongs to a right alone, lies within its time, and is not of days to come."""
    paid = values.get("premium_paid_on")
    if paid is None:
        return []
    message = None
    if values["loss_reason"] != "old_age_benefit":
        message = "前納・納付の年月日は、老齢給付等による喪失の場合にだけ記入してください。"
    elif day(paid) > accepted_on:
        message = "前納・納付の年月日が受付日より後です。"
    elif day(paid) > last_day_to_pay(day(values["occurred_on"])):
        message = (
            "納付が受給権取得月より後の最初の４月末日を過ぎています。任意加入とはみなされません。"
        )
    return [] if message is None else [_wrong("premium_paid_on", "QU-0113", message)]


def _death(values: Values, _notice_id: UUID, _accepted_on: date) -> Told:
    """規則4条1項. Death itself is the register's to tell."""
    return Told(day(values["died_on"]), confirms=TransitionKind.LOSS)


def _change_2_to_1(values: Values, notice_id: UUID, accepted_on: date) -> Told:
    """Employees' pension ends on the day after leaving, and category 1 begins on that day."""
    changed_on = day(values["left_employment_on"]) + _DAY
    since = values.get("category_2_since")
    return _changed(InsuredCategory.CATEGORY_2, since, changed_on, notice_id, accepted_on)


def _change_2_to_1_contradictions(values: Values, accepted_on: date) -> list[FormError]:
    left_on = day(values["left_employment_on"])
    since = values.get("category_2_since")
    wrong = []
    if left_on + _DAY > accepted_on:
        wrong.append(
            _wrong(
                "left_employment_on",
                "QU-0110",
                "種別変更の日（退職日の翌日）が受付日より後です。退職日の翌日以後に受け付けてください。",
            )
        )
    if since is not None and day(since) > left_on:
        wrong.append(
            _wrong(
                "category_2_since", "QU-0111", "厚生年金の資格取得年月日が退職年月日より後です。"
            )
        )
    return wrong


def _change_3_to_1(values: Values, notice_id: UUID, accepted_on: date) -> Told:
    """Category 1 begins on the day on which somebody is no longer of category 3."""
    changed_on, since = day(values["changed_on"]), values.get("category_3_since")
    return _changed(InsuredCategory.CATEGORY_3, since, changed_on, notice_id, accepted_on)


def _change_3_to_1_contradictions(values: Values, accepted_on: date) -> list[FormError]:
    changed_on, since = day(values["changed_on"]), values.get("category_3_since")
    wrong = []
    if changed_on > accepted_on:
        wrong.append(_wrong("changed_on", "QU-0110", "種別変更の日が受付日より後です。"))
    if since is not None and day(since) >= changed_on:
        message = "第３号被保険者となった年月日が種別変更の日以後です。"
        wrong.append(_wrong("category_3_since", "QU-0111", message))
    return wrong


def _changed(
    category: InsuredCategory, since: Value | None, on: date, notice_id: UUID, accepted_on: date
) -> Told:
    began = None if since is None else day(since)
    return Told(on, (CategoryStatement(category, began, on, notice_id, accepted_on),))


def _voluntary(values: Values, notice_id: UUID, accepted_on: date) -> Told:
    """附則5条1項, 規則2条: acquired on the day of the application, never earlier."""
    wanted = VoluntaryInsurance(str(values["item"]))
    applied = VoluntaryStatement(
        VoluntaryEvent.APPLIED, accepted_on, accepted_on, notice_id, _months(values)
    )
    contents: tuple[Content, ...] = (applied,)
    since = values.get("benefit_since")
    if since is not None:
        began = OldAgeStatement(OldAgeBenefit.EMPLOYEES, day(since), None, accepted_on, notice_id)
        contents = (began, applied)
    return Told(accepted_on, contents, wanted=wanted)


def _special_voluntary(values: Values, notice_id: UUID, accepted_on: date) -> Told:
    """平6附則11条, 平16附則23条, 令7附則40条: only without a right to an old-age pension."""
    none = OldAgeStatement(OldAgeBenefit.BASIC, None, None, accepted_on, notice_id)
    applied = VoluntaryStatement(VoluntaryEvent.APPLIED, accepted_on, accepted_on, notice_id)
    wanted = VoluntaryInsurance(str(values["item"]))
    return Told(accepted_on, (none, applied), wanted=wanted)


def _withdrawal(_values: Values, notice_id: UUID, accepted_on: date) -> Told:
    """附則5条4項・5項3号, 規則6条: lost on the day on which the withdrawal is accepted."""
    event = VoluntaryEvent.WITHDRAWN
    return Told(accepted_on, (VoluntaryStatement(event, accepted_on, accepted_on, notice_id),))


def _acquires_by_choice(transition: Transition) -> bool:
    return isinstance(transition.after, VoluntaryInsurance)


def _loses_choice(transition: Transition) -> bool:
    return isinstance(transition.before, VoluntaryInsurance)


def _changed_on(values: Values, _notice_id: UUID, _accepted_on: date) -> Told:
    return Told(day(values["changed_on"]))


def _occurred_on(values: Values, _notice_id: UUID, _accepted_on: date) -> Told:
    return Told(day(values["occurred_on"]))


def _accepted(_values: Values, _notice_id: UUID, accepted_on: date) -> Told:
    return Told(accepted_on)


def _months(values: Values) -> int | None:
    months = values.get("credited_months")
    return None if months is None else int(str(months))


def _wrong(field: str, code: str, message: str) -> FormError:
    return FormError(field=f"values.{field}", code=code, message=message)


ACQUISITION: Final = "acquisition"
LOSS: Final = "loss"
DEATH: Final = "death"
CATEGORY_CHANGE_2_TO_1: Final = "category_change_2_to_1"
CATEGORY_CHANGE_3_TO_1: Final = "category_change_3_to_1"
VOLUNTARY_APPLICATION: Final = "voluntary_application"
SPECIAL_VOLUNTARY_APPLICATION: Final = "special_voluntary_application"
VOLUNTARY_WITHDRAWAL: Final = "voluntary_withdrawal"
NAME_CHANGE: Final = "name_change"
ADDRESS_CHANGE: Final = "address_change"
PENSION_NUMBER_NOTICE_REISSUE: Final = "pension_number_notice_reissue"
CATEGORY_3_NOTICE: Final = "category_3_notice"

KINDS: Final[Mapping[str, NoticeKind]] = {
    ACQUISITION: NoticeKind(_acquisition, "施行規則1条の4第1項", _acquisition_contradictions),
    LOSS: NoticeKind(_loss, "施行規則3条1項", _loss_contradictions),
    DEATH: NoticeKind(_death, "施行規則4条1項"),
    CATEGORY_CHANGE_2_TO_1: NoticeKind(
        _change_2_to_1, "施行規則6条の2第1項", _change_2_to_1_contradictions
    ),
    CATEGORY_CHANGE_3_TO_1: NoticeKind(
        _change_3_to_1, "施行規則6条の2第1項", _change_3_to_1_contradictions
    ),
    VOLUNTARY_APPLICATION: NoticeKind(_voluntary, None, brings=_acquires_by_choice),
    SPECIAL_VOLUNTARY_APPLICATION: NoticeKind(_special_voluntary, None, brings=_acquires_by_choice),
    VOLUNTARY_WITHDRAWAL: NoticeKind(_withdrawal, None, brings=_loses_choice),
    NAME_CHANGE: NoticeKind(_changed_on, "施行規則7条1項", changes_timeline=False),
    ADDRESS_CHANGE: NoticeKind(_changed_on, "施行規則8条1項", changes_timeline=False),
    PENSION_NUMBER_NOTICE_REISSUE: NoticeKind(_accepted, None, changes_timeline=False),
    CATEGORY_3_NOTICE: NoticeKind(
        _occurred_on, "施行規則1条の4第2項・3条2項・6条の2第2項等", changes_timeline=False
    ),
}
"""The kinds that this service accepts, by the name of their form."""
