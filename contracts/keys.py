"""Record keys that mean nothing outside the bus."""

import hashlib
from functools import lru_cache


# Held against the event's own key, and looked at again by whoever keeps the record.
@lru_cache(maxsize=16_384)
def resident_key(source: str, addressee_number: str) -> str:
    """The key of a resident's records on the inbound topic: 24 hexadecimal digits.

    Clients write record keys into traces and logs, so the register's own 宛名番号 may not be one.
    The digest keeps a resident's changes in order; it is not a secret (the numbers are few), and
    nothing treats it as one.
    """
    digest = hashlib.sha256(f"nenkin/resident-key/v1\0{source}\0{addressee_number}".encode())
    return digest.hexdigest()[:24]
