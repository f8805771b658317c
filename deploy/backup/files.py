"""A backup's way back: checked whole, unpacked beside the old data, then put in its place."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contracts.sealing import PrivateSealingKey
from deploy.backup import sealed
from deploy.backup.archive import Unpacker
from deploy.backup.cluster import CONTROL, LABEL
from deploy.backup.errors import BackupError, Refused
from deploy.backup.take import FORMAT
from deploy.local.postgres import Postgres
from deploy.local.processes import User


def verify(file: Path, private: PrivateSealingKey) -> dict[str, Any]:
    """Read all of it and write nothing; returns the manifest. Raises ``Refused``."""
    with _opened(file, private) as unpacker:
        for entry in unpacker.entries():
            for _ in entry.pieces:
                pass
    return _checked(unpacker.manifest)


def unpack(file: Path, private: PrivateSealingKey, folder: Path, owner: User | None) -> None:
    """Write its files into ``folder``, which is made. Raises ``Refused``; what was written by then
    is removed."""
    _make(folder, owner)
    try:
        with _opened(file, private) as unpacker:
            for entry in unpacker.entries():
                path = folder / entry.path
                _make_parents(path, folder, owner)
                if entry.is_folder:
                    _make(path, owner)
                else:
                    _write(path, entry.pieces, owner)
        _checked(unpacker.manifest)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    os.sync()


def exchange(server: Postgres, restored: Path) -> Path | None:
    """Put the restored folder where the server's data is; returns where the old data went to."""
    aside = None
    if server.data.exists():
        now = datetime.now(UTC)
        aside = server.data.with_name(f"data.before-restore-{now:%Y%m%dT%H%M%S%fZ}")
        server.data.rename(aside)
    restored.rename(server.data)
    sealed.sync_folder(server.home)
    return aside


@contextmanager
def _opened(file: Path, private: PrivateSealingKey) -> Iterator[Unpacker]:
    try:
        with file.open("rb") as opened:
            yield Unpacker(sealed.Reader(opened, private))
    except FileNotFoundError:
        raise BackupError(f"there is no {file}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"{file.name} cannot be read") from error


def _checked(manifest: dict[str, Any]) -> dict[str, Any]:
    if manifest.get("format") != FORMAT:
        raise Refused("written by another version than this one")
    files = manifest["files"]
    if {CONTROL, LABEL, "PG_VERSION"} - files.keys():
        raise Refused("files are missing that every backup has")
    return manifest


def _write(path: Path, pieces: Iterator[bytes], owner: User | None) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
        for piece in pieces:
            output.write(piece)
    if owner:
        os.chown(path, owner.uid, owner.gid)


def _make(folder: Path, owner: User | None) -> None:
    if not folder.exists():
        folder.mkdir(mode=0o700)
        if owner:
            os.chown(folder, owner.uid, owner.gid)


def _make_parents(path: Path, root: Path, owner: User | None) -> None:
    for parent in reversed(path.relative_to(root).parents):
        _make(root / parent, owner)
