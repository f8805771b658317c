"""Services as processes: what each is told, how it starts, how one sees that it is ready."""

import http.client
import json
import os
import secrets
import signal
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.topics import SERVICES
from deploy.local.certificates import private_folder, write
from deploy.local.errors import StackError
from deploy.local.layout import PROJECT, Layout
from deploy.local.processes import Process, run, spawn, stop, tail
from deploy.local.progress import Progress

GATEWAY_PUBLIC = "gateway_public"
"""The port that browsers use; the gateway's own is for its peers, as every service's is."""

_GRACE_S = 20.0
# What a process needs of ours beside its own settings.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one stack."""

    layout: Layout
    ports: Mapping[str, int]
    facts: Mapping[str, str]
    progress: Progress

    def settings(
        self, service: str, *, migrating: bool = False, database: str | None = None
    ) -> dict[str, str]:
        """The ``NENKIN_*`` variables of a service; with ``migrating``, of its migrating role."""
        identity = f"{service}_migrate" if migrating else service
        certs = self.layout.certs / identity
        variables = {
            "SERVICE": service,
            "CERTS_DIR": str(certs),
            "KAFKA_BOOTSTRAP": f"localhost:{self.ports['kafka']}",
            "BUS_EPOCH": self.facts.get("bus_epoch", "1"),
            "DATABASE_HOST": "localhost",
            "DATABASE_PORT": str(self.ports["postgres"]),
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": str(self.ports[service]),
            "PEERS": json.dumps(
                {name: f"https://localhost:{self.ports[name]}" for name in SERVICES}
            ),
            "STAFF_CONTEXT_KEY": str(self.layout.certs / service / "staff_context.pem"),
            "TRACE_EXPORTER": "none",
            **self._traces(),
            **self._own(service),
        }
        if database:
            variables["DATABASE_NAME"] = database
        return {f"NENKIN_{name}": value for name, value in variables.items()}

    def client_settings(self, identity: str) -> dict[str, str]:
        """What somebody who only speaks to the bus is told: the register, say."""
        return {
            "NENKIN_CERTS_DIR": str(self.layout.certs / identity),
            "NENKIN_KAFKA_BOOTSTRAP": f"localhost:{self.ports['kafka']}",
        }

    def environment(self, service: str, *, migrating: bool = False) -> dict[str, str]:
        """The whole environment of a service's process."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return {
            **kept,
            "PYTHONPATH": str(PROJECT),
            "PYTHONUNBUFFERED": "1",
            # Many threads of a C library have many arenas of their own, and no use for them.
            "MALLOC_ARENA_MAX": "2",
            **self.settings(service, migrating=migrating),
        }

    def start(self, service: str) -> Process:
        """Start one service. It is not ready yet: see ``wait``."""
        return spawn(
            [sys.executable, "-m", f"services.{service}", "run"],
            stack=self.layout.home,
            log=self.layout.log(service),
            environment=self.environment(service),
            folder=PROJECT,
        )

    def wait(self, started: Mapping[str, Process]) -> None:
        """Wait until all of them are ready. Raises ``StackError`` as soon as one has ended."""
        waiting = dict(started)

        def all_ready() -> bool:
            for name, process in list(waiting.items()):
                if not process.alive():
                    said = tail(self.layout.log(name))
                    raise StackError(f"{name} ended at once; the end of its log:\n{said}")
                if self.health(name) == "ready":
                    self.progress.say(name, f"ready on https://localhost:{self.ports[name]}")
                    del waiting[name]
            return not waiting

        self.progress.wait_until(
            "services", "waiting for them to be ready", all_ready,
            timeout=120, every=0.3, detail=lambda: ", ".join(waiting),
        )  # fmt: skip

    def stop(self, process: Process) -> bool:
        """Ask it to finish what it is at; ``False`` when it had to be killed."""
        return stop(process, signal.SIGTERM, grace=_GRACE_S)

    def health(self, service: str) -> str:
        """What it says of itself: ``ready``, ``not ready``, or ``silent``."""
        try:
            status, _body = self.ask(service, "/health/ready")
        except (OSError, http.client.HTTPException):
            return "silent"
        return "ready" if status == 200 else "not ready"

    def ask(self, service: str, path: str) -> tuple[int, str]:
        """One GET as the operator: status and body. Raises ``OSError`` when nobody answers."""
        folder = self.layout.certs / "operator"
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        context.load_cert_chain(folder / "operator.crt", folder / "operator.key")
        connection = http.client.HTTPSConnection(
            "localhost", self.ports[service], timeout=5, context=context
        )
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def command(self, service: str, *arguments: str, what: str) -> str:
        """Run a command of a service to its end and return what it printed."""
        return run(
            [sys.executable, "-m", f"services.{service}", *arguments],
            progress=self.progress,
            step=service,
            what=what,
            environment=self.environment(service),
            folder=PROJECT,
        )

    def make_vault_key(self) -> None:
        """Have the vault make what it lacks of its keys, the key-encryption key's file among them,
        sealed with a passphrase that is made first. Its tables must be there.

        Asked at every start: a key file says nothing of what the database holds, which may have
        been emptied. Raises ``StackError`` when the database's keys need a file that is gone.
        """
        secret, key = self._vault_files()
        new = not key.exists()
        private_folder(secret.parent)
        private_folder(key.parent)
        if not secret.exists():
            write(secret, secrets.token_urlsafe(32).encode() + b"\n", 0o600)
        self.command("token_vault", "init-keys", what="making the keys that are missing")
        if new:
            self.progress.say("token_vault", "made its key-encryption key")

    def _own(self, service: str) -> dict[str, str]:
        """What only this service is told."""
        if service == "token_vault":
            secret, key = self._vault_files()
            return {"VAULT_KEY_FILE": str(key), "VAULT_PASSPHRASE_FILE": str(secret)}
        if service == "gateway":
            return {"PUBLIC_PORT": str(self.ports[GATEWAY_PUBLIC])}
        return {}

    def _vault_files(self) -> tuple[Path, Path]:
        home = self.layout.home
        return home / "secrets" / "vault-passphrase", home / "vault" / "key-encryption.key"

    def _traces(self) -> dict[str, str]:
        if self.facts.get("traces") != "zipkin":
            return {}
        endpoint = f"http://127.0.0.1:{self.ports['zipkin']}/api/v2/spans"
        return {"TRACE_EXPORTER": "zipkin", "TRACE_ENDPOINT": endpoint}
