"""What was committed a moment ago, so that the relay need not read it back from the outbox.

A cache and nothing more: which rows there are, and in which order they go, the relay is told by the
outbox alone. A row that is not here (another instance's, one from before a crash, one that did not
go out the first time) is read.
"""

from collections.abc import Sequence
from typing import Final

from services.chassis.packing import Message

MAX_BYTES: Final = 16 * 1024 * 1024
"""Bodies kept at most: some dozen transactions. Beyond that the relay is behind, and reads."""


class Handover:
    """Rows by their ``seq``. Open only while this process relays."""

    def __init__(self) -> None:
        self._rows: dict[int, Sequence[Message]] = {}
        self._bytes = 0
        self._open = False

    def open(self) -> None:
        """From now on somebody here comes for them."""
        self._open = True

    def close(self) -> None:
        """Nobody does any more."""
        self._open = False
        self._rows.clear()
        self._bytes = 0

    def keep(self, seq: int, messages: Sequence[Message]) -> None:
        """Call it after the commit: a row that was rolled back would never be asked for."""
        size = _size(messages)
        if self._open and self._bytes + size <= MAX_BYTES:
            self._rows[seq] = messages
            self._bytes += size

    def known(self) -> list[int]:
        """The rows that need not be read."""
        return list(self._rows)

    def take(self, seq: int) -> Sequence[Message] | None:
        """A row, once: sent again, it is read."""
        messages = self._rows.pop(seq, None)
        if messages is not None:
            self._bytes -= _size(messages)
        return messages

    def forget_before(self, seq: int) -> None:
        """Rows before ``seq`` are no longer in the outbox: another relay has sent them."""
        for old in [known for known in self._rows if known < seq]:
            self.take(old)


def _size(messages: Sequence[Message]) -> int:
    return sum(len(message.body) for message in messages)
