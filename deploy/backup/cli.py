"""``python -m deploy.backup``: backups of a stack's databases from the command line."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from contracts.sealing import PrivateSealingKey
from deploy.backup import agreement, files, keys, report
from deploy.backup.errors import Refused
from deploy.backup.restore import restore
from deploy.backup.sealed import read_header
from deploy.backup.take import SUFFIX, take
from deploy.demo.house import House
from deploy.local.errors import StackError
from deploy.local.progress import Progress
from deploy.local.stack import Stack


def main(argv: Sequence[str] | None = None) -> int:
    """Parse and do; returns the exit status."""
    arguments = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        stack = Stack(arguments.name, progress=Progress(quiet=arguments.quiet))
        status: int = arguments.do(stack, arguments)
    except StackError as error:
        print(f"{arguments.name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.backup", description=__doc__)
    parser.add_argument("--name", default=os.environ.get("NENKIN_STACK_NAME", "main"),
                        help="which stack")  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="say nothing but the outcome")
    parser.add_argument("--to", type=Path, metavar="FOLDER",
                        help="where backups lie; by default beside the stack's folder")  # fmt: skip
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    make = commands.add_parser("make-key", help="make a recovery key in two files")
    make.add_argument("--public", type=Path, help="stays here")
    make.add_argument("--private", type=Path, help="to be carried away")
    make.set_defaults(do=_make_key)

    one = commands.add_parser("take", help="back the running databases up")
    one.add_argument("--recovery-key", type=Path, help="the public half")
    one.set_defaults(do=_take)

    every = commands.add_parser("list", help="the backups that are there")
    every.set_defaults(do=_list)

    check = commands.add_parser("verify", help="read a backup whole, write nothing")
    _from(check)
    check.set_defaults(do=_verify)

    back = commands.add_parser("restore", help="put a backup in the place of the databases")
    _from(back)
    back.add_argument("--no-services", action="store_true", help="leave services stopped")
    back.set_defaults(do=_restore)

    agree = commands.add_parser("agree", help="has every service what the others sent it?")
    agree.set_defaults(do=_agree)
    return parser


def _from(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("backup", help="a backup's name or file; 'latest' takes the last one")
    parser.add_argument("--key", type=Path, help="the recovery key's private half")


def _make_key(stack: Stack, arguments: argparse.Namespace) -> int:
    public = arguments.public or _folder(stack, arguments) / "recovery.pub"
    private = arguments.private or _folder(stack, arguments) / "recovery.key"
    made = keys.make(public, private)
    print(f"{made.key_id}: {public} stays; carry {private} away: it alone opens the backups")
    return 0


def _take(stack: Stack, arguments: argparse.Namespace) -> int:
    folder = _folder(stack, arguments)
    public = arguments.recovery_key or folder / "recovery.pub"
    if not public.exists() and arguments.recovery_key is None:
        _make_key(stack, argparse.Namespace(to=arguments.to, public=None, private=None))
    if "postgres" not in stack.running():
        raise StackError("the database server does not run: make demo, or deploy.local up")
    file, manifest = asyncio.run(take(stack, folder, keys.read_public(public)))
    print(f"{file}  {file.stat().st_size / 1_000_000:,.1f} MB\n\n{report.of_backup(manifest)}")
    return 0


def _list(stack: Stack, arguments: argparse.Namespace) -> int:
    for file in _backups(stack, arguments):
        try:
            facts = read_header(file)
        except Refused as refused:
            print(f"{file.name}  {refused}")
            continue
        print(
            f"{file.name.removesuffix(SUFFIX)}  {file.stat().st_size / 1_000_000:9,.1f} MB"
            f"  {facts.get('began')}  PostgreSQL {facts.get('server')}  for {facts.get('key_id')}"
        )
    return 0


def _verify(stack: Stack, arguments: argparse.Namespace) -> int:
    manifest = files.verify(_chosen(stack, arguments), _private(stack, arguments))
    print(f"sound: every file is as it was backed up\n\n{report.of_backup(manifest)}")
    return 0


def _restore(stack: Stack, arguments: argparse.Namespace) -> int:
    file, private = _chosen(stack, arguments), _private(stack, arguments)
    timeline, aside, ran = restore(stack, file, private)
    told = report.of_restore(timeline)
    kept = stack.layout.home / "logs" / f"restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.txt"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(told + "\n")
    print(f"\n{told}\n\nThe old data: {aside or 'there was none'}. This report: {kept}\n")
    if not ran or arguments.no_services:
        print("No service runs: make demo, or deploy.local up")
        return 0
    stack.up(ran, viewer=stack.state.facts.get("traces") == "zipkin")
    House(stack).wait_until_quiet(timeout=600)
    return _agree(stack, arguments)


def _agree(stack: Stack, _arguments: argparse.Namespace) -> int:
    lines = asyncio.run(agreement.look(stack))
    print(agreement.table(lines))
    missing = sum(line.missing for line in lines)
    moving = sum(line.unsent + line.under_way for line in lines)
    print(f"\n{missing:,} missing" if missing else "\nthe services agree" if not moving
          else f"\nnothing is missing; {moving:,} on their way")  # fmt: skip
    return 1 if missing else 0


def _folder(stack: Stack, arguments: argparse.Namespace) -> Path:
    # Beside the stack's folder, not in it: what removes the stack leaves its backups.
    folder: Path = arguments.to or stack.layout.local / "backups" / stack.layout.name
    return folder


def _backups(stack: Stack, arguments: argparse.Namespace) -> list[Path]:
    return sorted(_folder(stack, arguments).glob("*" + SUFFIX))


def _chosen(stack: Stack, arguments: argparse.Namespace) -> Path:
    if arguments.backup == "latest":
        found = _backups(stack, arguments)
        if not found:
            raise StackError(f"no backup in {_folder(stack, arguments)}")
        return found[-1]
    named = Path(arguments.backup)
    if named.exists():
        return named
    return _folder(stack, arguments) / (named.name.removesuffix(SUFFIX) + SUFFIX)


def _private(stack: Stack, arguments: argparse.Namespace) -> PrivateSealingKey:
    return keys.read_private(arguments.key or _folder(stack, arguments) / "recovery.key")
