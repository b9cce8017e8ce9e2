"""Next.js, App Router, built for production: what docs/frameworks.md says of it, in a browser."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from consentinel.scanner.demo.loopback import LoopbackServer
from tests.banner.frameworks.next_build import next_build, next_start
from tests.support.banner import built
from tests.support.browsing import launch_on_loopback
from tests.support.sites import Site
from tests.support.tls import make_tls_files

pytestmark = [pytest.mark.browser, pytest.mark.npm, pytest.mark.slow, pytest.mark.timeout(400)]

GOOGLE = "www.googletagmanager.com"
SETTINGS = {
    "site": "http://127.0.0.1/",
    "rules": [{"host": GOOGLE, "category": "performance", "vendor": "Google"}],
    "keep": "/consentinel-keep",
}
ONCE = {"/gtm.js": 1, "/gtag/js": 1}


@dataclass
class Shop:
    """The running application and what reached Google."""

    origin: str
    google: Site
    browser: Browser
    noise: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a page as a new visitor and wait until the framework has taken over."""
        self.google.log.clear()
        page = self.browser.new_context().new_page()
        page.on(
            "console", lambda message: self.noise.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: self.noise.append(str(error)))
        page.goto(f"{self.origin}{path}")
        self.settle(page)
        return page

    def settle(self, page: Page) -> None:
        """Wait until nothing more is asked for."""
        page.wait_for_function("() => window.consentinel")
        page.wait_for_load_state("networkidle")

    @property
    def requested(self) -> dict[str, int]:
        return dict(Counter(hit.path for hit in self.google.log.of(GOOGLE)))


def google() -> Site:
    site = Site(f"https://{GOOGLE}/")
    for path in ("/gtm.js", "/gtag/js"):
        site.script(path, f"(window.ran ||= []).push('{path}');")
    return site


@pytest.fixture(scope="module")
def shop(
    playwright: Playwright, chromium_executable: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    strict = built({**SETTINGS, "mode": "strict"})
    public = built(SETTINGS) | {f"strict/{name}": content for name, content in strict.items()}
    folder = next_build(strict["consentinel-policy.mjs"].decode())
    tls = make_tls_files(tmp_path_factory.mktemp("tls"), (GOOGLE,))
    site = google()
    with (
        next_start(folder, public, tmp_path_factory.mktemp("next")) as origin,
        LoopbackServer(site, tls=tls) as server,
    ):
        browser = launch_on_loopback(
            playwright,
            chromium_executable,
            tmp_path_factory.mktemp("browser"),
            http_port=server.port,
            https_port=server.port,
        )
        yield Shop(origin, site, browser)
        browser.close()


def go(page: Page, link: str, title: str) -> None:
    """Move on inside the application; the document stays."""
    page.evaluate("window.sameDocument = true")
    page.get_by_role("link", name=link).click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.sameDocument")
    expect(page.locator("[data-consentinel-action=settings]").first).to_be_attached()


def preloads(shop: Shop, path: str) -> int:
    """Return how many preloads of Google's scripts stand in the HTML."""
    text = httpx2.get(f"{shop.origin}{path}", trust_env=False).text
    return text.count(f'<link rel="preload" href="https://{GOOGLE}')


def test_before_interactive_is_too_late(shop: Shop) -> None:
    shop.open("/naive")
    assert preloads(shop, "/naive") == 1
    assert shop.requested == {"/gtm.js": 1}


def test_a_plain_tag_and_tags_of_the_browser_are_held_and_run_once(shop: Shop) -> None:
    shop.noise.clear()
    assert preloads(shop, "/") == 0
    page = shop.open("/")
    go(page, "second", "Second")
    assert shop.requested == {}
    page.evaluate("() => consentinel.accept()")
    page.wait_for_function("() => window.ran?.length === 2")
    go(page, "home", "Home")
    go(page, "second", "Second")
    assert (shop.requested, page.evaluate("window.ran.length")) == (ONCE, 2)
    assert shop.noise == []


def test_with_an_answer_the_tags_run_at_once_and_once(shop: Shop) -> None:
    page = shop.open("/")
    page.evaluate("() => consentinel.accept()")
    page.wait_for_function("() => window.ran?.length === 2")
    shop.google.log.clear()
    page.goto(f"{shop.origin}/second")
    page.wait_for_function("() => window.ran?.length === 2")
    go(page, "home", "Home")
    assert (shop.requested, page.evaluate("window.ran.length")) == (ONCE, 2)


def test_strict_stops_the_preloads_of_the_server_too(shop: Shop) -> None:
    assert preloads(shop, "/strict") == 2
    page = shop.open("/strict")
    go(page, "second", "Strict second")
    assert shop.requested == {}
    with page.expect_event("load"):
        page.evaluate("() => void consentinel.accept()")
    page.wait_for_function("() => window.ran?.length === 2")
    go(page, "home", "Strict home")
    assert (shop.requested, page.evaluate("window.ran.length")) == (ONCE, 2)

    with page.expect_event("load"):
        page.evaluate("() => void consentinel.withdraw()")
    shop.settle(page)
    shop.google.log.clear()
    page.reload()
    shop.settle(page)
    go(page, "second", "Strict second")
    assert shop.requested == {}


def test_the_application_sets_the_cookie_by_http(shop: Shop) -> None:
    page = shop.open("/")
    with page.expect_response("**/consentinel-keep") as answered:
        page.evaluate("() => consentinel.reject()")
    value = next(cookie["value"] for cookie in page.context.cookies() if cookie.get("name") == "consentinel")
    assert (
        answered.value.header_value("set-cookie")
        == f"consentinel={value}; Path=/; Max-Age=15724800; SameSite=Lax"
    )
