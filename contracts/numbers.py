"""The numbers that persons, households and municipalities go by, and what can be checked of each.

An individual number (個人番号) has no type here on purpose: no event carries one. What travels is a
`contracts.sealing.SealedNumber` or a token of the vault.
"""

import re
import unicodedata
from operator import mul
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints, WithJsonSchema

from contracts.errors import ContractError

SYNTHETIC_PREFIX = "9999"
"""Individual numbers made for tests and demonstrations begin with it."""

_TWELVE_DIGITS = re.compile(r"[0-9]{12}")
_BETWEEN_DIGITS = re.compile(r"[\s\-\u2010-\u2015\u2212\u30fc]")
"""Spaces, the hyphens and dashes of every input method, and the long mark typed for one."""
_ELEVEN_DIGITS = re.compile(r"[0-9]{11}")
_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_FROM_THE_RIGHT = (2, 3, 4, 5, 6, 7) * 3
_SYNTHETIC_DIGITS = 11 - len(SYNTHETIC_PREFIX)

AddresseeNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,15}$")]
"""宛名番号: 1 to 15 letters and digits. Its check digit is only ever a warning, see
`addressee_number_check_digit`."""

HouseholdNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,15}$")]
"""世帯番号: 1 to 15 letters and digits."""

IntegratedAddresseeNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,15}$")]
"""団体内統合宛名番号: one to one with an individual number; only identity holds it."""

BasicPensionNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]
"""基礎年金番号: 10 digits, written 4-6 on paper. No check digit is published. A person who has not
been given one yet is an ordinary case: write ``BasicPensionNumber | None``."""

MunicipalityCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
"""市区町村コード (全国地方公共団体コード): 6 digits, the last of them a check digit."""


_BEYOND_ONE = WithJsonSchema({"type": "integer", "minimum": 1})
# A published schema may not get narrower, so it does not tell the upper limits: what is beyond
# them was never taken in. Strict: `"1"` and `true` are no numbers, whatever pydantic makes of them.

Version = Annotated[int, Field(strict=True, ge=1, le=2**63 - 1), _BEYOND_ONE]
"""A version that its owner counts up: 1 or more, and in 64 bits."""

SmallVersion = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1), _BEYOND_ONE]
"""The same where a service of the house counts, by one: in 32 bits."""

MediumSerial = Annotated[
    int, Field(strict=True, ge=1, le=2**31 - 1), WithJsonSchema({"type": "integer"})
]
"""The running number of a medium for JPS."""


class InvalidNumber(ContractError):
    """A number does not have the digits that its kind has. The message never repeats it."""

    code: ClassVar[str] = "CT-0401"


def individual_number_check_digit(first11: str) -> str:
    """The check digit (検査用数字) of an individual number, from its first eleven digits.

    平成26年総務省令第85号第5条: 11 - (sum of Pn*Qn modulo 11), and 0 where the remainder is 0 or 1.

    Raises `InvalidNumber` unless given eleven ASCII digits.
    """
    if not _ELEVEN_DIGITS.fullmatch(first11):
        raise InvalidNumber("a check digit is computed from eleven digits")
    remainder = sum(map(mul, map(int, first11), _WEIGHTS)) % 11
    return "0" if remainder <= 1 else str(11 - remainder)


def is_individual_number(text: str) -> bool:
    """Whether ``text`` is twelve ASCII digits that end in their own check digit."""
    return (
        _TWELVE_DIGITS.fullmatch(text) is not None
        and individual_number_check_digit(text[:11]) == text[11]
    )


def synthetic_individual_number(index: int) -> str:
    """The ``index``-th made-up number, 0 to 9,999,999: valid check digit, `SYNTHETIC_PREFIX`.

    Raises `InvalidNumber` outside that range.
    """
    if not 0 <= index < 10**_SYNTHETIC_DIGITS:
        raise InvalidNumber(f"there are {10**_SYNTHETIC_DIGITS} synthetic numbers, from 0")
    first11 = f"{SYNTHETIC_PREFIX}{index:0{_SYNTHETIC_DIGITS}d}"
    return first11 + individual_number_check_digit(first11)


def addressee_number_check_digit(body: str) -> str | None:
    """The check digit that an addressee or household number ought to end in, to warn by.

    Modulus 11, weights 2 to 7 from the right, repeating. ``None`` where the remainder is 1: the
    standard leaves that case open. Numbers from before the standard are exempt, so a number is
    never refused for it.

    Raises `InvalidNumber` unless given 1 to 14 ASCII digits.
    """
    if not re.fullmatch(r"[0-9]{1,14}", body):
        raise InvalidNumber("a check digit is computed from 1 to 14 digits")
    remainder = sum(map(mul, map(int, reversed(body)), _FROM_THE_RIGHT)) % 11
    if remainder == 1:
        return None
    return "0" if remainder == 0 else str(11 - remainder)


def ascii_digits(text: str) -> str:
    """What a person typed as a number, without its width, spaces and hyphens.

    For numbers only: the same folding would change a name. Nothing is checked.
    """
    return _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", text))
