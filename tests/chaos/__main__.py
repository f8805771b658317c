"""``python -m tests.chaos``: see `tests.chaos.cli`."""

import sys

from tests.chaos.cli import main

if __name__ == "__main__":
    sys.exit(main())
