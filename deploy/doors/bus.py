"""The doors of the bus, tried with each certificate. Nothing is written and nobody is disturbed.

Three requests tell a refusal from an acceptance and have no effect: a produce whose batch has a
wrong checksum (rights are looked at before it is), a fetch of no bytes, and a heartbeat of a member
that no group has. In Kafka's own wire format, because client libraries would do more than ask.
"""

import socket
import ssl
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PRODUCE, FETCH, HEARTBEAT, DESCRIBE_ACLS = 0, 1, 12, 29
_VERSIONS = {PRODUCE: 3, FETCH: 4, HEARTBEAT: 0, DESCRIBE_ACLS: 1}

NO_ERROR = 0
CORRUPT_MESSAGE = 2
UNKNOWN_TOPIC = 3
COORDINATOR = (14, 15, 16)
UNKNOWN_MEMBER = 25
REFUSED = (29, 30, 31)
"""Topic, group and cluster authorization failed."""

_OPEN = {PRODUCE: (CORRUPT_MESSAGE, 87), FETCH: (NO_ERROR, 1), HEARTBEAT: (UNKNOWN_MEMBER,)}


class Unexpected(Exception):
    """The broker answered neither yes nor no."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and the folder with everybody's certificate."""

    host: str
    port: int
    certs: Path

    def open(self, name: str, certs: Path | None = None) -> "Connection":
        """A connection with that certificate. Raises ``OSError`` where none is accepted."""
        folder = (certs or self.certs) / name
        context = ssl.create_default_context(cafile=str(self.certs / "operator" / "ca.pem"))
        context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
        raw = socket.create_connection((self.host, self.port), timeout=20)
        try:
            return Connection(context.wrap_socket(raw, server_hostname=self.host))
        except BaseException:
            raw.close()
            raise


class Connection:
    """One certificate at the broker's door."""

    def __init__(self, connected: ssl.SSLSocket) -> None:
        self._socket = connected

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    def may_write(self, topics: Iterable[str]) -> Mapping[str, bool]:
        """Whether each topic may be written."""
        body = struct.pack(">hhi", -1, -1, 10_000) + _array(
            _string(topic) + _array([struct.pack(">i", 0) + _bytes(_spoilt_batch())])
            for topic in topics
        )
        answer = _Reader(self._ask(PRODUCE, body))
        codes = {}
        for _ in range(answer.int32()):
            topic = answer.string()
            for _ in range(answer.int32()):
                answer.int32()
                codes[topic] = answer.int16()
                answer.skip(16)
        return {topic: _is_open(PRODUCE, code) for topic, code in codes.items()}

    def may_read(self, topics: Iterable[str]) -> Mapping[str, bool]:
        """Whether each topic may be read."""
        body = struct.pack(">iiiib", -1, 0, 0, 1, 0) + _array(
            _string(topic) + _array([struct.pack(">iqi", 0, 0, 1)]) for topic in topics
        )
        answer = _Reader(self._ask(FETCH, body))
        answer.skip(4)
        codes = {}
        for _ in range(answer.int32()):
            topic = answer.string()
            for _ in range(answer.int32()):
                answer.skip(4)
                codes[topic] = answer.int16()
                answer.skip(16)
                answer.skip(16 * max(0, answer.int32()))
                answer.skip(max(0, answer.int32()))
        return {topic: _is_open(FETCH, code) for topic, code in codes.items()}

    def may_join(self, group: str) -> bool:
        """Whether it may be a member of a consumer group."""
        body = _string(group) + struct.pack(">i", 0) + _string("nobody")
        return _is_open(HEARTBEAT, _Reader(self._ask(HEARTBEAT, body)).int16())

    def may_administer(self) -> bool:
        """Whether it may see the access rules: the least of an administrator's rights."""
        # Any resource, any name, any pattern, any principal, any host, any operation, any decision.
        body = struct.pack(">bhbhhbb", 1, -1, 1, -1, -1, 1, 1)
        answer = _Reader(self._ask(DESCRIBE_ACLS, body))
        answer.skip(4)
        code = answer.int16()
        if code not in (NO_ERROR, *REFUSED):
            raise Unexpected(f"describing access rules: error {code}")
        return code == NO_ERROR

    def _ask(self, request: int, body: bytes) -> bytes:
        head = struct.pack(">hhi", request, _VERSIONS[request], 7) + _string("doors")
        self._socket.sendall(_bytes(head + body))
        (length,) = struct.unpack(">i", self._read(4))
        answer = self._read(length)
        if struct.unpack_from(">i", answer)[0] != 7:
            raise Unexpected("an answer to another request")
        return answer[4:]

    def _read(self, length: int) -> bytes:
        found = b""
        while len(found) < length:
            piece = self._socket.recv(length - len(found))
            if not piece:
                raise ConnectionResetError("the broker hung up")
            found += piece
        return found


def _is_open(request: int, code: int) -> bool:
    if code in REFUSED or (request != HEARTBEAT and code == UNKNOWN_TOPIC):
        return False
    if code in _OPEN[request]:
        return True
    raise Unexpected(f"request {request}: error {code}")


def _spoilt_batch() -> bytes:
    """A record batch in the present format whose checksum does not fit."""
    record = bytes([14, 0, 0, 0, 1, 2, 120, 0])  # one record without key, its value "x"
    after_checksum = struct.pack(">hiqqqhii", 0, 0, 0, 0, -1, -1, -1, 1) + record
    return struct.pack(">qiibI", 0, 9 + len(after_checksum), -1, 2, 0xBAD0BAD0) + after_checksum


def _string(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">h", len(encoded)) + encoded


def _bytes(data: bytes) -> bytes:
    return struct.pack(">i", len(data)) + data


def _array(items: Iterable[bytes]) -> bytes:
    listed = list(items)
    return struct.pack(">i", len(listed)) + b"".join(listed)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def skip(self, length: int) -> None:
        self._at += length

    def int16(self) -> int:
        return self._take(">h", 2)

    def int32(self) -> int:
        return self._take(">i", 4)

    def string(self) -> str:
        length = self.int16()
        self._at += length
        return self._data[self._at - length : self._at].decode()

    def _take(self, layout: str, size: int) -> int:
        (value,) = struct.unpack_from(layout, self._data, self._at)
        self._at += size
        return int(value)
