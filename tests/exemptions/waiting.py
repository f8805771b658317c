"""Two at work at once: that one of them waits for the other."""

import asyncio
from typing import Any

from services.chassis.service import Service

_WAITING = """
select exists (select from pg_locks l join pg_stat_activity a using (pid)
               where not l.granted and a.datname = current_database())
"""


async def until_it_waits(service: Service, work: asyncio.Task[Any]) -> None:
    """Return once something waits for a lock in the service's database.

    Raises ``AssertionError`` where the work is done without.
    """
    async with service.database.read() as connection:
        while not await connection.fetchval(_WAITING):
            assert not work.done(), work.result()
            await asyncio.sleep(0)
