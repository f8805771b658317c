"""What the terminal shows: one line a step, and a sign of life from every wait."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from deploy.local.errors import Interrupted, StackError

_SIGN_OF_LIFE_S = 3.0


class Progress:
    """Says what happens, waits with a sign of life, and lets all waits be broken off at once.

    Safe to use from several threads: the steps of ``up`` run side by side.
    """

    def __init__(self, stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self._stream = stream or sys.stdout
        self._quiet = quiet
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._cancelled = threading.Event()

    @property
    def seconds(self) -> float:
        """Seconds since this command began."""
        return time.monotonic() - self._began

    def say(self, step: str, text: str) -> None:
        if self._quiet:
            return
        with self._lock:
            print(f"{self.seconds:6.1f}s  {step:<13} {text}", file=self._stream, flush=True)

    def cancel(self) -> None:
        """Break off every wait, in whatever thread."""
        self._cancelled.set()

    def resume(self) -> None:
        """Waits hold again: what was broken off is over."""
        self._cancelled.clear()

    def check(self) -> None:
        """Raises ``Interrupted`` once ``cancel`` was called."""
        if self._cancelled.is_set():
            raise Interrupted("broken off")

    def wait_until(
        self,
        step: str,
        what: str,
        done: Callable[[], bool],
        *,
        timeout: float,
        every: float = 0.05,
        detail: Callable[[], str] = str,
    ) -> None:
        """Wait until ``done()``; ``timeout`` and ``every`` are seconds.

        Raises ``StackError`` when it takes too long, ``Interrupted`` when broken off.
        """
        began = said = time.monotonic()
        while not done():
            self.check()
            now = time.monotonic()
            if now - began > timeout:
                raise StackError(f"{what}: nothing after {timeout:.0f} s. {detail()}".rstrip())
            if now - said > _SIGN_OF_LIFE_S:
                said = now
                self.say(step, f"{what} … {now - began:.0f} s {detail()}".rstrip())
            self._cancelled.wait(every)

    @contextmanager
    def busy(self, step: str, what: str) -> Iterator[None]:
        """Give a sign of life for as long as the block runs."""
        over = threading.Event()
        began = time.monotonic()

        def show() -> None:
            while not over.wait(_SIGN_OF_LIFE_S):
                self.say(step, f"{what} … {time.monotonic() - began:.0f} s")

        thread = threading.Thread(target=show, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
