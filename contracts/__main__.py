"""``python -m contracts``: check events, and make or check what is committed of the contracts."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from contracts.errors import ContractError
from contracts.tools import asyncapi, check, compat, history, schemas, vectors


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 when all is well, 1 when a check finds something."""
    options = _parser().parse_args(arguments)
    try:
        result = options.run(options)
        if isinstance(result, int):
            return result
        problems = [str(problem) for problem in result]
    except (ContractError, OSError) as error:
        problems = [str(error)]
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m contracts", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    events = commands.add_parser(
        "check",
        help="for upstream: what is wrong with events, before they are published",
        description=check.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    events.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="records, one a line (- : standard input)",
    )
    events.add_argument(
        "--sealing-key", type=Path, metavar="FILE", help="the vault's public key, as handed out"
    )
    events.set_defaults(
        run=lambda options: check.tell(options.files, options.sealing_key, sys.stdout.write)
    )
    _artefact(commands, "schemas", "JSON Schemas of the events", schemas.write, schemas.stale)
    _artefact(commands, "asyncapi", "the AsyncAPI document", asyncapi.write, asyncapi.stale)
    _artefact(commands, "vectors", "test vectors of sealing", vectors.write, vectors.problems)
    comparison = commands.add_parser(
        "compat", help="refuse an incompatible change of the event models"
    )
    comparison.add_argument("--base", metavar="REV", help="compare with this git revision alone")
    comparison.add_argument(
        "--whole", action="store_true", help="fail where the history is not there to compare with"
    )
    comparison.set_defaults(run=_compat)
    return parser


def _compat(options: argparse.Namespace) -> Iterable[object]:
    if options.base:
        return compat.refusals(history.at_revision(options.base), schemas.working())
    past = history.revisions()
    refused = [str(refusal) for refusal in compat.refusals(schemas.committed(), schemas.working())]
    refused += compat.refusals_since(past, schemas.working())
    if past.lacks and options.whole:
        refused.append(past.lacks)
    elif past.lacks:
        sys.stderr.write(f"note: {past.lacks}\n")
    return refused


def _artefact(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    what: str,
    write: Callable[[], None],
    check: Callable[[], Iterable[object]],
) -> None:
    parser = commands.add_parser(name, help=f"write or check {what}")
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true", help="make what is committed current")
    mode.add_argument("--check", action="store_true", help="say what is not current")

    def run(options: argparse.Namespace) -> Iterable[object]:
        if options.check:
            return check()
        write()
        return ()

    parser.set_defaults(run=run)


if __name__ == "__main__":
    sys.exit(main())
