"""``python -m deploy.upstream snapshot|day``: publish the made-up city's changes.

Needs ``NENKIN_KAFKA_BOOTSTRAP``, ``NENKIN_CERTS_DIR`` (the register's certificate) and the vault's
public sealing key, which ``python -m services.token_vault publish-key`` prints.
"""

import argparse
import asyncio
import sys
from datetime import date
from pathlib import Path

from contracts.sealing import PublicSealingKey
from deploy.upstream.city import residents
from deploy.upstream.day import snapshot, working_day
from deploy.upstream.publisher import Bus, publish


def main() -> int:
    """Publish and say how fast it went."""
    arguments = _arguments()
    key = PublicSealingKey.model_validate_json(arguments.sealing_key.read_bytes())
    today = arguments.date
    city = residents(arguments.residents, today=today, seed=arguments.seed)
    if arguments.what == "snapshot":
        changes = snapshot(city, today)
    else:
        changes = working_day(list(city), arguments.residents, today=today, seed=arguments.seed)

    def progress(count: int) -> None:
        print(f"\r{count} published", end="", file=sys.stderr, flush=True)

    published = asyncio.run(
        publish(
            changes,
            Bus.from_environment(),
            key,
            reported_on=today,
            trace_every=arguments.trace_every,
            progress=progress,
        )
    )
    rate = published.count / published.seconds if published.seconds else 0
    print(file=sys.stderr)
    print(f"{published.count} changes in {published.seconds:.1f} s ({rate:.0f}/s)")
    for (kind, _), trace_id in published.traces.items():
        print(f"{kind.value} trace {trace_id}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.upstream", description=__doc__)
    parser.add_argument("what", choices=("snapshot", "day"))
    parser.add_argument("--residents", type=int, default=2_000, help="size of the city")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another city")
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="YYYY-MM-DD")
    parser.add_argument("--sealing-key", type=Path, required=True, help="the vault's public key")
    parser.add_argument("--trace-every", type=int, default=0, help="trace every Nth change")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
