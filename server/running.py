"""The application under uvicorn: how it starts, what it says, and how it ends."""

import gc
import os
import socket
from collections.abc import Sequence
from types import FrameType
from typing import Any

import click
import uvicorn
from starlette.applications import Starlette

from consentinel.server.admin.first_login import first_address
from consentinel.server.app import create_app
from consentinel.server.connections import Waiting, protocol
from consentinel.server.descriptors import ACCEPTED_AT_ONCE, make_room
from consentinel.server.ledger.restore import History
from consentinel.server.lifecycle import Lifecycle
from consentinel.server.listening import BACKLOG
from consentinel.server.logs import start_logging
from consentinel.server.served_at import keep_served_at
from consentinel.server.settings import ServerSettings, own_address
from consentinel.server.state import Services
from consentinel.server.storage.database import Database

_GRACE_S = 30
_EXIT_AT_ONCE = 130
# Longer than reverse proxies keep an idle connection (nginx: 60 s): none is used again just as it ends here.
_KEEP_ALIVE_S = 75


class _Server(uvicorn.Server):
    """Ends in peace at the first signal and at once at the second, and then with the status of our choice."""

    def __init__(self, config: uvicorn.Config, lines: Sequence[str]) -> None:
        """lines: what to say once requests are answered."""
        super().__init__(config)
        self._lines = lines

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Note a signal; uvicorn's own would be raised again at the end, and the status be that of a kill."""
        self.force_exit = self.should_exit
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so once requests are answered."""
        await super().startup(sockets)
        for listening in sockets or ():
            listening.listen(BACKLOG)  # uvicorn has made the queue as short as what is accepted at once
        for line in self._lines:
            click.echo(f"consentinel: {line}", err=True)


def run(settings: ServerSettings, listening: socket.socket, database: Database) -> None:
    """Run the application until a signal. Raises ConsentinelError where it cannot start."""
    app = create_app(settings, database=database)
    services: Services = app.state.consentinel
    lifecycle: Lifecycle = app.state.lifecycle
    start_logging()
    lifecycle.prepare()
    keep_served_at(database, settings.public_url)
    address = first_address(services)
    _leave_garbage_lie()
    server = _Server(_config(app, make_room()), _first_words(settings, address, services.history))
    server.run([listening])
    if server.force_exit:
        os._exit(_EXIT_AT_ONCE)  # a thread that still writes would hold the process


def _leave_garbage_lie() -> None:
    """Look for cycles less often, and never again in what was imported: a full round stops all for 80 ms."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def _config(app: Starlette, most_connections: int) -> uvicorn.Config:
    made: Any = protocol(Waiting(most=most_connections))  # called as a class is, with the same arguments
    return uvicorn.Config(
        app,
        http=made,
        backlog=ACCEPTED_AT_ONCE,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # the application looks at them by itself
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=_KEEP_ALIVE_S,
    )


def _first_words(settings: ServerSettings, setup: str | None, history: History) -> list[str]:
    """Return what to say at the start.

    setup: the address that sets up an administrator, None for none.
    """
    lines = [f"serving on {own_address(settings.host, settings.port)}"]
    if history.losses:
        lines += ["warning: no consent is served or taken", *history.losses, *history.ways_on]
    if setup is not None:
        lines.insert(0, f"set up an administrator, once and within 24 hours: {setup}")
    return lines
