"""Retroactive payment (追納), NPA art. 94: who may, for which months, in which order, how much.

* Who is or was insured, but not who has a right to the old-age basic pension (para. 1).
* Months exempt by law or application within ten years before the month of the approval; of part
  exemption only where the rest was paid. Maternity and child-care count as paid: nothing is owed.
* In part: first the deferred months (学生納付特例, 納付猶予 held to be such), then the others, both
  from the oldest on. Others older than the deferred ones may go before them (para. 2).
* The amount is what the Minister announced (令10条2項): a table, never computed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.codes import Code
from contracts.months import Month
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.parameters import Retroactive
from services.exemptions.domain.reasons import Reason, Rule, because

_PARA_1: Final = "国民年金法94条1項"
_PARA_2: Final = "国民年金法94条2項"


class Verdict(Code):
    """Whether a month can be paid for retroactively."""

    PAYABLE = "payable", "追納できる"
    NOT_PAYABLE = "not_payable", "追納できない"
    ASKS = "asks", "要確認"


@dataclass(frozen=True, slots=True)
class ExemptMonth:
    """What a month is exempt by, and what became of the part that was to be paid."""

    kind: ExemptionKind
    rest_paid: bool | None = None
    """Of a part exemption: whether the rest was paid. None: not known here."""


@dataclass(frozen=True, slots=True)
class LaterPayment:
    """The verdict on one month; ``yen`` where it is announced."""

    verdict: Verdict
    reason: Reason
    yen: int | None = None
    amount: Reason | None = None
    """Where the amount comes from, or that none is announced."""


PAYABLE: Final = Rule(
    "retroactive-payable",
    _PARA_1,
    "{month}分（{kind}）は承認の月（{approved}）の前10年以内のため、追納できる。",
)
RECIPIENT: Final = Rule(
    "retroactive-recipient", _PARA_1, "老齢基礎年金の受給権者のため、追納できない。"
)
RECIPIENT_UNKNOWN: Final = Rule(
    "retroactive-recipient-unknown",
    _PARA_1,
    "老齢基礎年金の受給権の有無が記録になく、追納できるか不明。年金記録で確認してください。",
)
TOO_OLD: Final = Rule(
    "retroactive-too-old",
    _PARA_1,
    "{month}分は承認の月（{approved}）の前10年より前のため、追納できない。",
)
NOT_PAST: Final = Rule(
    "retroactive-not-past",
    _PARA_1,
    "{month}分は承認の月（{approved}）の前の月でないため、追納の対象とならない。",
)
COUNTS_AS_PAID: Final = Rule(
    "retroactive-counts-as-paid",
    "国民年金法5条1項・94条1項",
    "{month}分（{kind}）は保険料納付済期間に算入されるため、追納の対象とならない。",
)
REST_UNPAID: Final = Rule(
    "retroactive-rest-unpaid",
    f"{_PARA_1}ただし書",
    "{month}分（{kind}）は残余の額が納付されていないため、追納できない。",
)
REST_UNKNOWN: Final = Rule(
    "retroactive-rest-unknown",
    f"{_PARA_1}ただし書",
    "{month}分（{kind}）は残余の額の納付の有無が不明。年金記録で確認してください。",
)
ANNOUNCED: Final = Rule(
    "retroactive-amount",
    "国民年金法94条3項、同法施行令10条",
    "{month}分を{paid}に追納する額は{yen:,}円。",
)
NOT_ANNOUNCED: Final = Rule(
    "retroactive-no-amount",
    "国民年金法94条3項、同法施行令10条",
    "{month}分を{paid}に追納する額は登録されていません。告示の額を確認してください。",
)

_COLUMN: Final = {
    ExemptionKind.THREE_QUARTERS: 1,
    ExemptionKind.HALF: 2,
    ExemptionKind.QUARTER: 3,
}


def later_payments(
    exempt: Mapping[Month, ExemptMonth],
    approved_on: date,
    recipient: bool | None,
    figures: Retroactive,
) -> dict[Month, LaterPayment]:
    """The verdict on each exempt month that is not paid yet, oldest first.

    ``approved_on`` is the day of the approval and of the payment; until JPS approves, it is an
    assumption. ``recipient``: whether the person has a right to the old-age basic pension.
    """
    return {
        month: _verdict(month, exempt[month], approved_on, recipient, figures)
        for month in sorted(exempt)
    }


def next_months(open_months: Mapping[Month, ExemptionKind]) -> tuple[Month, ...]:
    """Which month can be paid next in part payment (para. 2): one, or either of two.

    The oldest deferred month; or the oldest of the others, where it is older than that. [C] That
    「より前に納付義務が生じ」 is judged anew after each month paid.
    """
    deferred = [month for month, kind in open_months.items() if kind.is_deferred]
    others = [month for month, kind in open_months.items() if not kind.is_deferred]
    if not deferred or not others:
        return (min(deferred or others),) if open_months else ()
    first, other = min(deferred), min(others)
    return (first, other) if other < first else (first,)


def in_order(
    open_months: Mapping[Month, ExemptionKind], *, older_first: bool = False
) -> tuple[Month, ...]:
    """The months in an order that para. 2 allows: deferred first, or whatever is older first."""
    left = dict(open_months)
    ordered: list[Month] = []
    while left:
        choices = next_months(left)
        month = choices[-1] if older_first else choices[0]
        ordered.append(month)
        del left[month]
    return tuple(ordered)


def out_of_order(
    open_months: Mapping[Month, ExemptionKind], chosen: Sequence[Month]
) -> Month | None:
    """The first of the chosen months, in their order, that para. 2 does not allow; None: all are
    allowed. Raises ``KeyError`` for a month that is not open."""
    left = dict(open_months)
    for month in chosen:
        if month in left and month not in next_months(left):
            return month
        del left[month]
    return None


def choice_is_allowed(
    open_months: Mapping[Month, ExemptionKind], chosen: Collection[Month]
) -> bool:
    """Whether these months, in some order, can be paid and the others left (para. 2)."""
    left, wanted = dict(open_months), set(chosen)
    while wanted:
        possible = [month for month in next_months(left) if month in wanted]
        if not possible:
            return False
        month = possible[-1]  # an older one of the others never stands in a deferred month's way
        wanted.discard(month)
        del left[month]
    return True


def _verdict(
    month: Month,
    exempt: ExemptMonth,
    approved_on: date,
    recipient: bool | None,
    figures: Retroactive,
) -> LaterPayment:
    approved, kind = Month.of(approved_on), exempt.kind
    if recipient:
        return LaterPayment(Verdict.NOT_PAYABLE, because(RECIPIENT))
    if kind.counts_as_paid:
        reason = because(COUNTS_AS_PAID, month=month, kind=kind.label)
        return LaterPayment(Verdict.NOT_PAYABLE, reason)
    if month >= approved:
        return LaterPayment(Verdict.NOT_PAYABLE, because(NOT_PAST, month=month, approved=approved))
    if month < approved - 12 * figures.years_back.on(approved_on).value:
        return LaterPayment(Verdict.NOT_PAYABLE, because(TOO_OLD, month=month, approved=approved))
    if kind.is_partial and exempt.rest_paid is False:
        reason = because(REST_UNPAID, month=month, kind=kind.label)
        return LaterPayment(Verdict.NOT_PAYABLE, reason)
    yen, amount = _amount(month, kind, approved_on, figures)
    if recipient is None:
        return LaterPayment(Verdict.ASKS, because(RECIPIENT_UNKNOWN), yen, amount)
    if kind.is_partial and exempt.rest_paid is None:
        reason = because(REST_UNKNOWN, month=month, kind=kind.label)
        return LaterPayment(Verdict.ASKS, reason, yen, amount)
    reason = because(PAYABLE, month=month, kind=kind.label, approved=approved)
    return LaterPayment(Verdict.PAYABLE, reason, yen, amount)


def _amount(
    month: Month, kind: ExemptionKind, paid_on: date, figures: Retroactive
) -> tuple[int | None, Reason]:
    announced = figures.announced(month, paid_on)
    if announced is None:
        return None, because(NOT_ANNOUNCED, month=month, paid=Month.of(paid_on))
    yen = announced.yen[_COLUMN.get(kind, 0)]
    return yen, because(
        ANNOUNCED,
        doubt=announced.doubt,
        month=month,
        paid=Month.of(paid_on),
        yen=yen,
        note=announced.note,
    )
