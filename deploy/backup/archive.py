"""Files in a stream, one after the other, and at the end a list of all of them with their hashes.

    file:    F | length of path (2) | path | { length (4) | deflated piece } … | length 0
    folder:  D | length of path (2) | path
    list:    M | length (4) | JSON; nothing comes after it

Pieces are compressed one by one: a segment of the write-ahead log is mostly zeros.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Protocol

from deploy.backup.errors import Refused

PIECE = 1024 * 1024
_PATH = struct.Struct(">H")
_LENGTH = struct.Struct(">I")
_MAX_LIST = 256 * 1024 * 1024


class Output(Protocol):
    """Where plain bytes go."""

    def write(self, data: bytes) -> None: ...


class Input(Protocol):
    """Where they come from again: just so many, or ``Refused``."""

    def read(self, size: int) -> bytes: ...

    def finish(self) -> None: ...


class Packer:
    """Puts files into the stream and keeps the list."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self.files: dict[str, dict[str, Any]] = {}
        self.bytes = 0

    def folder(self, path: str) -> None:
        self._head(b"D", path)

    def file(self, path: str, pieces: Iterable[bytes]) -> None:
        """One file, of whatever pieces there are."""
        with self.opened(path) as put:
            for data in pieces:
                put(data)

    @contextmanager
    def opened(self, path: str) -> Iterator[Callable[[bytes], None]]:
        """One file, to whose end is put what the block puts."""
        if path in self.files:
            raise ValueError(f"{path} is in it already")
        self._head(b"F", path)
        digest, size = hashlib.sha256(), 0

        def put(data: bytes) -> None:
            nonlocal size
            for at in range(0, len(data), PIECE):
                piece = data[at : at + PIECE]
                packed = zlib.compress(piece, 1)
                self._output.write(_LENGTH.pack(len(packed)) + packed)
                digest.update(piece)
                size += len(piece)

        yield put
        self._output.write(_LENGTH.pack(0))
        self.files[path] = {"size": size, "sha256": digest.hexdigest()}
        self.bytes += size

    def finish(self, manifest: dict[str, Any]) -> None:
        """The list, and whatever else is to be known of the backup."""
        text = json.dumps({**manifest, "files": self.files}).encode()
        self._output.write(b"M" + _LENGTH.pack(len(text)) + text)

    def _head(self, kind: bytes, path: str) -> None:
        name = safe(path).encode()
        self._output.write(kind + _PATH.pack(len(name)) + name)


@dataclass
class Entry:
    """A file (its pieces have to be read before the next entry) or a folder."""

    path: str
    is_folder: bool
    pieces: Iterator[bytes] = field(default_factory=lambda: iter(()))


class Unpacker:
    """Reads entries; after the last one, ``manifest`` is there and every file was as listed."""

    def __init__(self, input_: Input) -> None:
        self._input = input_
        self._seen: dict[str, dict[str, Any]] = {}
        self.manifest: dict[str, Any] = {}

    def entries(self) -> Iterator[Entry]:
        """All entries. Raises ``Refused`` where they are not what the list says."""
        while (kind := self._input.read(1)) != b"M":
            if kind not in {b"F", b"D"}:
                raise Refused("it holds something that this version does not know")
            (length,) = _PATH.unpack(self._input.read(_PATH.size))
            path = safe(self._input.read(length).decode())
            if kind == b"D":
                yield Entry(path, is_folder=True)
                continue
            if path in self._seen:
                raise Refused(f"{path} is in it twice")
            pieces = self._pieces(path)
            yield Entry(path, is_folder=False, pieces=pieces)
            for _ in pieces:
                pass
        (length,) = _LENGTH.unpack(self._input.read(_LENGTH.size))
        if length > _MAX_LIST:
            raise Refused("its list is too long")
        self.manifest = json.loads(self._input.read(length))
        self._input.finish()
        if self.manifest.get("files") != self._seen:
            raise Refused("its files are not those of its list")

    def _pieces(self, path: str) -> Iterator[bytes]:
        digest, size = hashlib.sha256(), 0
        while True:
            (length,) = _LENGTH.unpack(self._input.read(_LENGTH.size))
            if not length:
                break
            try:
                inflater = zlib.decompressobj()
                piece = inflater.decompress(self._input.read(length), PIECE)
            except zlib.error as error:
                raise Refused(f"{path} cannot be read") from error
            digest.update(piece)
            size += len(piece)
            yield piece
        self._seen[path] = {"size": size, "sha256": digest.hexdigest()}


def safe(path: str) -> str:
    """The path, below the folder it is unpacked in. Raises ``Refused``."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\0" in path:
        raise Refused("it holds a path that leads out of the folder")
    return path
