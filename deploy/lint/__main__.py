"""``python -m deploy.lint``: hold every committed file to the house's own rules."""

import subprocess
import sys
from pathlib import Path

from deploy.lint.numbers import check_numbers
from deploy.lint.rules import check

PROJECT = Path(__file__).resolve().parents[2]


def files() -> list[Path]:
    """What is committed or about to be, by its path in the project."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    paths = sorted(Path(name) for name in listed.split("\0") if name)
    return [path for path in paths if (PROJECT / path).is_file()]


def main() -> int:
    paths = files()
    found = [finding for path in paths for finding in check(PROJECT, path)]
    found += check_numbers(PROJECT, paths)
    for finding in found:
        print(finding)
    print(f"house rules: {len(found)} findings" if found else "house rules: kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
