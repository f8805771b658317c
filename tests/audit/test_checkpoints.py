"""Checkpoints: what they are signed over, and what is refused."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from services.audit import signing
from services.audit.domain.chain import Head
from services.audit.domain.checkpoints import Checkpoint
from tests.audit.chains import a_chain

MOMENT = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
HEADS = [a_chain(5, 3)[1], a_chain(0, 7)[1], Head(2, 0, bytes(32))]


def test_a_checkpoint_is_signed_over_the_lines_that_its_description_says() -> None:
    key = Ed25519PrivateKey.generate()
    checkpoint = signing.sign(key, HEADS, MOMENT)
    text = (
        "nenkin/audit-checkpoint/v1\n"
        "2026-10-01T09:30:00.000000+00:00\n"
        f"0 7 {HEADS[1].chain_hash.hex()}\n"
        f"2 0 {'0' * 64}\n"
        f"5 3 {HEADS[0].chain_hash.hex()}\n"
    )
    key.public_key().verify(bytes.fromhex(checkpoint.signature), text.encode())
    assert checkpoint.heads == (HEADS[1], HEADS[0])


def test_a_checkpoint_is_read_back_from_its_file(tmp_path: Path) -> None:
    key = signing.signing_key(tmp_path / "audit-checkpoint.key")
    public = signing.public_key(tmp_path / "audit-checkpoint.pub")
    checkpoint = signing.sign(key, HEADS, MOMENT)
    file = signing.write(checkpoint, tmp_path / "kept")
    assert file.name == "checkpoint-20261001T093000.000000Z.json"
    assert signing.read(file, public) == checkpoint
    later = signing.sign(key, HEADS[:1], MOMENT.replace(hour=10))
    signing.write(later, tmp_path / "kept")
    assert signing.read_all(tmp_path / "kept", public) == [checkpoint, later]
    assert signing.read_all(file, public) == [checkpoint]


def test_the_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "audit-checkpoint.key"
    first = signing.signing_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert signing.signing_key(path).private_bytes_raw() == first.private_bytes_raw()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("made_at", "2026-10-01T09:30:01Z"),
        ("key_id", "0" * 16),
        ("chains", [{"shard": 0, "position": 8, "chain_hash": HEADS[1].chain_hash.hex()}]),
        ("chains", []),
        ("chains", [{"shard": 0, "position": 7, "chain_hash": HEADS[1].chain_hash.hex()}] * 2),
        ("signature", "0" * 128),
        ("format", "nenkin/audit-checkpoint/v2"),
    ],
)
def test_a_changed_checkpoint_is_refused(tmp_path: Path, name: str, value: object) -> None:
    key = Ed25519PrivateKey.generate()
    file = signing.write(signing.sign(key, HEADS, MOMENT), tmp_path)
    document = json.loads(file.read_text())
    document[name] = value
    file.write_text(json.dumps(document))
    if name == "key_id":
        # Only a hint at which key it was: the signature is what is checked.
        assert signing.read(file, key.public_key()).key_id == value
        return
    with pytest.raises(signing.BadCheckpoint, match=file.name):
        signing.read(file, key.public_key())


def test_a_checkpoint_of_another_key_is_refused(tmp_path: Path) -> None:
    file = signing.write(signing.sign(Ed25519PrivateKey.generate(), HEADS, MOMENT), tmp_path)
    with pytest.raises(signing.BadCheckpoint):
        signing.read(file, Ed25519PrivateKey.generate().public_key())
    with pytest.raises(signing.BadCheckpoint):
        signing.read(tmp_path / "absent.json", Ed25519PrivateKey.generate().public_key())


def test_chains_are_listed_once_each_by_shard() -> None:
    checkpoint = signing.sign(Ed25519PrivateKey.generate(), HEADS, MOMENT)
    document = checkpoint.model_dump()
    document["chains"] = list(reversed(document["chains"]))
    with pytest.raises(ValidationError):
        Checkpoint.model_validate(document)
