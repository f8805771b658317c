"""``python -m deploy.doors``: try every door of a running stack; tell which are not as declared."""

import argparse
import os
import sys

from deploy.doors.page import PAGE, render
from deploy.doors.survey import survey
from deploy.local.errors import StackError
from deploy.local.progress import Progress
from deploy.local.stack import Stack


def main(arguments: list[str] | None = None) -> int:
    """0: all doors are as declared. 1: some are not, or (``--check``) the page is another."""
    parser = argparse.ArgumentParser(prog="python -m deploy.doors", description=__doc__)
    parser.add_argument("--name", default=os.environ.get("NENKIN_STACK_NAME", "main"))
    parser.add_argument("--write", action="store_true", help="write the page that shows them")
    asked = parser.parse_args(arguments)
    try:
        found = survey(Stack(asked.name, progress=Progress()))
    except (StackError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    for difference in found.differences():
        print(difference)
    if asked.write:
        PAGE.write_text(render(found))
    print("every door is as declared" if not found.differences() else "doors differ")
    return 1 if found.differences() else 0


if __name__ == "__main__":
    sys.exit(main())
