"""``python -m deploy.upstream snapshot|measures|day|feeds``: publish what the city's systems tell.

``snapshot``, ``measures`` (支援措置) and ``day`` are the resident register's; ``feeds`` is what
tax, welfare, health insurance and long-term care know of the same residents. Needs
``NENKIN_KAFKA_BOOTSTRAP`` and ``NENKIN_CERTS_DIR`` (the register's certificate; the other systems'
lie in folders beside it). The register also needs the vault's public sealing key, which ``python -m
services.token_vault publish-key`` prints.
"""

import argparse
import asyncio
import sys
from datetime import date
from pathlib import Path

from contracts.sealing import PublicSealingKey
from deploy.upstream.city import residents
from deploy.upstream.day import snapshot, working_day
from deploy.upstream.feeds import feed_records
from deploy.upstream.measures import protected, told_before
from deploy.upstream.publisher import Bus, Published, publish, publish_feeds


def main() -> int:
    """Publish and say how fast it went."""
    arguments = _arguments()
    published = asyncio.run(_publish(arguments))
    rate = published.count / published.seconds if published.seconds else 0
    print(file=sys.stderr)
    print(f"{published.count} events in {published.seconds:.1f} s ({rate:.0f}/s)")
    for (kind, _), trace_id in published.traces.items():
        print(f"{kind.value} trace {trace_id}")
    return 0


async def _publish(arguments: argparse.Namespace) -> Published:
    bus, today, seed = Bus.from_environment(), arguments.date, arguments.seed
    city = residents(arguments.residents, today=today, seed=seed)
    if arguments.what == "feeds":
        records = feed_records(city, today=today, seed=seed)
        return await publish_feeds(records, bus, progress=_progress)
    if arguments.what == "measures":
        measures = protected(list(city), today=today)
        return await publish_feeds(told_before(measures, today), bus, progress=_progress)
    if arguments.what == "snapshot":
        changes = snapshot(city, today)
    else:
        changes = working_day(list(city), arguments.residents, today=today, seed=seed)
    key = PublicSealingKey.model_validate_json(arguments.sealing_key.read_bytes())
    return await publish(
        changes,
        bus,
        key,
        reported_on=today,
        trace_every=arguments.trace_every,
        progress=_progress,
    )


def _progress(count: int) -> None:
    print(f"\r{count} published", end="", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.upstream", description=__doc__)
    parser.add_argument("what", choices=("snapshot", "measures", "day", "feeds"))
    parser.add_argument("--residents", type=int, default=2_000, help="size of the city")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another city")
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="YYYY-MM-DD")
    parser.add_argument("--sealing-key", type=Path, help="the vault's public key")
    parser.add_argument("--trace-every", type=int, default=0, help="trace every Nth change")
    arguments = parser.parse_args()
    if arguments.what in ("snapshot", "day") and arguments.sealing_key is None:
        parser.error("the register seals its numbers: give --sealing-key")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
