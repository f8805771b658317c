"""The key that signs checkpoints, and the files that checkpoints are."""

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import ValidationError

from services.audit.domain.chain import Head
from services.audit.domain.checkpoints import ChainHead, Checkpoint, signed_bytes


class BadCheckpoint(Exception):
    """A file is no checkpoint, or is not signed by the key at hand. The message names the file."""


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The private key at ``path``; made, readable by its owner alone, where there is none.

    Raises `OSError` where it cannot be read or made, `ValueError` where it is no Ed25519 key.
    """
    with suppress(FileExistsError):
        new = Ed25519PrivateKey.generate()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(
                new.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
        public_file(path).write_bytes(
            new.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path.name} is no Ed25519 key")
    return key


def public_file(path: Path) -> Path:
    """Where the public half of a private key's file lies."""
    return path.with_suffix(".pub")


def public_key(path: Path) -> Ed25519PublicKey:
    """The public key (PEM) at ``path``. Raises `OSError`, or `ValueError` where it is none."""
    key = serialization.load_pem_public_key(path.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{path.name} is no Ed25519 key")
    return key


def key_id(public: Ed25519PublicKey) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the key's 32 bytes."""
    return sha256(public.public_bytes_raw()).hexdigest()[:16]


def sign(key: Ed25519PrivateKey, heads: Sequence[Head], made_at: datetime) -> Checkpoint:
    """A checkpoint over these heads at ``made_at`` (aware)."""
    chains = tuple(
        ChainHead(shard=head.shard, position=head.position, chain_hash=head.chain_hash.hex())
        for head in sorted(heads, key=lambda head: head.shard)
    )
    moment = made_at.astimezone(UTC)
    return Checkpoint(
        made_at=moment,
        chains=chains,
        key_id=key_id(key.public_key()),
        signature=key.sign(signed_bytes(moment, chains)).hex(),
    )


def write(checkpoint: Checkpoint, folder: Path) -> Path:
    """Write a checkpoint to a new file of ``folder``, named by its moment; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    moment = checkpoint.made_at.strftime("%Y%m%dT%H%M%S.%fZ")
    file = folder / f"checkpoint-{moment}.json"
    unfinished = file.with_suffix(".part")
    unfinished.write_text(checkpoint.model_dump_json(indent=2) + "\n", encoding="utf-8")
    unfinished.replace(file)
    return file


def read(file: Path, public: Ed25519PublicKey) -> Checkpoint:
    """Read a checkpoint and check its signature. Raises `BadCheckpoint`."""
    try:
        checkpoint = Checkpoint.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        raise BadCheckpoint(f"{file}: not a checkpoint") from None
    try:
        public.verify(bytes.fromhex(checkpoint.signature), checkpoint.signed_bytes())
    except InvalidSignature:
        raise BadCheckpoint(f"{file}: not signed by key {key_id(public)}") from None
    return checkpoint


def read_all(place: Path, public: Ed25519PublicKey) -> list[Checkpoint]:
    """The checkpoint in a file, or those in a folder, oldest first. Raises `BadCheckpoint`."""
    files = sorted(place.glob("checkpoint-*.json")) if place.is_dir() else [place]
    return [read(file, public) for file in files]
