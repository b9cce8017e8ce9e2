"""A dashboard in which somebody is logged in, on both databases."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from consentinel.server.admin.cookies import NAME
from consentinel.server.admin.sessions import csrf_of, new_session
from consentinel.server.admin.users import new_account
from consentinel.server.state import Services
from consentinel.server.storage.database import Database
from tests.server.applications import client_of, make_app, services_of
from tests.server.dashboard.world import NOW_MS


@dataclass(frozen=True)
class Console:
    """A browser without a screen, in which an administrator is logged in."""

    client: TestClient
    database: Database
    token: str

    @property
    def services(self) -> Services:
        """What the server works with."""
        return services_of(self.client)

    def get(self, path: str, status: int = 200) -> str:
        """Return a page's text, with what was escaped as it was."""
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return unescape(answer.text)

    def post(self, path: str, data: dict[str, str] | None = None, **files: tuple[str, bytes]) -> Response:
        """Send a form as a page of ours does."""
        fields = {"csrf": csrf_of(self.token), **(data or {})}
        return self.client.post(path, data=fields, files=files or None)

    def shown(self, page: str) -> str:
        """Return the fingerprint of the settings that a page with forms of them shows."""
        return next(iter(re.findall(r'name="shown" value="([^"]*)"', self.client.get(page).text)), "")

    def change(self, page: str, data: dict[str, str]) -> Response:
        """Load a page with the settings of a site, and send its form."""
        return self.post(page, {"shown": self.shown(page), **data})

    def acts(self) -> str:
        """Return the audit log."""
        return self.get("/admin/audit")


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Console]:
    with client_of(make_app(database, tmp_path / "data")) as client:
        token = log_in(database)
        client.cookies.set(NAME, token)
        yield Console(client, database, token)


def log_in(database: Database) -> str:
    """Make an administrator and return the token of a session."""
    with database.write() as connection:
        user = new_account(connection, "ada", "", NOW_MS)
        assert user is not None
        return new_session(connection, user.id, NOW_MS)
