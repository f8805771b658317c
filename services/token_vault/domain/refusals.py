"""Why a sealed number is refused: numbered, in words that repeat nothing of it."""

from enum import StrEnum

from contracts.sealing import OpeningFailure


class Refusal(StrEnum):
    """Reasons to refuse a seal. ``reason`` is for the operator; the README says what to do."""

    reason: str

    def __new__(cls, code: str, reason: str) -> "Refusal":
        member = str.__new__(cls, code)
        member._value_ = code
        member.reason = reason
        return member

    UNKNOWN_KEY = "TV-1001", "sealed to a key id that this vault never had"
    DESTROYED_KEY = "TV-1002", "sealed to a key that has been destroyed"
    WRONG_SUITE = "TV-1003", "the key id belongs to another suite"
    MALFORMED = "TV-1004", "the seal is not Base64 or not as long as its suite makes it"
    NOT_AUTHENTIC = (
        "TV-1005",
        "the seal does not open: altered, or made for another key, sender or event",
    )
    NOT_A_NUMBER = "TV-1006", "what was sealed is not twelve digits"
    WRONG_CHECK_DIGIT = "TV-1007", "the check digit of what was sealed is wrong"


OF_OPENING = {
    OpeningFailure.WRONG_KEY: Refusal.WRONG_SUITE,
    OpeningFailure.MALFORMED: Refusal.MALFORMED,
    OpeningFailure.NOT_AUTHENTIC: Refusal.NOT_AUTHENTIC,
    OpeningFailure.NOT_A_NUMBER: Refusal.NOT_A_NUMBER,
}
"""The refusal for each way in which a seal can fail to open. The key is chosen by its id, so the
wrong key can only be one of the wrong suite."""
