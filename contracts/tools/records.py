"""Records as an upstream team has them before they are on the bus: read from files.

A record is one line: headers, key and value with tabs between, as Kafka's own console producer
takes them (``ce_id:…,ce_type:…<TAB>key<TAB>{…}``), or JSON with these three as its members.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from contracts.errors import ContractError


@dataclass(frozen=True, slots=True)
class UpstreamRecord:
    """One record, and where it was read."""

    place: str
    headers: dict[str, str]
    key: str
    value: bytes


class NoRecord(ContractError):
    """A line is not a record. ``place`` says which."""

    code: ClassVar[str] = "CT-0701"

    def __init__(self, place: str, what: str) -> None:
        super().__init__(what)
        self.place = place


def read_records(file: Path) -> Iterator[UpstreamRecord | NoRecord]:
    """The records of a file, ``-`` for standard input; lines that are none are named.

    Raises `OSError` where the file cannot be read.
    """
    name = "standard input" if str(file) == "-" else str(file)
    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        try:
            yield _of_json(place, line) if line.lstrip()[:1] == b"{" else _of_text(place, line)
        except NoRecord as none:
            yield none


def _of_text(place: str, line: bytes) -> UpstreamRecord:
    parts = line.rstrip(b"\r").split(b"\t")
    if len(parts) != 3:
        raise NoRecord(place, f"{len(parts)} parts between tabs, three are a record")
    try:
        headers, key = parts[0].decode(), parts[1].decode()
    except UnicodeDecodeError:
        raise NoRecord(place, "headers or key are not UTF-8") from None
    pairs = [header.partition(":") for header in headers.split(",")]
    if not all(colon for _, colon, _ in pairs):
        raise NoRecord(place, "a header is not NAME:VALUE")
    return UpstreamRecord(place, {name: text for name, _, text in pairs}, key, parts[2])


def _of_json(place: str, line: bytes) -> UpstreamRecord:
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        raise NoRecord(place, "the line is not JSON") from None
    headers, key = read.get("headers"), read.get("key")
    if set(read) != {"headers", "key", "value"} or not isinstance(headers, dict):
        raise NoRecord(place, "a record has headers, key and value")
    if not isinstance(key, str) or not all(isinstance(text, str) for text in headers.values()):
        raise NoRecord(place, "headers and key are texts")
    value = json.dumps(read["value"], ensure_ascii=False).encode("utf-8", "surrogatepass")
    return UpstreamRecord(place, headers, key, value)
