"""The running service checks its own records now and then, and shows what it found to operators."""

import asyncio
import logging
from typing import cast

from prometheus_client import CollectorRegistry, Gauge

from contracts.topics import SHARDS
from services.audit import signing
from services.audit.commands import Tally, known_heads, verify_chains
from services.audit.settings import Settings
from services.chassis.service import Background, Service

log = logging.getLogger(__name__)

CHECKPOINTS = "checkpoints"
"""Stands beside the shards: a checkpoint file that does not bear our signature."""
_PIECE = 200
"""Records checked without a pause: some 7 ms in which nothing else runs."""


class Watch:
    """What the last verification found."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.broken = Gauge(
            "audit_chain_broken",
            "1: this part of the records is not as it was recorded",
            ["part"],
            registry=registry,
        )
        self.verified_at = Gauge(
            "audit_chain_verified_timestamp_seconds",
            "When all records were last checked, well or ill; 0: not yet",
            registry=registry,
        )
        self.records = Gauge(
            "audit_chain_verified_records", "Records found as recorded", registry=registry
        )
        for part in (*map(str, range(SHARDS)), CHECKPOINTS):
            self.broken.labels(part).set(0)


async def verify_once(service: Service) -> None:
    """Check every record, and show what was found. Raises where that could not be done."""
    watch, settings = cast(Watch, service.state), cast(Settings, service.settings)
    marks, forged = [], False
    try:
        marks = known_heads(settings, None, None)
    except signing.BadCheckpoint:
        forged = True
        log.exception("a checkpoint is not ours")
    tally = Tally(told=False)
    faults = await verify_chains(service, None, marks, tally, piece=_PIECE)
    for fault in faults:
        log.error("audit records are not as recorded: run verify",
                  extra={"data": {"shard": fault.shard, "code": fault.damage.value}})  # fmt: skip
    broken = {str(fault.shard) for fault in faults} | ({CHECKPOINTS} if forged else set())
    for part in {*map(str, range(SHARDS)), CHECKPOINTS} | broken:
        watch.broken.labels(part).set(part in broken)
    watch.records.set(tally.records)
    watch.verified_at.set(service.clock.now().timestamp())


async def keep_verifying(service: Service) -> None:
    """Check every record when the service begins, and ``verify_every_s`` after each time."""
    settings = cast(Settings, service.settings)
    while True:
        await verify_once(service)
        await asyncio.sleep(settings.verify_every_s)


BACKGROUND = (Background("verification", keep_verifying),)
