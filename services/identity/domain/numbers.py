"""団体内統合宛名番号: one for one with an individual number, and what speaks against it."""

from enum import StrEnum
from typing import Final

from contracts.codes import ResidentChangeKind
from contracts.numbers import addressee_number_check_digit
from services.identity.domain.findings import FindingKind, FindingState

_BODY_DIGITS: Final = 14


class NumberState(StrEnum):
    """How a person's integrated addressee number stands to an individual number."""

    UNNUMBERED = "unnumbered"
    """The register holds no individual number for the person; one can be joined later."""
    ASSIGNED = "assigned"
    """The individual number is this person's alone."""
    CONFLICT = "conflict"
    """Another person bore the same individual number first. It is not handed out for this one."""
    WRONG = "wrong"
    """Staff settled that the number is not this person's. It is not handed out."""

    @property
    def label(self) -> str:
        """How it is called on the page."""
        return _LABELS[self]

    @property
    def note(self) -> str | None:
        """What staff have to know of it."""
        return _NOTES.get(self)


_LABELS: Final = {
    NumberState.UNNUMBERED: "登録なし",
    NumberState.ASSIGNED: "登録済",
    NumberState.CONFLICT: "重複・相違（提供停止）",
    NumberState.WRONG: "誤り（提供停止）",
}
_NOTES: Final = {
    NumberState.UNNUMBERED: "個人番号の登録がありません。",
    NumberState.CONFLICT: "個人番号が重複または相違しているため、提供を停止しています。",
    NumberState.WRONG: "個人番号の誤りが確定しているため、提供を停止しています。",
}
_ANNOUNCED: Final = frozenset({ResidentChangeKind.NUMBER_CHANGE, ResidentChangeKind.CORRECTION})


def integrated_number(serial: int) -> str | None:
    """The 15 digits for a serial number: 14 and a check digit.

    ``None`` where the standard leaves the check digit open (remainder 1): such a serial number is
    passed over.
    """
    body = f"{serial:0{_BODY_DIGITS}d}"
    check_digit = addressee_number_check_digit(body)
    return None if check_digit is None else body + check_digit


def state_of(token: str | None, *, borne_by_another: bool) -> NumberState:
    """The state that follows from a person's token and from who else bears it."""
    if token is None:
        return NumberState.UNNUMBERED
    return NumberState.CONFLICT if borne_by_another else NumberState.ASSIGNED


def finding_on_change(
    known: str | None, told: str | None, change: ResidentChangeKind
) -> tuple[FindingKind, FindingState] | None:
    """What a record is worth a note for that comes with another token than before.

    The register is followed in any case. A change that it announced as one (個人番号の変更請求,
    修正) is only noted; one that came along with something else is for staff to look at.
    """
    if known is None or known == told:
        return None
    if told is None:
        return FindingKind.NUMBER_WITHDRAWN, FindingState.OPEN
    state = FindingState.NOTED if change in _ANNOUNCED else FindingState.OPEN
    return FindingKind.NUMBER_CHANGED, state
