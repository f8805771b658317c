"""The numbers that are looked for. Nothing here prints one."""

import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from contracts.numbers import SYNTHETIC_PREFIX, is_individual_number
from deploy.local.errors import StackError

PREFIX_DIGITS = 4
"""Digits that begin a search pattern: the rarer, the faster; each has a pass of its own."""


class Known(Protocol):
    """Which twelve digits are known numbers, and how they begin."""

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The first ``PREFIX_DIGITS`` of all of them."""
        ...

    def __contains__(self, digits: object) -> bool: ...


@dataclass(frozen=True)
class Marked:
    """The synthetic numbers with an index from ``first`` on, ``count`` of them.

    As few as may be there: twelve digits of a longer number, or of a random identifier, are then
    the less likely to be taken for one.
    """

    first: int = 0
    count: int = 10 ** (11 - len(SYNTHETIC_PREFIX))

    @property
    def prefixes(self) -> tuple[str, ...]:
        return (SYNTHETIC_PREFIX,)

    def __contains__(self, digits: object) -> bool:
        return (
            isinstance(digits, str)
            and digits.startswith(SYNTHETIC_PREFIX)
            and is_individual_number(digits)
            and 0 <= int(digits[len(SYNTHETIC_PREFIX) : 11]) - self.first < self.count
        )


@dataclass(frozen=True)
class Listed:
    """These numbers and no others."""

    numbers: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, numbers: Iterable[str]) -> "Listed":
        return cls(frozenset(numbers))

    @classmethod
    def read(cls, file: Path) -> "Listed":
        """From a file with one a line, which only its owner may read.

        Never from an argument: everybody sees those. Raises ``StackError``.
        """
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise StackError(f"{file} holds numbers: only its owner may read it (chmod 600)")
        lines = file.read_text().split()
        bad = sum(not (len(line) == 12 and line.isascii() and line.isdigit()) for line in lines)
        if bad or not lines:
            raise StackError(f"{file}: one number of twelve digits a line; {bad} lines are not")
        return cls.of(lines)

    @property
    def prefixes(self) -> tuple[str, ...]:
        return tuple(sorted({number[:PREFIX_DIGITS] for number in self.numbers}))

    def __contains__(self, digits: object) -> bool:
        return digits in self.numbers
