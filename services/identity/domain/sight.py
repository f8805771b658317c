"""Who sees persons under a support measure (支援措置). For everyone else they do not exist."""

from collections.abc import Set
from typing import Final

SEES_SEALED: Final[frozenset[str]] = frozenset()
"""Functions whose holder sees sealed persons. None does before the support measures are built."""


def sees_sealed(functions: Set[str]) -> bool:
    """Whether someone who holds these functions sees sealed persons."""
    return not SEES_SEALED.isdisjoint(functions)
