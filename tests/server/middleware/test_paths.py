"""Below a path: what has it, and what does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from consentinel.server.storage.database import Database
from tests.server.applications import add_site, client_of, make_app

PATH = "/consentinel"
SHOP = "https://www.shop.example"


class Stripping:
    """A proxy that refuses the dashboard as it knows it, and takes the path away from all else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["path"].startswith(f"{PATH}/")
        assert not scope["path"].startswith(f"{PATH}/admin")
        await self._app({**scope, "path": scope["path"].removeprefix(PATH)}, receive, send)


@pytest.fixture
def client(sqlite_database: Database, tmp_path: Path) -> Iterator[TestClient]:
    app = make_app(sqlite_database, tmp_path / "data", public_url=SHOP + PATH)
    with client_of(app, base_url=SHOP) as client:
        add_site(client, SHOP)
        yield client


def behind_a_proxy_that_strips(client: TestClient) -> TestClient:
    return TestClient(Stripping(client.app), base_url=SHOP, raise_server_exceptions=False)


@pytest.mark.parametrize("path", ["/v1/state?site=www.shop.example", "/b/www.shop.example.js", "/d/x"])
def test_t22_where_a_proxy_takes_the_path_away_nothing_works(client: TestClient, path: str) -> None:
    """So nobody keeps a proxy that `/consentinel/consentinel/admin` would pass."""
    answer = behind_a_proxy_that_strips(client).get(PATH + path)
    assert answer.status_code == 404
    assert answer.json()["detail"] == "this server is below /consentinel: the proxy must leave that path"


def test_with_the_path_all_is_found(client: TestClient) -> None:
    assert client.get(f"{PATH}/v1/state?site=www.shop.example").json()["decided"] is False
    assert client.get(f"{PATH}/static/consentinel.css").status_code == 200


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/admin/login", "/static/consentinel.css", "/.well-known/jwks.json"]
)
def test_what_the_machine_itself_asks_for_needs_no_path(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/administrators", "/healthz2", "/consentinelx/healthz", "/consentinel"])
def test_a_name_that_only_begins_so_is_another(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
