"""``python -m deploy.taint``: search a stack for individual numbers; tell where, never which."""

import argparse
import os
import sys
from pathlib import Path

from contracts.numbers import SYNTHETIC_PREFIX
from deploy.local import processes
from deploy.local.errors import StackError
from deploy.local.progress import Progress
from deploy.local.stack import Stack
from deploy.taint import places
from deploy.taint.memory import images
from deploy.taint.numbers import Known, Listed, Marked
from deploy.taint.report import Report, look
from deploy.upstream.city import FIRST_INDEX


def main(arguments: list[str] | None = None) -> int:
    """0: none found; 1: found; 2: something was not looked into, or the search did not begin."""
    asked = _parser().parse_args(arguments)
    progress = Progress()
    try:
        known: Known = Listed.read(asked.numbers) if asked.numbers else _marked(asked.residents)
        if asked.folder:
            found = Report()
            for folder in asked.folder:
                look(places.files(folder), known, found, progress)
        else:
            stack = Stack(asked.name, progress=progress)
            if not stack.running() and not stack.layout.home.exists():
                raise StackError(f"there is no stack {asked.name!r}")
            found = search_stack(stack, known, memory=asked.memory, progress=progress)
    except (StackError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(found.text())
    return found.status


def search_stack(
    stack: Stack, known: Known, *, memory: bool = False, progress: Progress | None = None
) -> Report:
    """Search a stack, or with ``memory`` what its running processes but the vault's hold."""
    where = images(processes.marked(stack.layout.home)) if memory else places.of_stack(stack)
    return look(where, known, progress=progress)


def _marked(residents: str) -> Marked:
    return Marked() if residents == "all" else Marked(FIRST_INDEX, int(residents))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.taint", description=__doc__)
    add = parser.add_argument
    add("--name", default=os.environ.get("NENKIN_STACK_NAME", "main"), help="which stack")
    add("--memory", action="store_true", help="what runs, the vault left out, instead of files")
    add("--folder", type=Path, action="append", help="only what is below it (a volume, a backup)")
    add = parser.add_mutually_exclusive_group().add_argument
    range_help = (
        "the numbers of the made-up city's first N residents (100000), or all: every valid number"
        f" that begins with {SYNTHETIC_PREFIX}"
    )
    add("--residents", default="100000", metavar="N", help=range_help)
    list_help = "these: one a line, in a file that only its owner may read"
    add("--numbers", type=Path, metavar="FILE", help=list_help)
    return parser


if __name__ == "__main__":
    sys.exit(main())
