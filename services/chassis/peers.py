"""Who is at the other end of a connection, for the application behind uvicorn."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]

PEER = "nenkin.peer"
"""Key in the ASGI scope: the client certificate's common name; absent without a certificate."""


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
    """uvicorn's protocol, which also tells the application the verified peer's name."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        peer = common_name(transport.get_extra_info("peercert"))
        inner = cast(App, self.app)

        async def with_peer(scope: Scope, receive: Any, send: Any) -> None:
            if peer is not None:
                scope[PEER] = peer
            await inner(scope, receive, send)

        self.app = cast(Any, with_peer)
