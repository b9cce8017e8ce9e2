"""A visitor of the marketing site with its banner: one server and one browser for the module."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, Page, Playwright

from consentinel.scanner.demo.loopback import LoopbackServer
from tests.banner.e2e.page_objects import BannerPage
from tests.support.browsing import launch_on_loopback
from tests.support.sites import Site
from tests.support.tls import make_tls_files


@dataclass(frozen=True)
class Visitors:
    """Opens pages of a site; its log is that of the server."""

    site: Site
    browser: Browser

    @contextmanager
    def page(self) -> Iterator[Page]:
        """Yield a page of a visitor who has never been here, and leave it: what tags send then is awaited."""
        self.site.log.clear()
        context = self.browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        try:
            yield page
            page.goto("about:blank")
            BannerPage(page, self.site).settle()
        finally:
            context.close()


@contextmanager
def visiting(site: Site, playwright: Playwright, executable: Path) -> Iterator[Visitors]:
    """Serve `site` and launch a browser for which all hosts are there."""
    with TemporaryDirectory() as folder:
        directory = Path(folder)
        tls = make_tls_files(directory / "tls", site.hosts) if site.secure else None
        with LoopbackServer(site, tls=tls) as server:
            browser = launch_on_loopback(
                playwright, executable, directory, http_port=server.port, https_port=server.port
            )
            try:
                yield Visitors(site, browser)
            finally:
                browser.close()


@pytest.fixture(scope="module")
def visit(
    playwright: Playwright, chromium_executable: Path, request: pytest.FixtureRequest
) -> Iterator[Visitors]:
    """Visitors of the site that the module's `make_site` returns."""
    with visiting(request.module.make_site(), playwright, chromium_executable) as visitors:
        yield visitors
