"""Audit, wired."""

from pathlib import Path

from contracts.topics import AUDIT_EVENTS, PERSONS_MERGES, PERSONS_SIGHT
from services.audit import api, commands, handlers, watch
from services.audit.settings import Settings
from services.chassis import merges
from services.chassis.hiding import on_sight
from services.chassis.service import Service


def build(settings: Settings) -> Service:
    """The service; nothing is opened."""
    service = Service(
        settings=settings,
        migrations=Path(__file__).parent / "migrations",
        handlers={
            AUDIT_EVENTS: handlers.on_audit_events,
            PERSONS_MERGES: merges.on_merges,
            PERSONS_SIGHT: on_sight,
        },
        routers=(api.router,),
        commands=commands.COMMANDS,
        background=(*commands.BACKGROUND, *watch.BACKGROUND),
    )
    service.state = watch.Watch(service.metrics.registry)
    return service
