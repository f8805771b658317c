"""How fast records are kept and verified: ``NENKIN_TEST_STACK=dev python -m tests.audit.bench``.

The handler and the verification alone, on the real database: the bus comes on top.
"""

import asyncio
import os
import resource
import sys
import time

from deploy.local.testing import TestStack
from services.audit.commands import Tally, verify_chains
from services.audit.handlers import on_audit_events
from tests.audit.keeping import audit_service, batches, received

COUNT = 100_000
BATCH = 500


async def main() -> None:
    """Keep, verify, print."""
    stack = TestStack(os.environ.get("NENKIN_TEST_STACK", "bench"))
    stack.up((), viewer=False)
    name = stack.fresh_database("audit")
    async with audit_service(stack, DATABASE_NAME=name).opened() as audit:
        spent = 0.0
        for batch in batches(range(1, COUNT + 1), BATCH):
            events = [received(number, number % 6) for number in batch]
            began = time.monotonic()
            async with audit.unit_of_work() as uow:
                await on_audit_events(events, uow)
            spent += time.monotonic() - began
        _say(f"kept {COUNT:,} in batches of {BATCH}: {COUNT / spent:,.0f} a second")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        tally = Tally()
        faults = await verify_chains(audit, None, (), tally)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        _say(f"verified {tally.records:,}: {tally.rate:,} a second, {len(faults)} faults")
        _say(f"memory grew by {grown / 1024:.0f} MiB")
        async with audit.database.read() as connection:
            size = await connection.fetchval("select pg_total_relation_size('audit.records')")
        _say(f"{size / COUNT:.0f} bytes a record with its indexes")
    stack.drop_databases([name])


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    asyncio.run(main())
