"""``python -m deploy.bench``: measures the house against the floor and writes ``bench/``."""

import argparse
import asyncio
import statistics
import sys
from pathlib import Path

from deploy.bench import latency, report, transit, vault
from deploy.bench.filling import arrivals, load
from deploy.bench.stage import Stage
from deploy.bench.thread import Run, Stalled, Thread
from deploy.local.errors import StackError
from deploy.local.layout import PROJECT
from deploy.local.progress import Progress


def main() -> int:
    """Measure and write; 1 if something did not come through."""
    arguments = _arguments()
    progress = Progress()
    stage = Stage(arguments.name, progress)
    try:
        stage.open()
        figures = _measure(stage, arguments)
    except (StackError, Stalled, TimeoutError) as error:
        print(f"the bench was not finished: {error}", file=sys.stderr)
        return 1
    finally:
        stage.close()
    written = report.write(arguments.out, figures)
    progress.say("bench", f"wrote {written} and {arguments.out / 'README.md'}")
    print(report.summary(figures))
    return 0


def _measure(stage: Stage, arguments: argparse.Namespace) -> report.Figures:
    stage.progress.say("vault", "numbers alone")
    numbers = min(arguments.n, 10_000)
    speeds = asyncio.run(vault.measure(stage, numbers))
    stage.progress.say("openbao", "its transit engine, for comparison")
    speeds += transit.measure(stage.stack, numbers)
    thread = Thread(stage)
    house: list[Run] = []
    floor: list[Run] = []
    for turn in range(arguments.rounds):
        thread.fill(arguments.n, arrivals)
        # In turn, so that neither always has the warmer servers. The first floor run comes after
        # the house's, whose bytes it copies.
        runs = (house, floor) if turn % 2 == 0 else (floor, house)
        for into in runs:
            into.append(thread.house() if into is house else thread.floor())
    rate = statistics.median(run.per_s for run in house) / 4
    stage.progress.say("latency", f"{rate:.0f} changes a second for {arguments.seconds} s")
    stage.start_house()
    took = asyncio.run(latency.measure(stage, thread.published, rate, arguments.seconds))
    stage.stop_house()
    thread.published += took.sent
    loaded = None
    if arguments.load:
        thread.fill(arguments.load, load, floor=False)
        loaded = thread.house()
    return report.Figures(arguments.n, house, floor, took, speeds, loaded)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.bench", description=__doc__)
    parser.add_argument("--n", type=int, default=20_000, help="changes a round")
    parser.add_argument("--rounds", type=int, default=2, help="of house and floor in turn")
    parser.add_argument("--seconds", type=int, default=20, help="how long latency is measured")
    parser.add_argument("--load", type=int, default=0, help="then load a city of so many residents")
    parser.add_argument("--out", type=Path, default=PROJECT / "bench", help="where results go")
    parser.add_argument("--name", default="bench", help="name of the stack, which is made anew")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
