"""Which files are migrations, and that each has a number of its own."""

from pathlib import Path

import pytest

from services.chassis.migrations import CHASSIS, _files


def _folder(path: Path, *names: str) -> Path:
    for name in names:
        (path / name).write_text("select 1;")
    return path


def test_they_run_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "0010_later.sql", "0002_then.sql", "0001_first.sql")
    assert [file.name[:4] for file in _files(folder)] == ["0001", "0002", "0010"]


@pytest.mark.parametrize(
    ("names", "why"),
    [(["1_short.sql"], "NNNN"), (["0001_one.sql", "0001_other.sql"], "two migrations of one")],
)
def test_a_name_that_leaves_the_order_open_is_refused(
    tmp_path: Path, names: list[str], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        _files(_folder(tmp_path, *names))


@pytest.mark.parametrize(
    "folder",
    [CHASSIS, *sorted(CHASSIS.parents[1].glob("*/migrations"))],
    ids=lambda f: f.parent.name,
)
def test_every_service_keeps_to_it(folder: Path) -> None:
    assert _files(folder)
