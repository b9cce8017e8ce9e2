"""The server below a path of the shop: the proof is a first-party cookie, set by HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from consentinel.scanner.demo.loopback import LoopbackServer
from consentinel.server.proof_cookie import cookie_name
from tests.server.e2e.pages import Shopper
from tests.server.e2e.proxy import SameOrigin
from tests.support.server_process import ServerProcess, run_command
from tests.support.sites import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CONFIG = """\
site: http://localhost:{port}/
banner:
  controller: Northwind Coffee GmbH, Hafenstrasse 12, Hamburg
  keep: /consentinel/v1/keep
  rules:
    - {{host: stats.example, category: performance, vendor: Stats}}
server:
  public_url: http://localhost:{port}/consentinel
"""
HEAD = '<script src="/consentinel/b/localhost.js"></script>'
STATE = "/consentinel/v1/state?site=localhost"
PROOF_COOKIE = cookie_name("localhost", host_only=False)
OPTIONAL = ("functional", "performance", "targeting")


class Shop:
    """A running shop with its server, and one visitor after the other."""

    def __init__(self, port: int, page: Page) -> None:
        self.page = page
        self.url = f"http://localhost:{port}/"
        self.visitor = Shopper(page)

    def welcomes(self) -> Shopper:
        """Open the page as somebody who has never been here."""
        self.page.context.clear_cookies()
        if self.page.url.startswith(self.url):
            self.page.evaluate("localStorage.clear()")
        self.visitor.opens(self.url)
        return self.visitor

    def cookie(self, name: str) -> dict[str, object] | None:
        """Return a cookie of the visitor."""
        found = [dict(cookie) for cookie in self.page.context.cookies(self.url) if cookie["name"] == name]
        assert len(found) <= 1
        return found[0] if found else None

    def state(self) -> dict[str, object]:
        state: dict[str, object] = self.visitor.fetches(STATE)
        return state


@pytest.fixture
def shop(tmp_path: Path, sqlite_url: str, page: Page) -> Iterator[Shop]:
    proxy = SameOrigin(Site("http://localhost/").page("/", "<h1>Coffee</h1>", head=HEAD))
    with LoopbackServer(proxy) as pages:
        (tmp_path / "consentinel.yaml").write_text(CONFIG.format(port=pages.port))
        with ServerProcess(tmp_path, database=sqlite_url) as server:
            proxy.upstream = server.url
            published = run_command(tmp_path, sqlite_url, "publish", "--yes", "--no-screenshots")
            assert published.returncode == 0, published.stderr
            yield Shop(pages.port, page)


def test_the_server_below_a_path_of_the_shop(shop: Shop) -> None:
    the_proof_is_a_first_party_cookie(shop)
    withdrawal_closes_the_state(shop)
    a_visitor_cannot_open_what_was_refused(shop)
    the_answer_comes_back_as_a_cookie_by_http(shop)


def the_proof_is_a_first_party_cookie(shop: Shop) -> None:
    visitor = shop.welcomes()
    assert shop.state()["decided"] is False
    visitor.chooses("accept")
    proof = shop.cookie(PROOF_COOKIE)
    assert proof is not None
    assert (proof["httpOnly"], proof["sameSite"], proof["domain"]) == (True, "Lax", "localhost")
    state = shop.state()
    assert (state["decided"], state["source"]) == (True, "cookie")
    assert state["choices"] == dict.fromkeys(OPTIONAL, True)


def withdrawal_closes_the_state(shop: Shop) -> None:
    """Of the visitor who has just accepted."""
    shop.visitor.withdraws()
    shop.page.goto(shop.url)
    assert shop.state()["choices"] == dict.fromkeys(OPTIONAL, False)
    assert shop.visitor.has("performance") is False


def a_visitor_cannot_open_what_was_refused(shop: Shop) -> None:
    """The plain cookie can close, never open (T16)."""
    shop.welcomes().chooses("reject")
    plain = shop.cookie("consentinel")
    assert plain is not None
    opened = str(plain["value"]).replace("1.1000", "1.1111", 1)
    assert opened != plain["value"]
    shop.page.evaluate("(value) => { document.cookie = `consentinel=${value}; path=/` }", opened)
    assert shop.state()["choices"] == dict.fromkeys(OPTIONAL, False)


def the_answer_comes_back_as_a_cookie_by_http(shop: Shop) -> None:
    """Safari forgets after seven days what a script has set."""
    visitor = shop.welcomes()
    with shop.page.expect_response(lambda answer: answer.url.endswith("/v1/keep")) as kept:
        visitor.chooses("accept")
    assert kept.value.status == 204
    assert "consentinel=1." in (kept.value.header_value("set-cookie") or "")
