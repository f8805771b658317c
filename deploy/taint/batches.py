"""What compressed record batches of a Kafka log hold. Uncompressed ones lie there plainly."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

_HEAD = struct.Struct(">qiibIh")  # base offset, length, leader epoch, magic, checksum, attributes
_BEFORE_LENGTH = 12
_RECORDS_AT = 61
_CODECS = {1: "gzip", 2: "snappy", 3: "lz4", 4: "zstd"}


class Unreadable(Exception):
    """Batches are compressed in a way that this tool cannot undo; the text names it."""


def compressed_records(segment: Path) -> Iterator[bytes]:
    """The records of each compressed batch of a log segment, as they were before.

    Raises ``Unreadable`` at the end where there was one that cannot be undone.
    """
    unknown: set[str] = set()
    try:
        with segment.open("rb") as file:
            while len(head := file.read(_HEAD.size)) == _HEAD.size:
                _, length, _, magic, _, attributes = _HEAD.unpack(head)
                rest = length + _BEFORE_LENGTH - _HEAD.size
                if magic != 2 or rest < 0:
                    break  # the log ends: the rest of the segment is room kept ready
                codec = _CODECS.get(attributes & 7)
                if codec is None:
                    file.seek(rest, 1)
                    continue
                body = file.read(rest)[_RECORDS_AT - _HEAD.size :]
                if codec == "gzip":
                    yield zlib.decompress(body, wbits=31)
                else:
                    unknown.add(codec)
    except FileNotFoundError:
        return
    except zlib.error as error:
        raise Unreadable("a batch that does not unpack") from error
    if unknown:
        raise Unreadable(f"batches compressed with {', '.join(sorted(unknown))}")
