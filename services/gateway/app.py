"""The gateway, wired: settings in, service out."""

import asyncio
from datetime import timedelta
from pathlib import Path

from services.chassis.clock import Clock, SystemClock
from services.chassis.service import Background, PublicListener, Service
from services.gateway import public, staff_commands
from services.gateway.settings import Settings
from services.gateway.state import Gateway, gateway_of
from services.gateway.stores import sessions

_PURGE_EVERY_S = 3_600


def build(settings: Settings, clock: Clock | None = None) -> Service:
    """The gateway. Opens nothing, reads no key. ``clock`` is another than the machine's."""
    return Service(
        settings=settings,
        clock=clock or SystemClock(),
        migrations=Path(__file__).parent / "migrations",
        commands=[staff_commands.COMMAND],
        background=[Background("purge", _purge)],
        state=Gateway(settings),
        public=PublicListener(
            public.create_app,
            settings.public_host,
            settings.public_port,
            settings.public_certificate_files,
        ),
    )


async def _purge(service: Service) -> None:
    settings = gateway_of(service).settings
    while True:
        now = service.clock.now()
        async with service.database.transaction() as connection:
            await sessions.purge(
                connection,
                now - timedelta(days=settings.keep_sessions_days),
                now - timedelta(seconds=settings.forget_failures_s),
            )
        await asyncio.sleep(_PURGE_EVERY_S)
