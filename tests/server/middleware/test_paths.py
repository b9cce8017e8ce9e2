"""Below a path: what has it, and what does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from consentinel.server.storage.database import Database
from tests.server.applications import OWN, add_site, client_of, make_app

PATH = "/consentinel"
SHOP = "https://www.shop.example"
PEOPLE = {"accept": "text/html,*/*"}


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


@pytest.mark.parametrize("start", ["", "/.", "/b/..", "%2f.", "/", "/%2e"])
@pytest.mark.parametrize("rest", ["/admin/login", "%2fadmin%2flogin", "//admin/login", "/./admin/login"])
@pytest.mark.parametrize("by", ["a proxy that strips", "a proxy that leaves the path"])
def test_t22_the_path_counts_once(client: TestClient, by: str, start: str, rest: str) -> None:
    """However it is written, and whatever the proxy makes of it: twice is never the dashboard."""
    asking = behind_a_proxy_that_strips(client) if by.endswith("strips") else client
    answer = asking.get(f"{PATH}{start}{PATH}{rest}")
    assert answer.status_code in (403, 404, 421), answer.text
    assert "password" not in answer.text


def test_with_the_path_all_is_found(client: TestClient) -> None:
    assert client.get(f"{PATH}/v1/state?site=www.shop.example").json()["decided"] is False
    assert client.get(f"{PATH}/static/consentinel.css").status_code == 200


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/admin/login", "/static/consentinel.css", "/.well-known/jwks.json"]
)
def test_what_the_machine_itself_asks_for_needs_no_path(client: TestClient, path: str) -> None:
    assert client.get(OWN + path).status_code == 200


@pytest.mark.parametrize("path", ["/administrators", "/healthz2", "/consentinelx/healthz", "/consentinel"])
def test_a_name_that_only_begins_so_is_another(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", f"{PATH}/"])
def test_people_on_the_machine_are_led_to_the_dashboard(client: TestClient, path: str) -> None:
    answer = client.get(OWN + path, headers=PEOPLE)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}/admin/")


def test_t22_a_visitor_of_the_site_is_led_nowhere(client: TestClient) -> None:
    for address in (f"{SHOP}{PATH}/", f"{SHOP}/", f"{SHOP}/admin"):
        assert client.get(address, headers=PEOPLE).status_code in (403, 404)
    forwarded = {**PEOPLE, "x-forwarded-for": "203.0.113.9"}
    for path in ("/", f"{PATH}/", "/admin"):
        assert client.get(OWN + path, headers=forwarded).status_code in (403, 404)
