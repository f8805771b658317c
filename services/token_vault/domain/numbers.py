"""An individual number (個人番号) in memory, and the token that stands for it everywhere else."""

import re
from typing import Final, NewType, NoReturn, Self, final

from contracts.numbers import is_individual_number

Token = NewType("Token", str)
"""32 hexadecimal digits, random: it says nothing about the number."""

TOKEN_PATTERN: Final = r"^[0-9a-f]{32}$"
_MASK: Final = "IndividualNumber(************)"


class WrongCheckDigit(ValueError):
    """Twelve digits that do not end in their own check digit (検査用数字). Never repeats them."""

    def __init__(self) -> None:
        super().__init__("the check digit is wrong")


class NotAToken(ValueError):
    """Not 32 lower-case hexadecimal digits."""

    def __init__(self) -> None:
        super().__init__("a token has 32 lower-case hexadecimal digits")


@final
class IndividualNumber:
    """A number whose check digit is right.

    Whatever prints, formats, logs or serialises it gets asterisks or an exception: the digits come
    out through ``digits`` alone, so that one search finds every place that reads them.

    Raises `WrongCheckDigit` for any other text.
    """

    __slots__ = ("_digits",)

    def __init__(self, text: str) -> None:
        if not is_individual_number(text):
            raise WrongCheckDigit
        self._digits = text

    @property
    def digits(self) -> str:
        """The twelve digits."""
        return self._digits

    def __repr__(self) -> str:
        return _MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return _MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IndividualNumber) and self._digits == other._digits

    def __hash__(self) -> int:
        return hash(self._digits)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("an individual number is not serialised")

    __getstate__ = __reduce__


def token_of(raw: bytes) -> Token:
    """The token that 16 random bytes make."""
    if len(raw) != 16:
        raise NotAToken
    return Token(raw.hex())


def token_bytes(token: str) -> bytes:
    """The 16 bytes of a token. Raises `NotAToken`."""
    if not re.fullmatch(TOKEN_PATTERN[1:-1], token):
        raise NotAToken
    return bytes.fromhex(token)
