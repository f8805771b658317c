"""The sealed key file: opens with its passphrase, unaltered, for its owner."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.token_vault.key_encryption import (
    CannotUnwrap,
    KeyFileError,
    SealedKeyFile,
    create_passphrase_file,
    read_passphrase,
)

PASSPHRASE = b"correct horse battery staple"
KEK = SealedKeyFile("file-test", bytes(range(32)))


def test_what_was_wrapped_before_a_restart_is_unwrapped_after_it(tmp_path: Path) -> None:
    path = tmp_path / "vault" / "key"
    made = SealedKeyFile.create(path, PASSPHRASE)
    wrapped = made.wrap(b"secret", aad=b"place")
    opened = SealedKeyFile.open(path, PASSPHRASE)
    assert opened.key_id == made.key_id
    assert opened.unwrap(wrapped, aad=b"place") == b"secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert PASSPHRASE not in path.read_bytes()
    assert list(path.parent.iterdir()) == [path]


def test_a_wrong_passphrase_opens_nothing(tmp_path: Path) -> None:
    SealedKeyFile.create(tmp_path / "key", PASSPHRASE)
    with pytest.raises(KeyFileError, match="wrong passphrase, or altered"):
        SealedKeyFile.open(tmp_path / "key", PASSPHRASE + b"!")


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    SealedKeyFile.create(tmp_path / "key", PASSPHRASE)
    before = (tmp_path / "key").read_bytes()
    with pytest.raises(KeyFileError, match="exists already"):
        SealedKeyFile.create(tmp_path / "key", PASSPHRASE)
    assert (tmp_path / "key").read_bytes() == before
    assert list(tmp_path.iterdir()) == [tmp_path / "key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o644])
def test_a_file_that_others_may_open_is_refused(tmp_path: Path, mode: int) -> None:
    SealedKeyFile.create(tmp_path / "key", PASSPHRASE)
    (tmp_path / "key").chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        SealedKeyFile.open(tmp_path / "key", PASSPHRASE)


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file["kdf"].update(iterations=1),
        lambda file: file["kdf"].update(memory_kib=19_456),
        lambda file: file.update(key_id="file-other"),
        lambda file: file.update(sealed=file["sealed"].swapcase()),
        lambda file: file.update(extra=1),
        lambda file: file.pop("kdf"),
        lambda file: file.update(format="nenkin-key-file/2"),
    ],
)
def test_an_altered_file_is_refused(tmp_path: Path, change) -> None:
    path = tmp_path / "key"
    SealedKeyFile.create(path, PASSPHRASE)
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    with pytest.raises(KeyFileError):
        SealedKeyFile.open(path, PASSPHRASE)


def test_what_is_no_key_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    with pytest.raises(KeyFileError, match="cannot be read"):
        SealedKeyFile.open(path, PASSPHRASE)
    path.touch(0o600)
    with pytest.raises(KeyFileError, match="not a key file"):
        SealedKeyFile.open(path, PASSPHRASE)


def test_passphrase_files(tmp_path: Path) -> None:
    made = tmp_path / "secrets" / "passphrase"
    create_passphrase_file(made)
    assert len(read_passphrase(made)) == 43
    assert made.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyFileError, match="exists already"):
        create_passphrase_file(made)

    short = tmp_path / "short"
    short.write_text("tooshort\n")
    short.chmod(0o600)
    with pytest.raises(KeyFileError, match="fewer than 20"):
        read_passphrase(short)
    made.chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_passphrase(made)


@given(secret=st.binary(max_size=100), aad=st.binary(max_size=40))
def test_wrapping_is_undone_by_unwrapping_alone(secret: bytes, aad: bytes) -> None:
    wrapped = KEK.wrap(secret, aad=aad)
    assert KEK.unwrap(wrapped, aad=aad) == secret
    assert KEK.wrap(secret, aad=aad) != wrapped
    with pytest.raises(CannotUnwrap):
        KEK.unwrap(wrapped, aad=aad + b"x")
    with pytest.raises(CannotUnwrap):
        SealedKeyFile("file-other", bytes(32)).unwrap(wrapped, aad=aad)


@settings(max_examples=30)
@given(st.data())
def test_a_changed_bit_unwraps_to_nothing(data: st.DataObject) -> None:
    wrapped = bytearray(KEK.wrap(bytes(32), aad=b""))
    bit = data.draw(st.integers(0, len(wrapped) * 8 - 1))
    wrapped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CannotUnwrap):
        KEK.unwrap(bytes(wrapped), aad=b"")


@pytest.mark.parametrize("length", [0, 5, 12, 27])
def test_a_stump_unwraps_to_nothing(length: int) -> None:
    with pytest.raises(CannotUnwrap):
        KEK.unwrap(bytes(length), aad=b"")


def test_it_does_not_show_its_key() -> None:
    assert repr(KEK) == "SealedKeyFile('file-test')"
