"""The figures as JSON, plots and a page."""

import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pygal
from pygal.style import CleanStyle

from deploy.bench.latency import Latency
from deploy.bench.thread import Run
from deploy.bench.vault import Speed

# Of the old kind, for plugins that we do not have, and stumbled over by whoever asks all finders.
sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]

MARKS = (10_000, 100_000, 300_000, 1_000_000)
"""The sizes of a city at which a load is read off."""


@dataclass(frozen=True)
class Figures:
    """All that one bench found."""

    n: int
    house: Sequence[Run]
    floor: Sequence[Run]
    latency: Latency
    vault: Sequence[Speed]
    load: Run | None

    @property
    def ratios(self) -> list[float]:
        """The house's speed over the floor's, round by round."""
        return [h.per_s / f.per_s for h, f in zip(self.house, self.floor, strict=True)]

    @property
    def ratio(self) -> float:
        """The median round's."""
        return statistics.median(self.ratios)


def document(figures: Figures, at: datetime) -> dict[str, Any]:
    """The whole as JSON."""
    last = figures.house[-1]
    return {
        "at": at.isoformat(timespec="seconds"),
        "machine": _machine(),
        "n": figures.n,
        "ratio_to_floor": round(figures.ratio, 3),
        "ratios": [round(ratio, 3) for ratio in figures.ratios],
        "changes_per_s": round(statistics.median(run.per_s for run in figures.house)),
        "floor_changes_per_s": round(statistics.median(run.per_s for run in figures.floor)),
        "p99_ms": figures.latency.p99_ms,
        "rss_mb": last.peak_mb,
        "processor_us": {"house": last.processor_us, "floor": figures.floor[-1].processor_us},
        "latency": asdict(figures.latency),
        "vault": [asdict(speed) for speed in figures.vault],
        "load": _load(figures.load) if figures.load else None,
    }


def _load(run: Run) -> dict[str, Any]:
    return {
        "residents": run.events,
        "per_s": round(run.per_s),
        "rss_mb": run.peak_mb,
        "marks": [
            {"residents": mark, "seconds": at, "per_s": round(mark / at)} for mark, at in marks(run)
        ],
    }


def marks(run: Run) -> list[tuple[int, float]]:
    """When the load had reached each of ``MARKS``: (residents, seconds)."""
    reached = []
    for mark in MARKS:
        at = next((seconds for seconds, count in run.course if count >= mark), None)
        if at:
            reached.append((mark, at))
    return reached


def _machine() -> dict[str, Any]:
    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine(),
    )  # fmt: skip
    load = os.getloadavg()[2]
    return {
        "processors": os.cpu_count(), "model": model, "python": platform.python_version(),
        "load_15min": round(load, 1),
    }  # fmt: skip


def write(folder: Path, figures: Figures) -> Path:
    """Write results, plots and the page; returns the results' file."""
    at = datetime.now(UTC)
    whole = document(figures, at)
    results = folder / "results" / f"{at:%Y-%m-%d}.json"
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
    _plot_processor(whole).render_to_file(str(folder / "processor.svg"))
    if figures.load:
        _plot_load(figures.load).render_to_file(str(folder / "load.svg"))
        _plot_memory(figures.load).render_to_file(str(folder / "memory.svg"))
    (folder / "README.md").write_text(page(whole, results.name, _profile(folder)))
    return results


def _chart(kind: Any, title: str, **options: Any) -> Any:
    return kind(
        title=title, style=CleanStyle, width=800, height=420, js=[], show_dots=False, **options
    )


def _plot_processor(whole: dict[str, Any]) -> Any:
    chart = _chart(pygal.StackedBar, "Processor time a change (µs)", x_labels=["house", "floor"])
    for name in whole["processor_us"]["house"]:
        chart.add(name, [whole["processor_us"][who][name] for who in ("house", "floor")])
    return chart


def _plot_load(run: Run) -> Any:
    chart = _chart(pygal.XY, "A city loads from nothing", x_title="seconds",
                   y_title="residents through three hops")  # fmt: skip
    chart.add("loaded", _thinned(run.course))
    chart.add("straight line", [(0, 0), (run.course[-1][0], run.course[-1][1])])
    return chart


def _plot_memory(run: Run) -> Any:
    chart = _chart(pygal.XY, "Memory during the load (MB)", x_title="seconds", range=(0, 260))
    for name, seen in run.memory.items():
        if name not in ("kafka", "postgres"):
            chart.add(name, _thinned(seen))
    return chart


def _thinned(points: Sequence[tuple[float, int]], most: int = 200) -> list[tuple[float, int]]:
    step = max(len(points) // most, 1)
    return [*points[::step], points[-1]]


def _profile(folder: Path) -> str:
    """What the profile shows is written by hand, and kept."""
    file = folder / "profile.md"
    return file.read_text() if file.exists() else ""


def page(whole: dict[str, Any], results: str, profile: str) -> str:
    """``bench/README.md``."""
    machine, used = whole["machine"], whole["processor_us"]
    house, floor = used["house"], used["floor"]
    lines = [
        "# How fast the house is",
        "",
        "Written by `make bench` (`N=50000`: changes a round; `LOAD=300000`: residents of a first"
        " load). All figures",
        f"of one run, [results/{results}](results/{results}), {whole['at'][:10]}, on"
        f" {machine['processors']} cores ({machine['model']}),",
        f"Python {machine['python']}, load average before {machine['load_15min']}. Everything"
        " (Kafka, PostgreSQL, the services, the bench) shared these cores.",
        "",
        "| what | figure |",
        "|---|---|",
        f"| sealed change → qualification event, three hops | **{whole['changes_per_s']:,}"
        " changes a second** |",
        f"| the floor in the same run | {whole['floor_changes_per_s']:,} a second |",
        f"| ratio to the floor | **{whole['ratio_to_floor']:.2f}**"
        f" (rounds: {', '.join(f'{r:.2f}' for r in whole['ratios'])}) |",
        f"| warm, at a quarter of that rate ({whole['latency']['per_s']:.0f}/s): p50, p95, p99 |"
        f" {whole['latency']['p50_ms']}, {whole['latency']['p95_ms']},"
        f" **{whole['p99_ms']} ms** |",
        "",
        "Each change is a person who moves in from abroad and acquires category 1: three hops,"
        " a qualification event and a report item.",
        "The floor (`deploy/bench/floor.py`) moves the same bytes over the same hops, and back to"
        " the register, with the same cryptography and durability,",
        "without contract, chassis or domain.",
        "",
        "![processor time](processor.svg)",
        "",
        "| µs of processor a change | house | floor | memory, MB |",
        "|---|---|---|---|",
    ]
    for name, us in house.items():
        lines.append(f"| {name} | {us} | {floor[name]} | {whole['rss_mb'][name]} |")
    lines.append(f"| all | {sum(house.values())} | {sum(floor.values())} | |")
    lines += ["", *_load_section(whole["load"])]
    lines += [
        "## The vault alone", "", "| operation | numbers at once | numbers a second | p50 | p99 |",
        "|---|---|---|---|---|",
    ]  # fmt: skip
    for speed in whole["vault"]:
        lines.append(
            f"| {speed['operation']} | {speed['batch']} | {speed['numbers_per_s']:,} |"
            f" {speed['p50_ms']} ms | {speed['p99_ms']} ms |"
        )
    return "\n".join([*lines, "", profile.rstrip(), ""])


def _load_section(load: dict[str, Any] | None) -> list[str]:
    if not load:
        return []
    lines = [
        "## A city loads from nothing", "",
        f"{load['residents']:,} residents in one go, {load['per_s']:,} a second.", "",
        "| residents | after | a second so far |", "|---|---|---|",
    ]  # fmt: skip
    lines += [
        f"| {mark['residents']:,} | {mark['seconds']:.0f} s | {mark['per_s']:,} |"
        for mark in load["marks"]
    ]
    most = ", ".join(f"{name} {mb}" for name, mb in load["rss_mb"].items())
    return [*lines, "", f"Most memory held, in MB: {most}.", "",
            "![load](load.svg)", "", "![memory](memory.svg)", ""]  # fmt: skip


def summary(figures: Figures) -> str:
    """A few lines for the terminal."""
    house = statistics.median(run.per_s for run in figures.house)
    floor = statistics.median(run.per_s for run in figures.floor)
    return (
        f"\n  house  {house:8,.0f} changes a second\n  floor  {floor:8,.0f}\n"
        f"  ratio  {figures.ratio:8.2f}\n  p99    {figures.latency.p99_ms:8.1f} ms at"
        f" {figures.latency.per_s:.0f} a second\n"
    )
