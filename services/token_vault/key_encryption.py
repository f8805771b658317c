"""The key-encryption key: what wraps the vault's keys, and where it is kept.

The vault knows it by this interface alone. Here it lies in a sealed key file; an HSM or a key
management service takes its place by another class with these three members.
"""

import os
import secrets
import stat
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, Literal, Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from services.token_vault.domain.envelope import NONCE_BYTES
from services.token_vault.domain.errors import VaultError

KEY_BYTES: Final = 32
_MIN_PASSPHRASE: Final = 20


class CannotUnwrap(VaultError):
    """What was wrapped does not open: altered, moved to another place, or of another key."""


class KeyFileError(VaultError):
    """The key file or its passphrase cannot be used; the message says what to do, no secret."""


class KeyEncryptionKey(Protocol):
    """Wraps short secrets. The key itself never leaves whatever implements this."""

    @property
    def key_id(self) -> str:
        """Its name, stored beside all that it wraps."""
        ...

    def wrap(self, secret: bytes, *, aad: bytes) -> bytes:
        """The secret, encrypted and bound to ``aad``."""
        ...

    def unwrap(self, wrapped: bytes, *, aad: bytes) -> bytes:
        """The secret again. Raises `CannotUnwrap`."""
        ...


class _Stretching(BaseModel):
    """RFC 9106's second recommended option (64 MiB, 3 passes, 4 lanes): the price of a guess."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Literal["argon2id"] = "argon2id"
    salt: Base64Bytes
    memory_kib: Annotated[int, Field(ge=19_456, le=4_194_304)] = 65_536
    iterations: Annotated[int, Field(ge=1, le=100)] = 3
    lanes: Annotated[int, Field(ge=1, le=64)] = 4


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["nenkin-key-file/1"] = "nenkin-key-file/1"
    key_id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    kdf: _Stretching

    def aead(self, passphrase: bytes) -> AESGCM:
        """The cipher that the key is sealed with."""
        kdf = self.kdf
        stretched = Argon2id(
            salt=kdf.salt,
            length=KEY_BYTES,
            iterations=kdf.iterations,
            lanes=kdf.lanes,
            memory_cost=kdf.memory_kib,
        ).derive(passphrase)
        return AESGCM(stretched)

    @property
    def bound(self) -> bytes:
        """The associated data: nothing of the header can be changed unnoticed."""
        return _Header.model_dump_json(self, include={"format", "key_id", "kdf"}).encode()


class _KeyFile(_Header):
    sealed: Base64Bytes
    """Nonce, the key encrypted, tag."""


class SealedKeyFile:
    """A key-encryption key from a file: AES-256-GCM under a passphrase stretched by Argon2id.

    The file is JSON; everything in it but the key is bound as associated data. File and passphrase
    file must be their owner's alone (0600 or stricter), and are better kept on different disks.
    """

    def __init__(self, key_id: str, key: bytes) -> None:
        self._key_id = key_id
        self._aead = AESGCM(key)

    def __repr__(self) -> str:
        return f"SealedKeyFile({self._key_id!r})"

    @property
    def key_id(self) -> str:
        return self._key_id

    def wrap(self, secret: bytes, *, aad: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, secret, aad)

    def unwrap(self, wrapped: bytes, *, aad: bytes) -> bytes:
        try:
            return self._aead.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], aad)
        except (InvalidTag, ValueError):
            raise CannotUnwrap(f"does not open under key-encryption key {self._key_id}") from None

    @classmethod
    def create(cls, path: Path, passphrase: bytes) -> Self:
        """Make a new key and its file. Raises `KeyFileError` if the file exists already."""
        _check_passphrase(passphrase)
        salt = b64encode(os.urandom(16))
        header = _Header(key_id=f"file-{secrets.token_hex(4)}", kdf=_Stretching(salt=salt))
        key, nonce = os.urandom(KEY_BYTES), os.urandom(NONCE_BYTES)
        sealed = nonce + header.aead(passphrase).encrypt(nonce, key, header.bound)
        file = _KeyFile(key_id=header.key_id, kdf=header.kdf, sealed=b64encode(sealed))
        _write_private(path, file.model_dump_json(indent=2) + "\n")
        return cls(header.key_id, key)

    @classmethod
    def open(cls, path: Path, passphrase: bytes) -> Self:
        """Raises `KeyFileError` for a wrong passphrase and for a file that is altered or open to
        others."""
        try:
            file = _KeyFile.model_validate_json(read_private(path))
            nonce, sealed = file.sealed[:NONCE_BYTES], file.sealed[NONCE_BYTES:]
            key = file.aead(passphrase).decrypt(nonce, sealed, file.bound)
        except InvalidTag:
            raise KeyFileError(f"{path} does not open: wrong passphrase, or altered") from None
        except ValueError:
            raise KeyFileError(f"{path} is not a key file") from None
        return cls(file.key_id, key)


def file_source(path: Path, passphrase_file: Path) -> Callable[[], SealedKeyFile]:
    """Opens the key file when called: importing and building the service open nothing."""
    return lambda: SealedKeyFile.open(path, read_passphrase(passphrase_file))


def read_passphrase(path: Path) -> bytes:
    """The first line of a passphrase file. Raises `KeyFileError`."""
    lines = read_private(path).splitlines()
    passphrase = lines[0].strip() if lines else b""
    _check_passphrase(passphrase)
    return passphrase


def create_passphrase_file(path: Path) -> None:
    """Write a new random passphrase (256 bits). Raises `KeyFileError` if the file exists."""
    _write_private(path, secrets.token_urlsafe(32) + "\n")


def read_private(path: Path) -> bytes:
    """A file that only its owner may read. Raises `KeyFileError` for one that others may."""
    try:
        with path.open("rb") as file:
            # Of the open file, not of the path: it cannot be exchanged in between.
            status = os.fstat(file.fileno())
            if stat.S_IMODE(status.st_mode) & 0o077:
                raise KeyFileError(f"{path} is open to other users: chmod 600 {path}")
            if status.st_uid not in (os.geteuid(), 0):
                raise KeyFileError(f"{path} belongs to another user")
            return file.read()
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}") from None


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, path)  # Unlike a rename it never replaces a file that is there.
    except FileExistsError:
        raise KeyFileError(f"{path} exists already") from None
    finally:
        partial.unlink()


def _check_passphrase(passphrase: bytes) -> None:
    if len(passphrase) < _MIN_PASSPHRASE:
        raise KeyFileError(f"the passphrase has fewer than {_MIN_PASSPHRASE} characters")
