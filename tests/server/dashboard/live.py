"""The dashboard for a real browser: in this process, on a loopback port, with a clock that stands still."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from playwright.sync_api import BrowserContext
from sqlalchemy.engine import Connection
from starlette.types import ASGIApp

from consentinel.server.admin.cookies import NAME
from consentinel.server.storage.database import Database
from tests.server.applications import make_app
from tests.server.dashboard.conftest import log_in
from tests.server.dashboard.world import publish_typical


@dataclass(frozen=True)
class Live:
    """A running server and the token of a session."""

    url: str
    token: str

    def log_in(self, context: BrowserContext) -> None:
        """Let a browser be that of the administrator."""
        context.add_cookies([{"name": NAME, "value": self.token, "url": self.url}])


@contextmanager
def live(
    database: Database, folder: Path, fill: Callable[[Connection], None], *, publish: bool = False
) -> Iterator[Live]:
    """Serve a database after `fill` has filled it. publish: with a version of the banner."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = int(listening.getsockname()[1])
        url = f"http://127.0.0.1:{port}"
        app = make_app(database, folder, public_url=url, port=port)
        with database.write() as connection:
            fill(connection)
        if publish:
            publish_typical(database, app.state.consentinel.ledger)
        with _running(app, listening):
            yield Live(url, log_in(database))


@contextmanager
def _running(app: ASGIApp, listening: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, log_level="critical", ws="none"))
    started = threading.Event()
    startup = server.startup

    async def say(sockets: list[socket.socket] | None = None) -> None:
        await startup(sockets)
        started.set()

    server.startup = say  # type: ignore[method-assign]  # uvicorn tells nobody
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        assert started.wait(60)
        yield
    finally:
        server.should_exit = True
        thread.join()
