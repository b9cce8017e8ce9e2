"""An ASGI application on a free loopback port, in a thread of its own."""

import asyncio
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class TlsFiles:
    """PEM files of a server: its certificate (chain) and private key, and the CA that signed it."""

    certificate: Path
    key: Path
    ca: Path


class LoopbackServer:
    """Context manager that serves `app` on 127.0.0.1 at a port the system picks.

    Entering returns once requests are answered and raises RuntimeError if the application's start-up fails.
    Leaving cancels what is still being answered, closes every connection and joins the thread.
    """

    def __init__(self, app: ASGIApp, *, tls: TlsFiles | None = None) -> None:
        self._server = _ReportingServer(_config(app, tls))
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._thread = threading.Thread(target=self._run, name="loopback-server", daemon=True)

    def __enter__(self) -> Self:
        self._socket.bind((_LOOPBACK, 0))
        self._port = int(self._socket.getsockname()[1])
        self._thread.start()
        self._server.ready.wait()
        if not self._server.started:
            self._thread.join()
            self._socket.close()
            raise RuntimeError("the application on the loopback server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()

    @property
    def port(self) -> int:
        """The TCP port; known after entering."""
        return self._port

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`, as `--resolve` takes it; known after entering."""
        return f"{_LOOPBACK}:{self._port}"

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._server.ready.set()

    async def _serve(self) -> None:
        await self._server.serve(sockets=[self._socket])
        # A TLS close waits for the peer's answer; nobody is left to wait for it.
        for connection in list(self._server.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)


class _ReportingServer(uvicorn.Server):
    """Uvicorn's server, saying when it accepts."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit:  # how uvicorn gives up; in a thread it would only be noise
            self.should_exit = True
        self.ready.set()


def _config(app: ASGIApp, tls: TlsFiles | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=0,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )
