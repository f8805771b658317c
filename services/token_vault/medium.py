"""The encrypted medium: one file in an AES-256 ZIP under the password that JPS designated (C25)."""

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import pyzipper

PASSWORD_PATTERN: Final = r"[!-~]{8,64}"
"""Printable ASCII without spaces: every ZIP program takes the same bytes for it."""

WEAK_BELOW: Final = 20
"""ZIP stretches a password a thousand times only: a shorter one is worth a warning."""


def sealed_zip(name: str, content: Iterable[bytes], password: str, made_at: datetime) -> bytes:
    """A ZIP with one file, encrypted with AES-256; made in memory, never on disk.

    ``name`` is not encrypted: it may say nothing about a person. ``made_at`` is the file's time,
    written as the wall clock shows it.
    """
    sink = io.BytesIO()
    with pyzipper.AESZipFile(
        sink, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password.encode("ascii"))
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        entry = archive.zipinfo_cls(name, date_time=made_at.timetuple()[:6])
        entry.compress_type = pyzipper.ZIP_DEFLATED
        with archive.open(entry, "w", force_zip64=False) as file:
            for part in content:
                file.write(part)
    return sink.getvalue()
