"""What the bench writes: figures, plots and a page."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from deploy.bench import report
from deploy.bench.latency import Latency
from deploy.bench.report import Figures
from deploy.bench.thread import Run
from deploy.bench.vault import speed_of
from deploy.bench.watching import Watch, processor_seconds
from deploy.local.processes import Process, started_at

PROCESSES = ("kafka", "postgres", "token_vault", "identity", "qualification")


def run(who: str, events: int, seconds: float, each_s: float = 2.0) -> Run:
    return Run(
        who,
        events,
        seconds,
        dict.fromkeys(PROCESSES, each_s),
        {name: [(0.0, 90), (1.0, 110), (2.0, 100)] for name in PROCESSES},
        ((0.0, 0), (seconds / 2, events // 2), (seconds, events)),
    )


def figures(load: Run | None = None) -> Figures:
    return Figures(
        1_000,
        [run("house", 900, 1.0), run("house", 900, 2.0), run("house", 900, 1.5)],
        [run("floor", 900, 0.5, 1.0), run("floor", 900, 1.2, 1.0), run("floor", 900, 1.0, 1.0)],
        Latency(150.0, 3_000, 40.0, 80.0, 120.5, 200.0),
        [speed_of("look up", 500, 1_000, [0.01, 0.03])],
        load,
    )


def test_no_finder_is_left_that_others_stumble_over() -> None:
    assert all(hasattr(finder, "find_spec") for finder in sys.meta_path)


def test_a_rounds_ratio_is_of_runs_beside_each_other_and_the_median_counts() -> None:
    assert [round(ratio, 3) for ratio in figures().ratios] == [0.5, 0.6, 0.667]
    assert figures().ratio == 0.6


def test_the_results_have_what_is_compared_from_day_to_day(tmp_path: Path) -> None:
    file = report.write(tmp_path, figures(run("house", 400_000, 400.0)))
    whole = json.loads(file.read_text())
    assert whole["ratio_to_floor"] == 0.6
    assert whole["changes_per_s"] == 600
    assert whole["p99_ms"] == 120.5
    assert whole["rss_mb"] == dict.fromkeys(PROCESSES, 110)
    assert whole["processor_us"]["house"]["kafka"] == 2_222
    assert whole["vault"] == [
        {"operation": "look up", "batch": 500, "numbers_per_s": 25_000, "p50_ms": 30.0,
         "p99_ms": 30.0}
    ]  # fmt: skip
    assert [mark["residents"] for mark in whole["load"]["marks"]] == [10_000, 100_000, 300_000]
    for plot in ("processor", "load", "memory"):
        assert (tmp_path / f"{plot}.svg").read_text().startswith("<?xml")


def test_the_page_shows_the_figures_and_keeps_what_was_written_by_hand(tmp_path: Path) -> None:
    (tmp_path / "profile.md").write_text("## What the profile shows\n\nMuch.\n")
    report.write(tmp_path, figures())
    page = (tmp_path / "README.md").read_text()
    assert "**600 changes a second**" in page
    assert "| ratio to the floor | **0.60** (rounds: 0.50, 0.60, 0.67) |" in page
    assert "| look up | 500 | 25,000 | 30.0 ms | 30.0 ms |" in page
    assert page.endswith("## What the profile shows\n\nMuch.\n")
    assert "load.svg" not in page  # there was none


def test_a_watched_process_has_its_time_and_memory_told() -> None:
    busy = "import time; x = bytearray(60_000_000); t = time.process_time\nwhile t() < 1: pass\n"
    child = subprocess.Popen([sys.executable, "-c", busy + "time.sleep(60)"])
    try:
        started = started_at(child.pid)
        assert started is not None
        process = Process(child.pid, started)
        watch = Watch({"busy": process, "we": Process(os.getpid(), started_at(os.getpid()) or 0)})
        watch.begin()
        give_up = time.monotonic() + 30
        while processor_seconds(process) < 0.9 or max(mb for _, mb in watch.memory["busy"]) < 60:
            assert time.monotonic() < give_up
            time.sleep(0.05)
        watch.end()
    finally:
        child.kill()
        child.wait()
    assert 0.3 < watch.seconds["busy"] < 2
    assert max(mb for _, mb in watch.memory["busy"]) >= 60
