"""The application as tests use it: its lifespan runs, its clock stands still, its passwords are cheap."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.testclient import TestClient

from consentinel.server.admin.passwords import Passwords
from consentinel.server.app import create_app
from consentinel.server.settings import ServerSettings
from consentinel.server.state import Services
from consentinel.server.storage.database import Database
from consentinel.server.storage.sites import save_site

NOON_MS = 1_795_000_000_000
SHOP = "https://shop.example"
OWN = "http://127.0.0.1:8080"


@dataclass
class FixedClock:
    """Tells the time that a test sets."""

    now: int = NOON_MS

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += round(seconds * 1000)


def make_app(
    database: Database | None, data: Path, *, clock: FixedClock | None = None, **settings: Any
) -> Starlette:
    """Return an application whose passwords are quick to check; None for a database of its own."""
    app = create_app(ServerSettings(data=data, **settings), database=database, clock=clock or FixedClock())
    cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    app.state.consentinel = replace(app.state.consentinel, passwords=cheap)
    return app


@contextmanager
def client_of(app: Starlette, base_url: str = OWN, address: str = "192.0.2.1") -> Iterator[TestClient]:
    """Run the application. address: which the requests come from."""
    with TestClient(
        app,
        base_url=base_url,
        client=(address, 50_000),
        raise_server_exceptions=False,
        follow_redirects=False,
    ) as client:
        yield client


def on_the_machine(client: TestClient) -> TestClient:
    """Return a client of the same running application whose requests come from this machine."""
    inside = TestClient(client.app, base_url=OWN, client=("127.0.0.1", 50_000), raise_server_exceptions=False)
    inside.portal = client.portal
    return inside


def services_of(client: TestClient) -> Services:
    """Return what the client's application works with."""
    found: Services = client.app.state.consentinel  # type: ignore[attr-defined]
    return found


def add_site(client: TestClient, site: str = SHOP, more: str = "") -> None:
    """Add a site with the settings of a banner; `more` is further YAML of its section."""
    service = services_of(client)
    key = site.partition("://")[2].partition(":")[0].partition("/")[0]
    with service.database.write() as connection:
        save_site(connection, key, f"site: {site}/\nbanner:\n  mode: standard\n{more}", "dashboard", 1)
    with service.database.read() as connection:
        service.sites.refresh(connection)
