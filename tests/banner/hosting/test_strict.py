"""Strict end to end, with real servers and a browser: nothing, after accept everything, then nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.banner.hosting import servers
from tests.banner.hosting.shop import VECTORS, tracker, write_shop
from tests.conftest import Serve
from tests.support.sites import RequestLog

pytestmark = pytest.mark.browser

OWN = "() => [window.own, window.inline, document.images[document.images.length - 1].naturalWidth]"
VIOLATIONS = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.blockedURI));
"""
SERVERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "nginx": (servers.nginx, {}),
    "nginx with gated tags": (servers.nginx, {"gated": True}),
    "caddy": (servers.caddy, {}),
    "cloudflare": (servers.cloudflare, {}),
    "service worker": (servers.static, {"meta": True, "service_worker": "/consentinel-sw.js"}),
}


def kinds(*names: str) -> list[Any]:
    """Return the parameters for servers; those that a machine may not have run with the engines."""
    marks = {name: [pytest.mark.engines] for name in names if name.startswith(("nginx", "caddy"))}
    return [pytest.param(name, marks=marks.get(name, [])) for name in names]


class Shop:
    """The site in a browser, and what reached the tracker."""

    def __init__(self, page: Page, origin: str, log: RequestLog) -> None:
        self.page = page
        self.origin = origin
        self.log = log
        page.add_init_script(VIOLATIONS)

    def open(self, path: str = "/") -> None:
        """Go to a page with a clean log."""
        self.page.goto("about:blank")
        self.log.clear()
        self.page.goto(f"{self.origin}{path}", wait_until="load")
        self.check()

    def choose(self, call: str) -> None:
        """Answer by the API; the page loads again."""
        with self.page.expect_event("load"):
            self.page.evaluate(f"() => void consentinel.{call}()")
        self.check()

    def check(self) -> None:
        """See that the site's own code and images work and that the banner is there."""
        self.page.wait_for_function("() => window.consentinel")
        assert self.page.evaluate(OWN) == [True, True, 1]
        expect(self.page.locator("[data-consentinel-action]").first).to_be_attached()

    @property
    def requested(self) -> list[str]:
        return sorted(hit.path.removeprefix("/") for hit in self.log.hits)

    @property
    def tracked(self) -> bool:
        return any(cookie.get("name") == "_tracked" for cookie in self.page.context.cookies(self.origin))


@contextmanager
def shop(kind: str, page: Page, serve: Serve, folder: Path) -> Iterator[Shop]:
    server, more = SERVERS[kind]
    site = tracker()
    files = write_shop(folder / "root", f"http://localhost:{serve(site).port}", **more)
    with server(folder / "server", files, folder / "root") as origin:
        yield Shop(page, origin, site.log)


@pytest.mark.parametrize("kind", kinds(*SERVERS))
def test_no_choice_accept_withdraw(kind: str, page: Page, serve: Serve, tmp_path: Path) -> None:
    with shop(kind, page, serve, tmp_path) as site:
        site.open()
        site.open("/second.html")
        assert (site.requested, site.tracked) == ([], False)

        site.choose("accept")
        page.wait_for_load_state("networkidle")
        assert frozenset(site.requested) == VECTORS
        assert page.evaluate("window.violations") == []
        assert page.evaluate("window.ran") == ["script", "module"]
        assert site.tracked

        site.choose("withdraw")
        site.open()
        assert (site.requested, site.tracked) == ([], False)


@pytest.mark.parametrize("kind", kinds("nginx", "service worker"))
def test_going_back_after_a_withdrawal_shows_no_page_of_before(
    kind: str, page: Page, serve: Serve, tmp_path: Path
) -> None:
    with shop(kind, page, serve, tmp_path) as site:
        site.open()
        site.choose("accept")
        page.wait_for_load_state("networkidle")
        page.goto(f"{site.origin}/second.html")
        site.choose("withdraw")
        page.wait_for_load_state("networkidle")
        site.log.clear()
        page.go_back(wait_until="load")
        page.wait_for_function("() => window.consentinel && !consentinel.state().choices.targeting")
        page.wait_for_load_state("networkidle")
        assert site.requested == []


@pytest.mark.engines
def test_a_category_that_is_not_the_tag_s_opens_nothing(page: Page, serve: Serve, tmp_path: Path) -> None:
    with shop("nginx", page, serve, tmp_path) as site:
        site.open()
        with page.expect_event("load"):
            page.evaluate("() => void consentinel.save({ functional: true, performance: true })")
        site.open()
        assert (site.requested, site.tracked) == ([], False)


@pytest.mark.engines
def test_without_our_script_the_policy_holds(page: Page, serve: Serve, tmp_path: Path) -> None:
    with shop("nginx", page, serve, tmp_path) as site:
        page.route("**/consentinel.js", lambda route: route.abort())
        page.goto(f"{site.origin}/", wait_until="load")
        page.wait_for_load_state("networkidle")
        assert page.evaluate(OWN) == [True, True, 1]
        assert site.requested == []
