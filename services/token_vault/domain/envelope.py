"""What binds a ciphertext at rest to its place: the associated data of each kind.

Every part is free of line feeds, so no two contexts give the same bytes. A ciphertext moved to
another token, another key version or another kind of key does not open.
"""

import hashlib
import hmac
from typing import Final

from services.token_vault.domain.numbers import IndividualNumber, Token

_FORMAT: Final = "nenkin-vault/1"

NONCE_BYTES: Final = 12
CIPHERTEXT_BYTES: Final = NONCE_BYTES + 12 + 16
"""Nonce, twelve digits, tag."""

INDEX_BYTES: Final = 32


def number_aad(token: Token, version: int) -> bytes:
    """For a number encrypted under data key ``version``."""
    return f"{_FORMAT}\nnumber\n{token}\n{version}".encode("ascii")


def wrapped_key_aad(kind: str, name: str) -> bytes:
    """For a key of the vault, wrapped by the key-encryption key.

    ``kind`` is ``data``, ``index`` or ``sealing``; ``name`` the version or the key id.
    """
    return f"{_FORMAT}\nkey\n{kind}\n{name}".encode("ascii")


PASSWORD_AAD: Final = f"{_FORMAT}\nmedium-password".encode("ascii")
"""For the password that JPS designated for media (C25)."""


def blind_index(key: bytes, number: IndividualNumber) -> bytes:
    """The keyed digest (HMAC-SHA-256, 32 bytes) by which a number's row is found.

    A plain or salted hash would not do: there are only 10^11 numbers to try.
    """
    message = f"{_FORMAT}\nindex\n{number.digits}".encode("ascii")
    return hmac.digest(key, message, hashlib.sha256)
