"""The file itself: what was put in comes out, and nothing that was done to it goes unnoticed."""

import io
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.sealing import PrivateSealingKey
from deploy.backup import files, keys, sealed
from deploy.backup.archive import Packer, Unpacker
from deploy.backup.cluster import CONTROL, LABEL
from deploy.backup.errors import BackupError, Refused
from deploy.backup.take import FORMAT

KEY = PrivateSealingKey.generate("recovery-test")
FACTS = {"stack": "test", "began": "2026-10-01T00:00:00+00:00"}
PLAIN = b"the secret name of everybody"
CONTENTS = {
    "PG_VERSION": b"15\n",
    "base/1/1259": PLAIN * 60_000,
    "base/1/empty": b"",
    # What is random does not shrink: several chunks.
    "base/1/noise": os.urandom(3 * sealed.CHUNK),
    CONTROL: bytes(range(256)) * 32,
    LABEL: b"START WAL LOCATION: 0/2000028\n",
}


def write(file: Path) -> Path:
    """A small backup of several chunks."""
    with sealed.Writer(file, KEY.public, FACTS) as output:
        packer = Packer(output)
        packer.folder("base/1")
        for path, content in CONTENTS.items():
            packer.file(path, [content[:1000], content[1000:]])
        packer.finish({"format": FORMAT})
    return file


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("backups") / "one.backup")


def chunks(backup: Path) -> tuple[bytes, list[bytes]]:
    """What comes before the first chunk, and the chunks."""
    data = backup.read_bytes()
    length = int.from_bytes(data[len(sealed.MAGIC) :][:4], "big")
    front = len(sealed.MAGIC) + 4 + length
    size = sealed.CHUNK + 16
    return data[:front], [data[at : at + size] for at in range(front, len(data), size)]


def test_it_comes_back_as_it_was(backup, tmp_path):
    files.unpack(backup, KEY, tmp_path / "data", None)
    for path, content in CONTENTS.items():
        restored = tmp_path / "data" / path
        assert restored.read_bytes() == content
        assert stat.S_IMODE(restored.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_nothing_of_it_is_plain(backup):
    data = backup.read_bytes()
    assert PLAIN not in data
    assert b"1259" not in data
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def first_chunks_swapped(front: bytes, parts: list[bytes]) -> bytes:
    return front + b"".join([parts[1], parts[0], *parts[2:]])


def last_chunk_missing(front: bytes, parts: list[bytes]) -> bytes:
    return front + b"".join(parts[:-1])


def end_missing(front: bytes, parts: list[bytes]) -> bytes:
    return (front + b"".join(parts))[:-1]


def all_but_the_header_missing(front: bytes, _parts: list[bytes]) -> bytes:
    return front


def middle_chunk_missing(front: bytes, parts: list[bytes]) -> bytes:
    return front + b"".join(parts[:1] + parts[2:])


def chunk_twice(front: bytes, parts: list[bytes]) -> bytes:
    return front + b"".join([parts[0], *parts])


def more_at_the_end(front: bytes, parts: list[bytes]) -> bytes:
    return front + b"".join(parts) + b"\0"


def another_bit_in_the_last_chunk(front: bytes, parts: list[bytes]) -> bytes:
    last = bytearray(parts[-1])
    last[len(last) // 2] ^= 1
    return front + b"".join(parts[:-1]) + bytes(last)


def another_time_in_the_header(front: bytes, parts: list[bytes]) -> bytes:
    changed = front.replace(b"2026-10-01", b"2026-10-02")
    assert changed != front
    return changed + b"".join(parts)


def another_magic(front: bytes, parts: list[bytes]) -> bytes:
    return b"NENKIN" + front[6:] + b"".join(parts)


ALTERATIONS: list[Callable[[bytes, list[bytes]], bytes]] = [
    first_chunks_swapped,
    last_chunk_missing,
    end_missing,
    all_but_the_header_missing,
    middle_chunk_missing,
    chunk_twice,
    more_at_the_end,
    another_bit_in_the_last_chunk,
    another_time_in_the_header,
    another_magic,
]


@pytest.mark.parametrize("alter", ALTERATIONS, ids=lambda alter: alter.__name__)
def test_an_altered_file_is_refused_and_leaves_nothing(backup, tmp_path, alter):
    altered = tmp_path / "altered.backup"
    altered.write_bytes(alter(*chunks(backup)))
    with pytest.raises(Refused):
        files.verify(altered, KEY)
    with pytest.raises(Refused):
        files.unpack(altered, KEY, tmp_path / "data", None)
    assert not (tmp_path / "data").exists()


def test_a_chunk_of_another_backup_for_the_same_key_is_refused(backup, tmp_path):
    front, parts = chunks(backup)
    _, foreign = chunks(write(tmp_path / "other.backup"))
    mixed = tmp_path / "mixed.backup"
    mixed.write_bytes(front + foreign[0] + b"".join(parts[1:]))
    with pytest.raises(Refused):
        files.verify(mixed, KEY)


def test_another_key_does_not_open_it(backup):
    with pytest.raises(Refused, match="recovery-other"):
        files.verify(backup, PrivateSealingKey.generate("recovery-other"))
    with pytest.raises(Refused, match="does not open"):
        files.verify(backup, PrivateSealingKey.generate(KEY.key_id))


def test_a_file_that_is_not_as_listed_is_refused(tmp_path):
    file = tmp_path / "lying.backup"
    with sealed.Writer(file, KEY.public, FACTS) as output:
        packer = Packer(output)
        for path, content in CONTENTS.items():
            packer.file(path, [content])
        packer.files["PG_VERSION"]["sha256"] = "0" * 64
        packer.finish({"format": FORMAT})
    with pytest.raises(Refused, match="not those of its list"):
        files.verify(file, KEY)


class Nowhere:
    """Takes bytes and keeps none."""

    def write(self, data: bytes) -> None: ...


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "base/../../outside", "", "a\0b"])
def test_no_path_leads_out(path):
    with pytest.raises(Refused):
        Packer(Nowhere()).folder(path)


def breaking_off(file: Path) -> None:
    """Fails when much of it is written."""
    with sealed.Writer(file, KEY.public, FACTS) as output:
        packer = Packer(output)
        for path in ("one", "one"):
            packer.file(path, [os.urandom(3 * sealed.CHUNK)])


def test_a_backup_that_breaks_off_leaves_no_file(tmp_path):
    file = tmp_path / "broken.backup"
    with pytest.raises(ValueError, match="is in it already"):
        breaking_off(file)
    assert list(tmp_path.iterdir()) == []


@given(st.lists(st.binary(max_size=3_000), max_size=6), st.integers(-1, 1))
def test_whatever_its_length_it_comes_back(tmp_path_factory, pieces, around):
    file = tmp_path_factory.mktemp("lengths") / "one.backup"
    # Also just at the border of a chunk.
    border = bytes(sealed.CHUNK + around - sum(map(len, pieces)))
    whole = b"".join(pieces) + border
    with sealed.Writer(file, KEY.public, FACTS) as output:
        for piece in (*pieces, border):
            output.write(piece)
    with file.open("rb") as opened:
        reader = sealed.Reader(opened, KEY)
        assert reader.read(len(whole)) == whole
        reader.finish()


def test_a_key_is_not_overwritten_and_not_read_when_others_may(tmp_path):
    public, private = tmp_path / "a.pub", tmp_path / "a.key"
    keys.make(public, private)
    assert keys.read_private(private).public == keys.read_public(public)
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    with pytest.raises(BackupError, match="not overwritten"):
        keys.make(public, private)
    private.chmod(0o640)
    with pytest.raises(BackupError, match="read by others"):
        keys.read_private(private)
    with pytest.raises(BackupError, match="no recovery key"):
        keys.read_private(tmp_path / "none")
    private.chmod(0o600)
    private.write_text(json.dumps({"key_id": "x", "suite": "hybrid", "seed": "AA=="}))
    with pytest.raises(BackupError, match="no private recovery key"):
        keys.read_private(private)


def test_what_the_unpacker_does_not_know_is_refused():
    class Plain(io.BytesIO):
        def finish(self) -> None:
            """Nothing comes after it."""

    with pytest.raises(Refused, match="does not know"):
        list(Unpacker(Plain(b"X")).entries())
