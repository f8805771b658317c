"""Commands of jps_reporting's own: taking in what JPS sends back."""

import argparse
import sys
import time
from pathlib import Path
from typing import Final, cast

from contracts.delimited import Fault
from services.chassis.service import Command, Service
from services.jps_reporting.reporting import Reporting
from services.jps_reporting.settings import Settings
from services.jps_reporting.stores.told_files import Taking
from services.jps_reporting.taking import Given, NotTaken, look, rows, take

REFUSED: Final = 2
FAULTS: Final = 1


async def take_results(service: Service, arguments: argparse.Namespace) -> int:
    """Take a file in. 0: all of it is in; 1: some rows are bad or fit no item, the others are in;
    2: nothing was taken."""
    path: Path = arguments.file
    reporting = cast(Reporting, service.state)
    given = Given(lambda: path.open("rb"), cast(Settings, service.settings).told_file_max_bytes)
    try:
        path.open("rb").close()
    except OSError as error:
        _say(f"{path.name}: 開けません（{type(error).__name__}）。")
        return REFUSED
    try:
        if arguments.check:
            return _check(reporting, path, given)
        return await _take(service, reporting, path, given)
    except NotTaken as not_taken:
        _say(f"{path.name}: {not_taken}")
        return REFUSED


async def _take(service: Service, reporting: Reporting, path: Path, given: Given) -> int:
    began = time.monotonic()

    def tell(taking: Taking, faults: list[Fault]) -> None:
        for fault in faults:
            _tell(path, fault)
        rate = taking.lines / max(time.monotonic() - began, 0.001)
        _say(f"{_figures(taking)} ({rate:.0f} lines/s)")

    taking = await take(service, reporting, given, None, tell)
    _say(f"done: {_figures(taking)}")
    return FAULTS if taking.faults or taking.listed else 0


def _check(reporting: Reporting, path: Path, given: Given) -> int:
    looked = look(reporting.parameters.told_layouts, given)
    good = bad = 0
    with given.opened() as file:
        for read in rows(looked, file):
            if isinstance(read.row, Fault):
                bad += 1
                _tell(path, read.row)
            else:
                good += 1
    _say(f"{looked.layout.title}: {good} rows to take, {bad} bad; nothing was taken")
    return FAULTS if bad else 0


def _figures(taking: Taking) -> str:
    return (
        f"{taking.lines} lines: {taking.taken} new, {taking.known} known, "
        f"{taking.listed} listed, {taking.faults} bad"
    )


def _tell(path: Path, fault: Fault) -> None:
    print(f"{path.name}:{fault.line}: {fault.reason}", flush=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--check", action="store_true", help="tell the bad rows and take nothing")


COMMANDS: Final = (
    Command(
        name="take-results",
        help="take in a file that JPS sent back: 処理結果一覧, 被保険者記録等",
        run=take_results,
        arguments=_arguments,
    ),
)
