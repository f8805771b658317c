"""HTTPS listeners inside the service's own event loop."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from services.chassis.peers import PeerProtocol
from services.chassis.settings import ServiceSettings


class _Server(uvicorn.Server):
    """Signals are the service's to handle, not the listener's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Listener:
    """One HTTPS port. With ``clients`` every peer must show a certificate of our authority;
    without, the port is for browsers and anybody may connect. ``certificate`` is another chain
    and key than the service's own: one that browsers know."""

    def __init__(
        self,
        app: FastAPI,
        settings: ServiceSettings,
        host: str,
        port: int,
        *,
        clients: bool,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self._host = host
        self._port = port
        chain, key = certificate or (
            settings.certs_dir / f"{settings.service}.crt",
            settings.certs_dir / f"{settings.service}.key",
        )
        config = uvicorn.Config(
            app,
            http=PeerProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=10,
            timeout_keep_alive=30,
            limit_concurrency=500,
            ssl_certfile=str(chain),
            ssl_keyfile=str(key),
            ssl_ca_certs=str(settings.certs_dir / "ca.pem") if clients else None,
            ssl_cert_reqs=ssl.CERT_REQUIRED if clients else ssl.CERT_NONE,
        )
        config.load()
        if config.ssl is None:
            raise RuntimeError("a listener without TLS")
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_3 if clients else ssl.TLSVersion.TLSv1_2
        self._server = _Server(config)
        self._task: asyncio.Task[Any] | None = None
        self.port = port

    async def start(self) -> None:
        """Listen; ``port`` is the real one afterwards."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((self._host, self._port))
        self.port = listening.getsockname()[1]
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))
        while not self._server.started:
            if self._task.done():
                await self._task
                raise RuntimeError("the listener ended before it began")
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Answer what is under way, then close."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
