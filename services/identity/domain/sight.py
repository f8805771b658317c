"""Who sees persons under a support measure (支援措置). For everyone else they do not exist."""

from collections.abc import Set
from typing import Final

from contracts.functions import Function

SEES_SEALED: Final[frozenset[str]] = frozenset({Function.SEALED_VIEW.value})
"""Functions whose holder sees sealed persons."""


def sees_sealed(functions: Set[str]) -> bool:
    """Whether someone who holds these functions sees sealed persons."""
    return not SEES_SEALED.isdisjoint(functions)
