"""Make ``.venv`` and install the locked requirements. Needs Python 3.11 and nothing else.

    python3 deploy/local/bootstrap.py [--this] [LOCK]        by default requirements.lock

``--this``: with this Python, whatever others the machine has. Run with the machine's own before
anything is installed, so: standard library only. Every package is checked against the hashes in the
lock. A lock that is installed already costs a millisecond.
"""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = PROJECT / "deploy" / "local" / "locks"
VENV = PROJECT / ".venv"
NAMES = ("python3", "python3.14", "python3.13", "python3.12", "python3.11")
# Built without its own optimisations and with the interpreter in a library, as version managers do,
# a Python is a seventh slower. Where no library is loaded, the interpreter is in the program.
_IS_FAST = """
import ensurepip, pathlib, sys, sysconfig, venv
assert sys.version_info >= (3, 11)
optimised = "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
maps = pathlib.Path("/proc/self/maps")
print(optimised or not maps.exists() or "libpython3" not in maps.read_text())
"""


class CannotInstall(Exception):
    """The packages could not be installed; the text says what the installer said last."""


def install(lock: Path, python: Path, *, target: Path | None = None) -> None:
    """Install a lock into the environment of ``python``, or into the folder ``target``.

    uv does in two seconds what takes pip twenty; where it cannot be had, pip does it.
    Raises ``CannotInstall``.
    """
    arguments = ["--require-hashes", "-r", str(lock)]
    if target:
        arguments += ["--target", str(target)]
    uv = python.parent / "uv"
    if not uv.exists():
        _try([str(python), "-m", "pip", "install", "-q", "--require-hashes",
              "-r", str(LOCKS / "uv.lock")])  # fmt: skip
    if uv.exists():
        said = _try([str(uv), "pip", "install", "-q", "--python", str(python), *arguments])
        if said is None:
            return
        print(f"uv could not install ({said.strip()[-200:]}); pip tries", flush=True)
    said = _try([str(python), "-m", "pip", "install", "-q", *arguments])
    if said is not None:
        raise CannotInstall(f"{lock.name} could not be installed:\n{said[-2000:]}")


def _try(command: list[str]) -> str | None:
    """Run; return ``None`` when it went well, else what it printed."""
    done = subprocess.run(
        command, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    return None if done.returncode == 0 else done.stdout + done.stderr


def is_fast(python: str) -> bool | None:
    """Whether a Python is of the fast kind; None where it cannot make an environment of ours."""
    done = subprocess.run(
        [python, "-Ic", _IS_FAST], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    return {"True": True, "False": False}.get(done.stdout.strip())


def fastest() -> str:
    """The Python to make ``.venv`` with: this one, or where it is of the slow kind, the first of
    the machine's that is of the fast kind."""
    folders = [*os.environ.get("PATH", "").split(os.pathsep), "/usr/local/bin", "/usr/bin"]
    others = (str(Path(folder) / name) for folder in folders if folder for name in NAMES)
    known = (sys.executable, *filter(os.path.exists, others))
    return next((python for python in known if is_fast(python)), sys.executable)


def environment() -> dict[str, str]:
    """pip's settings, told to uv in its own words: it does not read them itself."""
    found = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    for theirs, ours in {
        "PIP_CERT": "SSL_CERT_FILE",
        "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
        "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    }.items():
        if theirs in os.environ:
            found.setdefault(ours, os.environ[theirs])
    return found


def main() -> int:
    if sys.version_info < (3, 11):
        print(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: "
              "make PYTHON=/path/to/python3.11 …", file=sys.stderr)  # fmt: skip
        return 1
    began = time.monotonic()
    given = [argument for argument in sys.argv[1:] if argument != "--this"]
    lock = Path(given[0]).resolve() if given else PROJECT / "requirements.lock"
    python = VENV / "bin" / "python"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = VENV / f".installed-{lock.name}"
    if python.exists() and stamp.exists() and stamp.read_text() == digest:
        return 0
    if not python.exists():
        made_with = sys.executable if "--this" in sys.argv else fastest()
        print(f"making .venv with {made_with}", flush=True)
        made = subprocess.run([made_with, "-m", "venv", str(VENV)], check=False)
        if made.returncode:
            print("python3 -m venv failed. On Debian: apt-get install python3-venv",
                  file=sys.stderr)  # fmt: skip
            return 1
    print(f"installing {lock.name}", flush=True)
    try:
        install(lock, python)
    except CannotInstall as error:
        print(error, file=sys.stderr)
        return 1
    stamp.write_text(digest)
    print(f"installed in {time.monotonic() - began:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
