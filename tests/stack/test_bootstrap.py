"""Which Python ``.venv`` is made with."""

import stat
import sys
from pathlib import Path

import pytest

from deploy.local import bootstrap


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose own Python, and those in its path, say what the test has them say."""
    monkeypatch.setattr(sys, "executable", str(_python(tmp_path / "own" / "python3", "False")))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    return tmp_path


def _python(path: Path, says: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{says if says.startswith('exit') else f'echo {says}'}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_slow_python_gives_way_to_one_in_the_path(machine: Path) -> None:
    _python(machine / "path" / "python3", "False")
    _python(machine / "path" / "python3.13", "exit 1")
    fast = _python(machine / "path" / "python3.12", "True")
    assert bootstrap.fastest() == str(fast)


def test_a_fast_python_is_the_one(machine: Path) -> None:
    own = _python(machine / "own" / "python3", "True")
    _python(machine / "path" / "python3", "True")
    assert bootstrap.fastest() == str(own)


def test_what_is_asked_is_answered() -> None:
    """Each real Python says yes or no, not nothing: with nothing none would ever be chosen."""
    said = bootstrap.is_fast(sys.executable)
    assert said in (True, False)
    assert bootstrap.is_fast("/bin/false") is None
