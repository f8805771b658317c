"""団体内統合宛名番号: one for one with an individual number, and what speaks against it."""

from enum import StrEnum
from typing import Final

from contracts.codes import Code, ResidentChangeKind
from contracts.numbers import addressee_number_check_digit

_BODY_DIGITS: Final = 14


class NumberState(StrEnum):
    """How a person's integrated addressee number stands to an individual number."""

    UNNUMBERED = "unnumbered"
    """The register holds no individual number for the person; one can be joined later."""
    ASSIGNED = "assigned"
    """The individual number is this person's alone."""
    CONFLICT = "conflict"
    """Another person bore the same individual number first. It is not handed out for this one."""


class FindingKind(Code):
    """What staff have to look at. Nothing is merged or mended by itself."""

    NUMBER_CHANGED = "number_changed", "個人番号の変更"
    NUMBER_WITHDRAWN = "number_withdrawn", "個人番号の抹消"
    NUMBER_SHARED = "number_shared", "同一個人番号の重複"


class FindingState(Code):
    """Where a finding stands."""

    OPEN = "open", "未処理"
    NOTED = "noted", "記録のみ"


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
