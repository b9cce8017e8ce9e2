"""Chromium through Playwright."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Error, Page

from tests.support.engines.webdriver import EngineError

# The matrix asks a lot of one page, and CI machines are slow.
_PATIENCE_MS = 90_000


@dataclass(frozen=True)
class ChromiumSession:
    """A page of a context of its own."""

    page: Page

    def goto(self, url: str) -> None:
        """Open `url` and wait for its load event."""
        self.page.goto(url, timeout=_PATIENCE_MS)

    def run(self, body: str) -> Any:
        """Run the body of an async function in the page and return what it returns."""
        try:
            return self.page.evaluate(f"async () => {{ {body} }}")
        except Error as error:
            raise EngineError(f"Chromium: {error}") from error


@dataclass(frozen=True)
class Chromium:
    """The engine over a browser that somebody else has launched and closes."""

    browser: Browser
    name: str = "chromium"

    @contextmanager
    def session(self) -> Iterator[ChromiumSession]:
        """Open a page in a fresh context, and close it."""
        context = self.browser.new_context()
        try:
            yield ChromiumSession(context.new_page())
        finally:
            context.close()
