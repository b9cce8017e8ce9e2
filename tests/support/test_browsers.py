"""The harness itself: the browser is found, and asyncio still works after the sync `page` fixture."""

import asyncio
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.conftest import Serve
from tests.support.browsers import find_chromium
from tests.support.sites import Site


def test_the_named_browser_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSENTINEL_BROWSER", "/opt/mine/chrome")
    assert find_chromium() == Path("/opt/mine/chrome")


def test_the_newest_of_playwrights_browsers_comes_before_the_systems(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CONSENTINEL_BROWSER", raising=False)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    for revision in (1200, 999):
        chrome = tmp_path / f"chromium-{revision}" / "chrome-linux64" / "chrome"
        chrome.parent.mkdir(parents=True)
        chrome.touch(mode=0o755)
    assert find_chromium() == tmp_path / "chromium-1200" / "chrome-linux64" / "chrome"


@pytest.mark.browser
def test_page_fixture_shows_a_site(page: Page, serve: Serve) -> None:
    server = serve(Site("http://127.0.0.1/").page("/", "<h1>Hello</h1>"))
    page.goto(f"http://{server.address}/")
    assert page.inner_text("h1") == "Hello"


async def _answer() -> int:
    return 42


def test_asyncio_runs_after_a_page_test() -> None:
    assert asyncio.run(_answer()) == 42
