"""What a password must be, and the form in which it is hashed."""

import unicodedata
from enum import StrEnum
from typing import Self

MINIMUM_LENGTH = 12
MAXIMUM_LENGTH = 128
_DISTINCT = 5


class PasswordFault(StrEnum):
    """Why a password is not accepted. ``label`` is shown to whoever sets it."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    TOO_SHORT = "too_short", f"{MINIMUM_LENGTH}文字以上にしてください。"
    TOO_LONG = "too_long", f"{MAXIMUM_LENGTH}文字以下にしてください。"
    TOO_PLAIN = "too_plain", f"異なる文字を{_DISTINCT}種類以上使ってください。"
    CONTAINS_USER_ID = "contains_user_id", "利用者IDを含めないでください。"
    CONTROL_CHARACTER = "control_character", "制御文字（改行など）は使えません。"


def prepared(password: str) -> str:
    """The password as it is hashed: NFKC, so that a full-width keyboard state is not a wrong one.

    NIST SP 800-63B-4, 3.1.1.2: normalise with NFKC or NFKD before hashing.
    """
    return unicodedata.normalize("NFKC", password)


def faults(password: str, *, staff_id: str) -> tuple[PasswordFault, ...]:
    """What is wrong with a new password, all at once; empty when it is good.

    Length rather than composition rules, as NIST SP 800-63B-4 advises.
    """
    text = prepared(password)
    found = []
    if len(text) < MINIMUM_LENGTH:
        found.append(PasswordFault.TOO_SHORT)
    if len(text) > MAXIMUM_LENGTH:
        found.append(PasswordFault.TOO_LONG)
    if len(set(text)) < _DISTINCT:
        found.append(PasswordFault.TOO_PLAIN)
    if staff_id.casefold() in text.casefold():
        found.append(PasswordFault.CONTAINS_USER_ID)
    if any(unicodedata.category(character) == "Cc" for character in text):
        found.append(PasswordFault.CONTROL_CHARACTER)
    return tuple(found)
