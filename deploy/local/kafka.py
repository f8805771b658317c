"""The broker: one Kafka node (KRaft), mutual TLS, nothing allowed that is not granted."""

import hashlib
import os
import signal
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.certificates import private_folder
from deploy.local.errors import StackError
from deploy.local.java import Java, Jit
from deploy.local.layout import CONF, Layout, render
from deploy.local.processes import Process, run, spawn, stop, tail
from deploy.local.progress import Progress

_SERVES = b"Kafka Server started"
_GRACE_S = 40.0
"""A clean stop takes half a second; the first one also writes the class archive."""


def cluster_id(drawn: uuid.UUID) -> str:
    """A cluster's id as Kafka writes one: 22 characters of URL-safe Base64, no hyphen in front.

    Kafka itself draws again where there is one: its storage tool takes that for an option. Here
    the first byte is changed instead, so that every draw has its id.
    """
    first = drawn.bytes[0]
    changed = bytes([first & 0x7F]) if first >> 2 == 0b111110 else drawn.bytes[:1]
    return urlsafe_b64encode(changed + drawn.bytes[1:]).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Kafka:
    """The broker of a stack."""

    layout: Layout
    progress: Progress
    further: Mapping[str, str] = field(default_factory=dict)
    """Properties that count instead of the template's: for tests that stand in between."""

    @property
    def home(self) -> Path:
        return self.layout.kafka

    @property
    def log(self) -> Path:
        return self.layout.log("kafka")

    @property
    def is_new(self) -> bool:
        """Whether it has no data yet."""
        return not (self.home / "data" / "meta.properties").exists()

    def start(
        self,
        java: Java,
        jars: Sequence[Path],
        *,
        port: int,
        controller_port: int,
        jit: Jit = "quick",
        heap: str = "256m",
    ) -> Process:
        """Start the broker; its storage is made first where there is none."""
        private_folder(self.home)  # its records are people's data
        properties = self.home / "server.properties"
        text = render(
            CONF / "server.properties",
            {
                "DATA": str(self.home / "data"),
                "CERTS": str(self.layout.certs / "broker"),
                "LISTEN": "127.0.0.1",
                "ADVERTISED": "localhost",
                "CONTROLLER_HOST": "127.0.0.1",
                "CLIENT_PORT": str(port),
                "CONTROLLER_PORT": str(controller_port),
            },
        )
        # Of two lines of the same name the later one counts.
        text += "".join(f"{name}={value}\n" for name, value in self.further.items())
        properties.write_text(text)
        classes = ["-cp", ":".join(str(jar) for jar in sorted(jars))]
        logging = f"-Dlog4j2.configurationFile={CONF / 'log4j2.properties'}"
        if self.is_new:
            cluster = cluster_id(uuid.uuid4())
            tool = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)]
            run(
                java.command(*classes, *tool, heap="64m", options=[logging]),
                progress=self.progress,
                step="kafka",
                what="making its storage",
            )
        options = [f"-Xms{heap}", logging, *self._class_archive(java, jars)]
        return spawn(
            java.command(
                *classes, "kafka.Kafka", str(properties), heap=heap, jit=jit, options=options
            ),
            stack=self.layout.home,
            log=self.log,
            environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            folder=self.home,
        )

    def wait(self, process: Process, offset: int) -> None:
        """Wait until it serves. ``offset``: where its log ended before this start."""

        def serves() -> bool:
            if not process.alive():
                raise StackError(f"Kafka ended at once:\n{tail(self.log, offset=offset)}")
            with self.log.open("rb") as file:
                file.seek(offset)
                return _SERVES in file.read()

        self.progress.wait_until("kafka", "waiting for it to serve", serves, timeout=90)

    def stop(self, process: Process) -> bool:
        """Stop it cleanly; ``False`` when it had to be killed."""
        clean = stop(process, signal.SIGTERM, grace=_GRACE_S)
        for made in self.home.glob("*.jsa.new"):
            if clean:
                made.replace(self.layout.cache / made.name.removesuffix(".new"))
            else:
                made.unlink()
        return clean

    def _class_archive(self, java: Java, jars: Sequence[Path]) -> list[str]:
        """Use the archive of loaded classes, or have this run write one when it ends.

        It halves the time to start. It fits one Java and one class path, hence its name.
        """
        known = "\n".join([str(java.binary), java.version, *sorted(map(str, jars))])
        name = f"kafka-{hashlib.sha256(known.encode()).hexdigest()[:16]}.jsa"
        archive = self.layout.cache / name
        if archive.exists():
            return [f"-XX:SharedArchiveFile={archive}", "-Xshare:auto", "-Xlog:cds=off"]
        return [f"-XX:ArchiveClassesAtExit={self.home / name}.new", "-Xlog:cds=off"]


def log_end(log: Path) -> int:
    """Where a log ends now: what comes after belongs to the next start."""
    return log.stat().st_size if log.exists() else 0
