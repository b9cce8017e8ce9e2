"""The engines by name, each opened and closed."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

from tests.support.browsers import find_chromium, launch_flags
from tests.support.engines.chromium import Chromium
from tests.support.engines.firefox import Firefox
from tests.support.engines.session import Engine
from tests.support.engines.webdriver import EngineError
from tests.support.engines.webkit import WebKit

NAMES = ("chromium", "firefox", "webkit")


@contextmanager
def installed(name: str) -> Iterator[Engine]:
    """Yield the engine `name`; raise EngineError where it is not installed."""
    if name == "chromium":
        with _chromium() as engine:
            yield engine
    else:
        yield Firefox() if name == "firefox" else WebKit()


@contextmanager
def _chromium() -> Iterator[Chromium]:
    executable = find_chromium()
    if executable is None:
        raise EngineError("no Chromium: set CONSENTINEL_BROWSER or run `consentinel install`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(executable), args=launch_flags())
        try:
            yield Chromium(browser)
        finally:
            browser.close()
