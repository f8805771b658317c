"""Text that no database keeps: U+0000, and halves of surrogate pairs.

JSON can write both, and Python's strings hold them; PostgreSQL and UTF-8 do not. So they are found
in the bytes that came, before anything is made of them.
"""

import json
import re
from typing import Final
from urllib.parse import unquote_to_bytes

_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_PERHAPS: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


def writes_nul(body: bytes) -> bool:
    """Whether a JSON text writes U+0000 (and not a backslash before ``u0000``)."""
    # Nearly all have no backslash: one character is found at a tenth of what six cost.
    return b"\\" in body and b"\\u0000" in body and _NUL.search(body) is not None


def unstorable(body: bytes) -> bool:
    """Whether a JSON text writes U+0000 or half a surrogate pair; False for what is no JSON."""
    if not _PERHAPS.search(body):
        return False
    try:
        written = json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        return False
    return writes_nul(written)


def unstorable_address(escaped: bytes) -> bool:
    """Whether a path or query string says U+0000, or what is no UTF-8."""
    raw = unquote_to_bytes(escaped)
    try:
        return "\0" in raw.decode()
    except UnicodeDecodeError:
        return True
