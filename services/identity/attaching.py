"""Comparing again what is nobody's yet, beside the service."""

import asyncio
from typing import Final

from services.chassis.service import Background, Service
from services.identity.signalling import news, signal, signal_incomes
from services.identity.stores import attaching, feeding

_BATCH: Final = 500
_EVERY_S: Final = 10


async def attach_due(service: Service) -> tuple[int, int]:
    """Compare the numbers that are due, one batch; how many, and how many found their person."""
    async with service.unit_of_work() as uow:
        waiting = await attaching.due(uow.connection, uow.now, _BATCH)
        if not waiting:
            return 0, 0
        feeds = await feeding.open_links(
            uow.connection,
            [each.number for each in waiting],
            [each.told for each in waiting],
            service.state.folding,
        )
        found = 0
        for each in waiting:
            judgement = feeds.look_again(each.place, each.record_version, each.told)
            found += judgement.outcome.attaches
        await feeding.write_links(uow.connection, feeds, uow.now, look_again_at=None)
        await signal(uow, news(feeds), service.state.fact_purposes)
        await signal_incomes(uow, feeds, service.state.fact_purposes)
    return len(waiting), found


async def _keep_attaching(service: Service) -> None:
    while True:
        looked, _ = await attach_due(service)
        if looked < _BATCH:
            await asyncio.sleep(_EVERY_S)


BACKGROUND: Final = Background("attach", _keep_attaching)
