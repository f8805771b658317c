"""``make chaos``: a whole run, told as it goes.

    python -m tests.chaos [--changes 20000] [--seed 7]

``NENKIN_CHAOS_SEED`` gives the seed too. Exit status 1 when anything is not as it has to be.
"""

import argparse
import logging
import os
import random
import secrets
import time

from services.chassis.clock import SystemClock, japan_date
from tests.chaos import check, run
from tests.chaos.city import story
from tests.chaos.disturber import Disturber, Measure, plan
from tests.chaos.expected import expected
from tests.chaos.house import ChaosStack

_ALL = (*run.SERVICES, "gateway")


def seed_of(given: str | None = None) -> int:
    """The seed that was asked for, or one drawn now."""
    text = given or os.environ.get("NENKIN_CHAOS_SEED")
    return int(text) if text else secrets.randbelow(1_000_000)


def main() -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__.partition("\n")[0])
    parser.add_argument("--changes", type=int, default=20_000)
    parser.add_argument("--seed")
    parser.add_argument("--kills", type=int, default=3, help="of each service")
    parser.add_argument("--pause", type=float, default=4, help="at most between two disturbances")
    parser.add_argument(
        "--no-calm", action="store_true", help="without an undisturbed run to compare with"
    )
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)  # of this process: what is disturbed complains without end
    seed = seed_of(arguments.seed)
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f}s  {text}", flush=True)

    say(f"seed={seed}: {arguments.changes} changes are being made up")
    told = story(arguments.changes, today=japan_date(SystemClock().now()), seed=seed)
    due = expected(told)
    stack = ChaosStack(f"test-{os.getpid()}-chaos")
    try:
        stack.open()
        say("servers up")
        calm: check.Found | None = None
        faults: list[str] = []
        if not arguments.no_calm:
            say("first a run in which nothing goes wrong")
            calm = run.undisturbed(stack, told, timeout=1_200)
            faults = check.all_faults(calm, due)
            events = sum(calm.log.records.values())
            say(f"undisturbed: {events} events on the bus, {len(faults)} faults")
        rng = random.Random(seed)
        measure = Measure(
            kills=arguments.kills, server_kills=3, network=2, pauses=4, long_pauses=1,
            companions=_ALL, full_disks=2,
        )  # fmt: skip
        disturber = Disturber(stack, rng, plan(rng, _ALL, measure), arguments.pause, say)
        found = run.disturbed(stack, told, disturber, services=_ALL, timeout=1_200)
        faults += check.all_faults(found, due, calm)
        say(f"done: {', '.join(f'{what} x{n}' for what, n in sorted(disturber.done.items()))}")
        for text in disturber.left_out:
            say(f"left out: {text}")
        say(f"ended by themselves, and started again: {', '.join(stack.fallen) or 'none'}")
        say(f"{found.log.repeats} events were sent again, and dropped as duplicates")
    finally:
        stack.close()
    for fault in faults:
        print(f"FAULT  {fault}")
    say(f"seed={seed}: {len(faults)} faults")
    return 1 if faults else 0
