"""Fetch Maven artifacts with the jgo package, which ``artifacts.py`` installs beside the cache.

    fetch_with_jgo.py REPOSITORY GROUP:ARTIFACT:VERSION[:CLASSIFIER] ...

A program of its own, run with jgo on its path: jgo's dependencies are not ours. Prints
``bytes N`` as they come and ``file COORDINATES PATH`` for each artifact.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from jgo.maven import MavenContext, PythonResolver

_STEP = 1_000_000
_lock = threading.Lock()


def _print(line: str) -> None:
    with _lock:
        print(line, flush=True)


@contextmanager
def _count(_name: str, _total: int) -> Iterator[Callable[[int], None]]:
    pending = 0

    def count(received: int) -> None:
        nonlocal pending
        pending += received
        if pending >= _STEP:
            _print(f"bytes {pending}")
            pending = 0

    yield count
    _print(f"bytes {pending}")


def main() -> int:
    repository, *wanted = sys.argv[1:]
    context = MavenContext(
        resolver=PythonResolver(progress_callback=_count),
        repo_cache=Path(repository),
        local_repos=[],
    )

    def fetch(coordinates: str) -> None:
        group, artifact, version, *classifier = coordinates.split(":")
        component = context.project(group, artifact).at_version(version)
        path = component.artifact(*classifier).resolve()
        _print(f"file {coordinates} {path}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fetch, wanted))
    return 0


if __name__ == "__main__":
    sys.exit(main())
