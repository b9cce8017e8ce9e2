"""A shop with the server below a path of its own, behind the proxies that docs/same-origin.md configures."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from starlette.types import ASGIApp, Receive, Scope, Send

from consentinel.scanner.demo.loopback import LoopbackServer
from consentinel.server.app import create_app
from consentinel.server.proof_cookie import cookie_name
from consentinel.server.publishing.publisher import Publisher, Wanted
from consentinel.server.settings import ServerSettings
from consentinel.server.storage.database import Database
from consentinel.server.storage.sites import save_site
from tests.banner.hosting.servers import free_port
from tests.server.proxying.proxies import PROXIES, Ports
from tests.server.publishing.making import settings_text

pytestmark = [pytest.mark.browser, pytest.mark.engines]

HOST = "127.0.0.1"
TAG = f'<script src="/consentinel/b/{HOST}.js"></script>'
HEAD = f'<head>{TAG}<link rel="icon" href="data:,"><title>Shop</title></head>'
PAGE = f'<!doctype html><html lang="en">{HEAD}</html>'
STATE = f"fetch('/consentinel/v1/state?site={HOST}').then((answer) => answer.json())"


@dataclass
class Seen:
    """The application, and what reached it."""

    app: ASGIApp
    headers: list[dict[str, str]] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.headers.append({name.decode(): value.decode() for name, value in scope["headers"]})
        await self.app(scope, receive, send)


@dataclass(frozen=True)
class Shop:
    page: Page
    seen: Seen
    url: str
    port: int
    server_port: int

    def cookies(self) -> dict[str, dict[str, Any]]:
        return {cookie["name"]: dict(cookie) for cookie in self.page.context.cookies()}


@pytest.fixture(params=PROXIES)
def shop(
    request: pytest.FixtureRequest, sqlite_database: Database, tmp_path: Path, page: Page
) -> Iterator[Shop]:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text(PAGE)
    port = free_port()
    url = f"http://{HOST}:{port}/"
    settings = ServerSettings(data=tmp_path / "data", public_url=f"{url}consentinel")
    with sqlite_database.write() as connection:
        save_site(connection, HOST, settings_text(url), "dashboard", 1)
    app = create_app(settings, database=sqlite_database)
    publisher = Publisher(sqlite_database, app.state.consentinel.ledger, settings.public_url)
    prepared = publisher.prepare(Wanted(HOST))
    publisher.publish(prepared, publisher.contents(prepared), "ann")
    seen = Seen(app)
    with LoopbackServer(seen) as server, PROXIES[request.param](tmp_path, Ports(port, server.port)):
        yield Shop(page, seen, url, port, server.port)


def test_the_cookies_are_the_sites_own_and_set_by_http(shop: Shop) -> None:
    page = shop.page
    page.goto(shop.url)
    assert page.evaluate(STATE)["decided"] is False
    page.locator("[data-consentinel-action=accept]").click()
    page.wait_for_function(
        "!localStorage.getItem('consentinel.unsent') && !localStorage.getItem('consentinel.unkept')"
    )
    cookies = shop.cookies()
    assert cookies["consentinel"]["domain"] == HOST
    proof = cookies[cookie_name(HOST, host_only=False)]
    assert (proof["domain"], proof["httpOnly"], proof["sameSite"]) == (HOST, True, "Lax")
    state = page.evaluate(STATE)
    assert (state["decided"], state["choices"]["targeting"]) == (True, True)


def test_a_cookie_of_http_outlives_one_of_a_script(shop: Shop) -> None:
    """Safari's 7 days are for cookies of scripts: the one that is left has come by HTTP."""
    page = shop.page
    page.goto(shop.url)
    with page.expect_response("**/consentinel/v1/keep") as kept:
        page.evaluate("consentinel.reject()")
    assert kept.value.status == 204
    [field] = [
        entry["value"] for entry in kept.value.headers_array() if entry["name"].lower() == "set-cookie"
    ]
    assert field.startswith("consentinel=1.1000.")
    assert "Max-Age=15724800" in field


def test_the_proxy_says_who_asks(shop: Shop) -> None:
    """A visitor who claims another address is not believed."""
    shop.page.set_extra_http_headers({"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"})
    shop.page.goto(shop.url)
    assert shop.page.evaluate(STATE)["decided"] is False
    assert shop.seen.headers
    assert {headers["x-forwarded-for"] for headers in shop.seen.headers} <= {HOST, "192.0.2.7"}
    assert {headers["x-forwarded-proto"] for headers in shop.seen.headers} == {"http"}


def test_all_that_is_loaded_is_the_sites_own(shop: Shop) -> None:
    asked: list[str] = []
    shop.page.on("request", lambda request: asked.append(request.url))
    shop.page.goto(shop.url)
    shop.page.locator("[data-consentinel-action=settings]").click()
    shop.page.locator("csl-root dialog.settings").wait_for()
    assert [url for url in asked if not url.startswith((shop.url, "data:"))] == []


def answered(port: int, path: str, host: str = "") -> tuple[int, bytes]:
    """Ask for a path as it is written here: no program makes it tidy on its way."""
    with closing(HTTPConnection(HOST, port, timeout=20)) as connection:
        connection.putrequest("GET", path, skip_host=True)
        connection.putheader("Host", host or f"{HOST}:{port}")
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_t22_the_dashboard_is_not_below_the_shop(shop: Shop) -> None:
    """However the path is written; who runs the server reaches it past the proxy."""
    assert answered(shop.server_port, "/admin/login", f"{HOST}:8080")[0] == 200
    for path in ("admin", "admin/", "admin/login", "%61dmin/login", "./admin/login", "b/../admin/login"):
        assert answered(shop.port, f"/consentinel/{path}")[0] == 403, path
    for path in (
        "/admin/login",
        "%2Fadmin/login",
        "b/%2e%2e/admin/login",
        "ADMIN/login",
        "%ff/../admin/login",
    ):
        status, body = answered(shop.port, f"/consentinel/{path}")
        assert status >= 400, path
        assert b"password" not in body, path
    assert answered(shop.port, f"/consentinel/b/{HOST}.js")[0] == 200
