"""The recovery key: the machine that takes backups holds its public half alone.

Key material and its encoding are those of ``contracts.sealing`` (hybrid ML-KEM-768 + X25519). The
private half is needed to verify and to restore, and lies somewhere else meanwhile.
"""

import base64
import binascii
import hashlib
import json
import os
import stat
from pathlib import Path

from pydantic import ValidationError

from contracts.errors import ContractError
from contracts.sealing import PrivateSealingKey, PublicSealingKey, SealingSuite
from deploy.backup.errors import BackupError


def make(public: Path, private: Path) -> PublicSealingKey:
    """A new pair in two files; neither may be there yet. The private one is its owner's alone."""
    seed = os.urandom(32)
    key_id = f"recovery-{hashlib.sha256(seed).hexdigest()[:8]}"
    key = PrivateSealingKey(key_id, SealingSuite.HYBRID, seed)
    document = {
        "key_id": key.key_id,
        "suite": key.suite.value,
        "seed": base64.b64encode(seed).decode(),
    }
    _write_new(private, json.dumps(document) + "\n", 0o600)
    _write_new(public, key.public.model_dump_json() + "\n", 0o644)
    return key.public


def read_public(file: Path) -> PublicSealingKey:
    """The key to encrypt to. Raises ``BackupError``."""
    try:
        return PublicSealingKey.model_validate_json(file.read_text())
    except FileNotFoundError:
        raise BackupError(f"no recovery key at {file}: make one (make-key)") from None
    except (ValidationError, ContractError, UnicodeDecodeError) as error:
        raise BackupError(f"{file} is no public recovery key") from error


def read_private(file: Path) -> PrivateSealingKey:
    """The key to decrypt with. Raises ``BackupError``, also where others may read the file."""
    try:
        mode = file.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise BackupError(f"{file} may be read by others: chmod 600, and ask who has read it")
        known = json.loads(file.read_text())
        seed = binascii.a2b_base64(known["seed"], strict_mode=True)
        return PrivateSealingKey(known["key_id"], SealingSuite(known["suite"]), seed)
    except FileNotFoundError:
        raise BackupError(f"no recovery key at {file}: say where it is (--key)") from None
    except (ValueError, KeyError, TypeError, ContractError) as error:
        raise BackupError(f"{file} is no private recovery key") from error


def _write_new(file: Path, text: str, mode: int) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise BackupError(f"{file} is there already: a recovery key is not overwritten") from None
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
