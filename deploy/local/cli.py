"""``python -m deploy.local``: the embedded stack from the command line."""

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence

from contracts.topics import SERVICES, SHARDS, TOPICS
from deploy.local import bus, status
from deploy.local.errors import StackError
from deploy.local.layout import local_folder
from deploy.local.processes import tail
from deploy.local.progress import Progress
from deploy.local.services import GATEWAY_PUBLIC
from deploy.local.stack import CLIENTS, SERVERS, Stack, runnable


def main(argv: Sequence[str] | None = None) -> int:
    """Parse and do; returns the exit status."""
    arguments = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    progress = Progress(quiet=arguments.quiet)
    try:
        stack = Stack(arguments.name, progress=progress, jit=getattr(arguments, "jit", "quick"))
        status: int = arguments.do(stack, arguments)
    except StackError as error:
        print(f"{arguments.name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted: what this command had started is stopped again", file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("--name", default=os.environ.get("NENKIN_STACK_NAME", "main"),
                        help="which stack; several can run side by side")  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="say nothing but what went wrong")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="start servers and services; what runs is left alone")
    up.add_argument("services", nargs="*", choices=[*SERVICES, []], default=[],
                    metavar="SERVICE", help="these services only")  # fmt: skip
    _start_options(up)
    up.set_defaults(do=_up)

    only = commands.add_parser("stack-only", help="start the servers without any service")
    _start_options(only)
    only.set_defaults(do=_stack_only)

    down = commands.add_parser("down", help="stop everything; data stays")
    down.set_defaults(do=_down)

    restart = commands.add_parser("restart", help="stop services and start them from the new code")
    restart.add_argument("services", nargs="*", choices=[*SERVICES, []], default=[],
                         metavar="SERVICE", help="by default those that run")  # fmt: skip
    restart.set_defaults(do=_restart)

    show = commands.add_parser("status", help="what runs, and what waits where")
    show.add_argument("--json", action="store_true", help="for a program")
    show.set_defaults(do=_status)

    logs = commands.add_parser("logs", help="the last lines of the logs")
    logs.add_argument("processes", nargs="*", choices=[*SERVERS, *SERVICES, []], default=[],
                      metavar="PROCESS")  # fmt: skip
    logs.add_argument("-f", "--follow", action="store_true", help="and what comes, until Ctrl-C")
    logs.add_argument("-n", "--lines", type=int, default=20)
    logs.set_defaults(do=_logs)

    metrics = commands.add_parser("metrics", help="what a service measures: metrics identity bus_")
    metrics.add_argument("service", choices=SERVICES)
    metrics.add_argument("names", nargs="*", metavar="BEGINNING",
                         help="only those whose name begins so")  # fmt: skip
    metrics.set_defaults(do=_metrics)

    skip = commands.add_parser("skip", help="have a service go on past a record nobody can decode")
    skip.add_argument("service", choices=SERVICES)
    skip.add_argument("topic", choices=TOPICS, metavar="TOPIC")
    skip.add_argument("shard", type=int, choices=range(SHARDS))
    skip.add_argument("offset", type=int, help="of the next record that it reads")
    skip.set_defaults(do=_skip)

    env = commands.add_parser("env", help='a service\'s variables: eval "$(… env identity)"')
    env.add_argument("service", choices=[*SERVICES, *CLIENTS])
    env.add_argument("--migrating", action="store_true", help="of its migrating role")
    env.set_defaults(do=_env)

    run = commands.add_parser("run", help="a service's own command: run identity dead-letters list")
    run.add_argument("service", choices=SERVICES)
    run.add_argument("command", nargs=argparse.REMAINDER)
    run.set_defaults(do=_run)

    remove = commands.add_parser("clean", help="stop everything and remove the stack and its data")
    remove.set_defaults(do=_clean)
    return parser


def _start_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-viewer", action="store_true", help="without the trace viewer")
    parser.add_argument("--jit", choices=("quick", "full"), default="quick",
                        help="how Kafka is compiled: full for measurements")  # fmt: skip


def _up(stack: Stack, arguments: argparse.Namespace) -> int:
    stack.up(arguments.services or None, viewer=not arguments.no_viewer)
    stack.progress.say("stack", f"{stack.layout.name} is up")
    _print_doors(stack)
    return 0


def _stack_only(stack: Stack, arguments: argparse.Namespace) -> int:
    stack.up((), viewer=not arguments.no_viewer)
    stack.progress.say("stack", f"{stack.layout.name} is up, without services")
    return 0


def _down(stack: Stack, _arguments: argparse.Namespace) -> int:
    killed = stack.down()
    stack.progress.say("stack", f"{stack.layout.name} is down; its data stays")
    return 1 if killed else 0


def _restart(stack: Stack, arguments: argparse.Namespace) -> int:
    running = [name for name in stack.running() if name in SERVICES]
    wanted = arguments.services or running or runnable()
    stack.stop_services(wanted)
    stack.up(wanted, viewer=stack.state.facts.get("traces") == "zipkin")
    return 0


def _status(stack: Stack, arguments: argparse.Namespace) -> int:
    lines = status.look(stack)
    if arguments.json:
        print(json.dumps(status.document(lines), indent=1))
    else:
        print(status.table(lines))
    return 0 if all(line.health in ("up", "ready") for line in lines) else 3


def _logs(stack: Stack, arguments: argparse.Namespace) -> int:
    names = arguments.processes or [*SERVERS, *SERVICES]
    logs = [log for name in names if (log := stack.layout.log(name)).exists()]
    if not logs:
        raise StackError("no logs yet")
    if arguments.follow:
        return subprocess.call(["tail", "-n", str(arguments.lines), "-F", *map(str, logs)])
    for log in logs:
        print(f"==> {log.stem} <==\n{tail(log, arguments.lines)}\n")
    return 0


def _metrics(stack: Stack, arguments: argparse.Namespace) -> int:
    _must_exist(stack)
    try:
        status, text = stack.services.ask(arguments.service, "/metrics")
    except OSError as error:
        raise StackError(f"{arguments.service} does not answer: {error}") from error
    if status != 200:
        raise StackError(f"{arguments.service} answers with status {status}")
    for line in text.splitlines():
        named = not line.startswith("#")
        if named and (not arguments.names or line.startswith(tuple(arguments.names))):
            print(line)
    return 0


def _skip(stack: Stack, arguments: argparse.Namespace) -> int:
    name = arguments.service
    runs = name in stack.running()
    stack.stop_services([name])
    try:
        with bus.admin_client(stack.bootstrap, stack.layout.certs) as client:
            before = bus.move_group(
                client, name, arguments.topic, arguments.shard, arguments.offset
            )
        stack.progress.say(name, f"stood at offset {before}, goes on at {arguments.offset}")
    finally:
        if runs:
            stack.run_services([name])
    return 0


def _env(stack: Stack, arguments: argparse.Namespace) -> int:
    _must_exist(stack)
    for name, value in stack.env(arguments.service, migrating=arguments.migrating).items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def _run(stack: Stack, arguments: argparse.Namespace) -> int:
    _must_exist(stack)
    migrating = arguments.command[:1] == ["migrate"]
    environment = stack.services.environment(arguments.service, migrating=migrating)
    command = [sys.executable, "-m", f"services.{arguments.service}", *arguments.command]
    return subprocess.call(command, env=environment)


def _clean(stack: Stack, _arguments: argparse.Namespace) -> int:
    stack.destroy()
    stack.progress.say("stack", f"{stack.layout.name} is gone")
    return 0


def _must_exist(stack: Stack) -> None:
    if not stack.state.ports:
        raise StackError("this stack was never started: python -m deploy.local up")


def _print_doors(stack: Stack) -> None:
    ports = stack.state.ports
    home = stack.layout.home
    shown = (
        home.relative_to(local_folder().parent)
        if home.is_relative_to(local_folder().parent)
        else home
    )
    print()
    if "gateway" in stack.running():
        print(f"  gateway   https://localhost:{ports[GATEWAY_PUBLIC]}"
              f"   (authority: {shown}/certs/gateway/ca.pem)")  # fmt: skip
    if "zipkin" in stack.running():
        print(f"  traces    http://localhost:{ports['zipkin']}")
    print(f"  logs      {shown}/logs/   (make logs)")
    print("  state     make status       stop: make stop")
