"""Headers that go with every answer to a browser, whatever became of the request."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

API_POLICY: Final = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Data is shown by nobody: a browser that is led to it runs and loads nothing."""
DOCS_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""The API page: our own files and nothing inline (C09: nothing from elsewhere)."""

_ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-robots-tag": "noindex",
}
_TRANSPORT: Final = "max-age=31536000; includeSubDomains"


class SecurityHeaders:
    """Adds the headers to every answer, errors of the framework included."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        docs = scope["path"].startswith("/api/docs")
        wanted = {
            **_ALWAYS,
            "content-security-policy": DOCS_POLICY if docs else API_POLICY,
            "cache-control": "no-cache" if docs else "no-store",
        }
        if not _is_local(scope):
            wanted["strict-transport-security"] = _TRANSPORT

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                ours = {name.encode(): value.encode() for name, value in wanted.items()}
                kept = [(n, v) for n, v in message["headers"] if n.lower() not in ours]
                message["headers"] = [*kept, *ours.items()]
            await send(message)

        await self._app(scope, receive, with_headers)


def _is_local(scope: Scope) -> bool:
    """Whether the request was addressed to ``localhost``.

    Strict-Transport-Security holds for all ports of a name: on a developer's machine it would lock
    the browser out of everything else that answers on ``localhost``.
    """
    host: bytes = dict(scope["headers"]).get(b"host", b"")
    name = host.rpartition(b":")[0] or host
    return name == b"localhost" or name.endswith(b".localhost")
