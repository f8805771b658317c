"""Lists that are shown page by page."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def page(found: Sequence[T], limit: int) -> tuple[Sequence[T], T | None]:
    """What is shown of what was read, which is one row more than fits on a page where there is
    more; and the last row shown, after which to go on. None: this was the end."""
    shown = found[:limit]
    return shown, shown[-1] if len(found) > limit else None
