"""Taking in a file as a request's body: chunk by chunk, under a limit of the door's own.

Every other body is gathered, looked at and limited before a handler sees it (`http.Guard`). A file
is no JSON: a door that takes one reads it from here and declares no body to the framework.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

from fastapi import Request

from services.chassis import problems

RECEIVE: Final = "nenkin.receive"
"""Key in the ASGI scope: what the body comes from, as it comes."""
MEDIA_TYPES: Final = ("text/csv", "application/octet-stream")
"""What a file may call itself."""


def described(text: str) -> dict[str, Any]:
    """How the API describes the body of a door that takes a file (``openapi_extra``)."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES}
    return {"requestBody": {"description": text, "required": True, "content": content}}


async def chunks(request: Request, max_bytes: int, timeout_s: float) -> AsyncIterator[bytes]:
    """The body as it comes. Raises CH-0007 beyond ``max_bytes``, CH-0011 where it is not complete
    within ``timeout_s`` seconds, CH-0002 where the sender hangs up before its end."""
    receive: Callable[[], Awaitable[Any]] = request.scope[RECEIVE]
    deadline = time.monotonic() + timeout_s
    length = 0
    more = True
    while more:
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                message = await receive()
        except TimeoutError:
            raise problems.too_slow() from None
        if message["type"] != "http.request":
            raise problems.unreadable_body()
        chunk: bytes = message.get("body", b"")
        length += len(chunk)
        if length > max_bytes:
            raise problems.too_large(max_bytes)
        more = message.get("more_body", False)
        if chunk:
            yield chunk
