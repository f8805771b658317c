"""Who is seen: a person who is hidden is not there for whoever lacks the right (promise 8).

The filter is the database's own (row-level security, migration 0004): a transaction that has not
said that it sees everybody does not see rows about hidden persons, whatever it asks. What says so
is `everybody`: around what the bus brings and operators run, and for staff who hold the right. An
HTTP request begins without it, and so does whatever nobody has thought of (fail closed).
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Final

import asyncpg

_SEES_ALL: ContextVar[bool] = ContextVar("sees_all", default=False)

_SAY: Final = "select set_config('nenkin.sight', 'all', true)"


def sees_all() -> bool:
    """Whether what runs now sees everybody."""
    return _SEES_ALL.get()


@contextmanager
def _seeing(*, all_: bool) -> Iterator[None]:
    before = _SEES_ALL.set(all_)
    try:
        yield
    finally:
        _SEES_ALL.reset(before)


def everybody() -> AbstractContextManager[None]:
    """A context in which transactions see everybody: for what no staff member asked."""
    return _seeing(all_=True)


def restricted() -> AbstractContextManager[None]:
    """A context in which transactions do not see who is hidden: around every request."""
    return _seeing(all_=False)


def see_everybody() -> None:
    """From here to the end of the request, see everybody: its staff member holds the right."""
    _SEES_ALL.set(True)


async def say(connection: asyncpg.Connection) -> None:
    """Tell the database for the transaction that was just begun. One round trip for who sees
    everybody, and none for who does not."""
    if _SEES_ALL.get():
        await connection.execute(_SAY)
