"""Claims, wired."""

from pathlib import Path

from contracts.topics import (
    JPS_EVENTS,
    LINKAGE_REPLIES_CLAIMS,
    PERSONS_BLOCKS,
    PERSONS_EVENTS,
    PERSONS_MERGES,
    PERSONS_SIGHT,
    QUALIFICATION_EVENTS,
)
from services.chassis import merges
from services.chassis.blocking import on_blocks
from services.chassis.hiding import on_sight
from services.chassis.service import Service
from services.claims import api, handlers, receipt_api
from services.claims.settings import Settings
from services.claims.state import read_state


def build(settings: Settings) -> Service:
    """The service; nothing is opened but its own files."""
    return Service(
        settings=settings,
        migrations=Path(__file__).parent / "migrations",
        handlers={
            PERSONS_EVENTS: handlers.on_persons,
            PERSONS_BLOCKS: on_blocks,
            PERSONS_SIGHT: on_sight,
            PERSONS_MERGES: merges.on_merges,
            QUALIFICATION_EVENTS: handlers.on_qualification,
            JPS_EVENTS: handlers.on_jps,
            LINKAGE_REPLIES_CLAIMS: handlers.on_facts,
        },
        routers=(api.router, receipt_api.router),
        state=read_state(),
    )
