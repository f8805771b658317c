"""A day that was broken off is not played on the same part of the city again."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from deploy.demo.day import Day
from deploy.demo.house import House, NotThrough
from deploy.demo.people import Secrets
from deploy.demo.staff import STAFF


class Stuck:
    """A house in which nothing comes through."""

    gateway = "https://localhost:1"

    def __init__(self, certs: Path) -> None:
        self.stack = SimpleNamespace(layout=SimpleNamespace(certs=certs))

    def wait_until_quiet(self) -> None:
        raise NotThrough("the stack was stopped")


def day(secrets: Secrets, house: Any) -> Day:
    return Day(cast(House, house), secrets, 40, date(2026, 11, 30), lambda _text: None)


def test_played_again_it_waits_for_nobody_whom_the_house_knows_already(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.demo.console.ssl.create_default_context", lambda **_: None)
    secrets = Secrets(tmp_path / "secrets.json", dict.fromkeys(STAFF, "secret"), "medium", 0)
    first = day(secrets, Stuck(tmp_path))
    with pytest.raises(NotThrough):
        first.play()
    # What the file says is what the next start reads.
    assert '"days": 1' in secrets.file.read_text()
    again = day(secrets, Stuck(tmp_path))
    known = {resident.number for resident in first.city}
    assert not known & {resident.number for resident in again.city}
    assert first.new < min(resident.index for resident in again.city)
