"""An encrypted file that is written and read as a stream, and cannot be cut, mixed or altered.

    magic | length of header (4 bytes, big endian) | header (JSON) | chunk | chunk | … | last chunk

A fresh data key encrypts chunks of a fixed size with AES-256-GCM (the STREAM construction of
Hoang, Reyhanitabar, Rogaway and Vizár): the nonce is the chunk's number (11 bytes) and whether it
is the last (1 byte), so that a chunk opens at its place only and an end that is no end shows. The
associated data is the SHA-256 of all before the first chunk. The data key is wrapped to the
recovery key with HPKE (RFC 9180); ``info`` names the purpose.
"""

import base64
import binascii
import hashlib
import json
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from contracts.sealing import PrivateSealingKey, PublicSealingKey, SealingSuite
from deploy.backup.errors import BackupError, Refused

MAGIC = b"nenkin-backup/1\n"
CHUNK = 1024 * 1024
_INFO = b"nenkin-backup/1 data key"
_TAG = 16
_LENGTH = struct.Struct(">I")
_MAX_HEADER = 64 * 1024
_SUITES = {
    SealingSuite.HYBRID: Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
    SealingSuite.X25519: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
}


class Writer:
    """Writes one encrypted file, for its owner alone. It bears its name once it is whole.

    As a context: leaving it whole finishes the file, an exception removes it.
    """

    def __init__(self, file: Path, public: PublicSealingKey, facts: Mapping[str, str]) -> None:
        self._file = file
        self._partial = file.with_name(file.name + ".partial")
        if file.exists() or self._partial.exists():
            raise BackupError(f"{file} is there already")
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = AESGCM.generate_key(256)
        wrapped = _SUITES[public.suite].encrypt(key, public.hpke_key, info=_INFO)
        header = json.dumps(
            {
                **facts,
                "key_id": public.key_id,
                "suite": public.suite.value,
                "data_key": base64.b64encode(wrapped).decode(),
                "chunk": CHUNK,
            }
        ).encode()
        front = MAGIC + _LENGTH.pack(len(header)) + header
        self._aead = AESGCM(key)
        self._bound = hashlib.sha256(front).digest()
        self._number = 0
        self._waiting = bytearray()
        self._output = os.fdopen(
            os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
        )
        self._output.write(front)

    def write(self, data: bytes) -> None:
        """Add plain bytes. A full chunk is kept back until more comes: it might be the last."""
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._output.close()
            self._partial.unlink(missing_ok=True)
            return
        self._seal(bytes(self._waiting), last=True)
        self._output.flush()
        os.fsync(self._output.fileno())
        self._output.close()
        self._partial.rename(self._file)
        sync_folder(self._file.parent)

    def _seal(self, plain: bytes, *, last: bool) -> None:
        nonce = _nonce(self._number, last=last)
        self._output.write(self._aead.encrypt(nonce, plain, self._bound))
        self._number += 1


class Reader:
    """Reads one encrypted file from its beginning to its end. Every byte it returns is authentic;
    that none is missing is known at the end only (``finish``). Raises ``Refused``."""

    def __init__(self, input_: BinaryIO, private: PrivateSealingKey) -> None:
        header, front = _read_front(input_)
        self.facts: dict[str, Any] = header
        if header.get("key_id") != private.key_id or header.get("suite") != private.suite:
            raise Refused(f"encrypted to the key {header.get('key_id')}, this is {private.key_id}")
        try:
            wrapped = binascii.a2b_base64(header["data_key"], strict_mode=True)
            key = _SUITES[private.suite].decrypt(wrapped, private.hpke_key, info=_INFO)
            self._aead = AESGCM(key)
            self._chunk = int(header["chunk"])
        except (InvalidTag, ValueError, KeyError, TypeError) as error:
            raise Refused(
                "the key does not open it: another one, or the file was altered"
            ) from error
        if self._chunk != CHUNK:
            raise Refused("another size of chunk than this version's")
        self._bound = hashlib.sha256(front).digest()
        self._input = input_
        self._number = 0
        self._plain = b""
        self._at = 0
        self._next = input_.read(CHUNK + _TAG)
        self._ended = False

    def read(self, size: int) -> bytes:
        """Just so many bytes. Raises ``Refused`` where the file ends before."""
        parts = []
        while size:
            if self._at == len(self._plain):
                self._open()
            part = self._plain[self._at : self._at + size]
            self._at += len(part)
            size -= len(part)
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def finish(self) -> None:
        """Nothing may come any more. Raises ``Refused``."""
        while not self._ended and self._at == len(self._plain):
            self._open()
        if self._at != len(self._plain):
            raise Refused("there is more in it than its list says")

    def _open(self) -> None:
        if self._ended:
            raise Refused("it ends before its end")
        sealed, self._next = self._next, self._input.read(CHUNK + _TAG)
        self._ended = not self._next
        try:
            nonce = _nonce(self._number, last=self._ended)
            self._plain = self._aead.decrypt(nonce, sealed, self._bound)
        except (InvalidTag, ValueError) as error:
            raise Refused(
                f"chunk {self._number + 1} is not authentic: altered, moved, or the end is missing"
            ) from error
        self._number += 1
        self._at = 0


def read_header(file: Path) -> dict[str, Any]:
    """What a backup says of itself to whoever has no key: not authentic before it is opened.

    Raises ``Refused``.
    """
    with file.open("rb") as opened:
        return _read_front(opened)[0]


def sync_folder(folder: Path) -> None:
    """Have a folder's entries on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_front(input_: BinaryIO) -> tuple[dict[str, Any], bytes]:
    start = input_.read(len(MAGIC) + _LENGTH.size)
    if len(start) != len(MAGIC) + _LENGTH.size or not start.startswith(MAGIC):
        raise Refused("this is no backup of this house")
    (length,) = _LENGTH.unpack(start[len(MAGIC) :])
    text = input_.read(min(length, _MAX_HEADER))
    try:
        header = json.loads(text)
    except ValueError:
        raise Refused("its header cannot be read") from None
    if len(text) != length or not isinstance(header, dict):
        raise Refused("its header cannot be read")
    return header, start + text


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
