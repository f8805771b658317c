"""A TCP proxy of the tests' own: what a bad network does to connections, on demand.

It passes bytes on and understands none of them: TLS goes through it from end to end. It runs in a
thread of its own, so that blocking tests can stand in front of it.
"""

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")

_CHUNK = 64 * 1024
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Proxy:
    """Listens on ``port`` and passes each connection on to ``target`` (local ports)."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self.target = target
        self._loop = asyncio.new_event_loop()
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._there, self._back = asyncio.Event(), asyncio.Event()
        self._delay = 0.0
        self._refusing = False
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.result(10)

    def cut(self, share: float, rng: random.Random, *, reset: bool) -> int:
        """Close a share of the connections now, in an orderly way or with a reset; how many."""
        return self._do(lambda: self._cut(share, rng, reset))

    def refuse(self, refusing: bool) -> None:
        """Whether new connections are hung up on at once."""
        self._do(lambda: setattr(self, "_refusing", refusing))

    def slow(self, seconds: float) -> None:
        """Hold each piece of what passes back for so long; 0: not at all."""
        self._do(lambda: setattr(self, "_delay", seconds))

    def stall(self, stalled: bool) -> None:
        """Swallow everything without a word, and give it out again when it is over."""
        self.deafen(stalled)
        self.mute(stalled)

    def deafen(self, deaf: bool) -> None:
        """Swallow what is asked: nothing more is done for the time being."""
        self._do(self._there.clear if deaf else self._there.set)

    def mute(self, muted: bool) -> None:
        """Swallow answers alone: what was asked is done, and nobody is told."""
        self._do(self._back.clear if muted else self._back.set)

    def close(self) -> None:
        """Hang up on everybody and end."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _do(self, act: Callable[[], T]) -> T:
        async def acting() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(acting(), self._loop).result(10)

    def _run(self, ready: "Future[None]") -> None:
        asyncio.set_event_loop(self._loop)
        try:
            server = self._loop.run_until_complete(self._listen())
        except OSError as error:
            ready.set_exception(error)
            return
        ready.set_result(None)
        self._loop.run_forever()
        server.close()
        for pump in self._pumps:
            pump.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._pumps, return_exceptions=True))
        self._cut(1, random.Random(0), reset=True)
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        self._there.set()
        self._back.set()
        return await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        try:
            there, to_there = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = writer, to_there
        self._pairs.add(pair)
        ways = (reader, to_there, self._there), (there, writer, self._back)
        for source, sink, flows in ways:
            pump = asyncio.create_task(self._pump(source, sink, flows, pair))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        flows: asyncio.Event,
        pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(_CHUNK):
                if self._delay:
                    await asyncio.sleep(self._delay)
                if not flows.is_set():
                    await flows.wait()
                    if source.at_eof() or source.exception():
                        break  # what somebody left who is dead by now goes down with them
                sink.write(data)
                await sink.drain()
        self._pairs.discard(pair)
        for writer in pair:
            writer.close()

    def _cut(self, share: float, rng: random.Random, reset: bool) -> int:
        chosen = [pair for pair in self._pairs if rng.random() < share]
        for pair in chosen:
            self._pairs.discard(pair)
            for writer in pair:
                if reset:
                    with contextlib.suppress(OSError):
                        _socket(writer).setsockopt(
                            socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE
                        )
                    writer.transport.abort()
                else:
                    writer.close()
        return len(chosen)


def _socket(writer: asyncio.StreamWriter) -> socket.socket:
    own: socket.socket = writer.get_extra_info("socket")
    return own
