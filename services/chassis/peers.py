"""Who is at the other end of a connection, for the application behind uvicorn."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]

PEER = "nenkin.peer"
"""Key in the ASGI scope: the client certificate's common name; absent without a certificate."""

HEAD_S = 20
"""Seconds that a request's head may take, from the connection or the head before it."""
HEAD_BYTES = 64 * 1024
FAREWELL_S = 0.5
"""Seconds that a peer has to say farewell once a stopping service has answered it and closed."""


def common_name(certificate: dict[str, Any] | None) -> str | None:
    """The subject's common name, if it has exactly one."""
    names = [
        value
        for rdn in (certificate or {}).get("subject", ())
        for key, value in rdn
        if key == "commonName"
    ]
    return names[0] if len(names) == 1 else None


class PeerProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which also tells the application the verified peer's name, and hangs up
    on who does not come to the end of a request's head: uvicorn waits and gathers for ever. When
    the service stops it waits for no farewell: TLS wants one, and who is idle does not read."""

    _deadline: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect_head()
        peer = common_name(transport.get_extra_info("peercert"))
        inner = cast(App, self.app)

        async def with_peer(scope: Scope, receive: Any, send: Any) -> None:
            if peer is not None:
                scope[PEER] = peer
            await inner(scope, receive, send)

        self.app = cast(Any, with_peer)

    def _expect_head(self) -> None:
        if self._deadline is None:
            self._head_bytes = 0
            self._deadline = self.loop.call_later(HEAD_S, self.transport.abort)

    def _head_is_here(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._deadline is not None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self.transport.abort()

    def on_message_begin(self) -> None:
        self._expect_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head_is_here()
        super().on_headers_complete()

    def shutdown(self) -> None:
        super().shutdown()
        self._hang_up()

    def _hang_up(self) -> None:
        closed = self.transport.is_closing()
        self.loop.call_later(FAREWELL_S, self.transport.abort if closed else self._hang_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        super().connection_lost(exc)
