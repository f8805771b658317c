"""The trace viewer: Zipkin's server, whose page opens in a browser. In memory, nothing kept."""

import os
import signal
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.java import Java
from deploy.local.layout import Layout
from deploy.local.processes import Process, spawn, stop, tail
from deploy.local.progress import Progress


@dataclass(frozen=True, slots=True)
class Zipkin:
    """The viewer of a stack."""

    layout: Layout
    progress: Progress

    def start(self, java: Java, jar: Path, *, port: int) -> Process:
        home = self.layout.home / "zipkin"
        home.mkdir(parents=True, exist_ok=True)
        # It would listen on every interface, and takes no notice of --server.address.
        listen = "--armeria.ports[0]"
        command = java.command(
            "-jar", str(jar), f"{listen}.ip=127.0.0.1", f"{listen}.port={port}",
            f"{listen}.protocols[0]=http",
            heap="192m",
        )  # fmt: skip
        return spawn(
            # It takes a core for seconds to start; whoever has work to do goes first.
            ["nice", "-n", "10", *command],
            stack=self.layout.home,
            log=self.layout.log("zipkin"),
            environment={
                "PATH": os.environ.get("PATH", ""),
                "LC_ALL": "C.UTF-8",
                "STORAGE_TYPE": "mem",
                "MEM_MAX_SPANS": "100000",
            },
            folder=home,
        )

    def wait(self, process: Process, *, port: int) -> None:
        def serves() -> bool:
            if not process.alive():
                raise StackError(f"Zipkin ended at once:\n{tail(self.layout.log('zipkin'))}")
            return is_up(port)

        self.progress.wait_until("zipkin", "waiting for it to serve", serves, timeout=90, every=0.3)

    def stop(self, process: Process) -> bool:
        return stop(process, signal.SIGTERM, grace=10)


def is_up(port: int) -> bool:
    """Whether a viewer answers there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
