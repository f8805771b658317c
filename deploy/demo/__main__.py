"""``python -m deploy.demo``: start the house, play a working day through it, say what to open."""

import argparse
import os
import sys
from datetime import date

from deploy.demo.console import NotRefused, Refused
from deploy.demo.day import Day
from deploy.demo.house import House, NotThrough
from deploy.demo.people import CommandFailed, prepare
from deploy.demo.staff import STAFF, who_can_do_what
from deploy.local.errors import StackError
from deploy.local.progress import Progress
from deploy.local.stack import Stack
from services.chassis.clock import SystemClock, japan_date


def main() -> int:
    """Start, play, tell."""
    arguments = _arguments()
    progress = Progress()
    stack = Stack(arguments.name, progress=progress)
    try:
        stack.up()
        house = House(stack)
        secrets = prepare(stack)
        day = Day(
            house, secrets, arguments.residents, arguments.date,
            lambda text: progress.say("day", text),
        )  # fmt: skip
        summary = day.play()
    except (StackError, CommandFailed, NotThrough, Refused, NotRefused) as error:
        print(f"the day was not finished: {error}\nsee make status and make logs", file=sys.stderr)
        return 1
    _tell(house, secrets.passwords, summary.trace_id)
    return 0


def _tell(house: House, passwords: dict[str, str], trace_id: str | None) -> None:
    print("\nThe house is running. To open:\n")
    print(f"  API page  {house.gateway}/api/docs   (a certificate of its own authority: accept it)")
    for user_id in STAFF:
        print(f"  sign in   {user_id} / {passwords[user_id]}")
    if house.viewer and trace_id:
        print(f"  trace     {house.viewer}/zipkin/traces/{trace_id}")
        print("            one resident's arrival: register, vault, …, report item, medium")
    print("\nWho can do what:\n")
    for line in who_can_do_what():
        print(f"  {line}")
    print("\n  state     make status      logs: make logs      stop: make stop\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description=__doc__)
    parser.add_argument("--name", default=os.environ.get("NENKIN_STACK_NAME", "main"),
                        help="which stack")  # fmt: skip
    parser.add_argument("--residents", type=int, default=2_000, help="how many move in first")
    parser.add_argument("--date", type=date.fromisoformat, default=japan_date(SystemClock().now()),
                        help="the day played, YYYY-MM-DD (today)")  # fmt: skip
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
