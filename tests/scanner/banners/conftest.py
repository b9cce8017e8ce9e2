"""A stage for banners: one browser a module, every request answered from tests/sites or by the test."""

import asyncio
import mimetypes
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Route, async_playwright

from consentinel.scanner.browser import plain_user_agent
from consentinel.scanner.browser_process import FLAGS
from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.states import Around, Reached, reach
from tests.support.browsers import launch_flags
from tests.support.loops import no_loop_of_playwright
from tests.support.npm import package_file

SITES = Path(__file__).resolve().parents[2] / "sites" / "banners"
ORIGIN = "https://www.site.example"

Files = Mapping[str, str | Path]


@dataclass(frozen=True)
class Played:
    """What came of one try: the answer of reach(), and what the page itself knows."""

    reached: Reached
    elapsed_s: float
    path: str
    tabs: int
    memory: Mapping[str, str]
    cookies: Mapping[str, str]
    clicks: tuple[str, ...] = field(default=())

    @property
    def choice(self) -> str | None:
        """What the page of this folder remembered."""
        return self.memory.get("choice")


Play = Callable[..., Played]


@pytest.fixture(scope="module")
def play(chromium_executable: Path) -> Iterator[Play]:
    with no_loop_of_playwright(), asyncio.Runner() as runner:
        manager = async_playwright()
        playwright = runner.run(manager.__aenter__())
        browser = runner.run(
            playwright.chromium.launch(executable_path=chromium_executable, args=[*launch_flags(), *FLAGS])
        )

        def act(
            path: str,
            state: State,
            *,
            timeout_s: float = 6.0,
            files: Files | None = None,
        ) -> Played:
            return runner.run(_play(browser, path, state, timeout_s, files or {}))

        yield act
        runner.run(browser.close())
        runner.run(manager.__aexit__())


async def _play(browser: Browser, path: str, state: State, timeout_s: float, files: Files) -> Played:
    context = await browser.new_context(user_agent=plain_user_agent(browser.version))
    try:
        await context.route("**/*", lambda route: _answer(route, files))
        page = await context.new_page()
        await page.goto(f"{ORIGIN}/{path}")
        start_s = time.perf_counter()
        reached = await reach(page, state, Around(timeout_s=timeout_s))
        return await _played(page, reached, time.perf_counter() - start_s)
    finally:
        await context.close()


async def _played(page: Page, reached: Reached, elapsed_s: float) -> Played:
    memory = await page.evaluate("() => ({ ...localStorage })")
    clicks = await page.evaluate("() => typeof clicks === 'undefined' ? [] : clicks")
    cookies = {cookie["name"]: cookie["value"] for cookie in await page.context.cookies()}
    path = urlsplit(page.url).path
    return Played(reached, elapsed_s, path, len(page.context.pages), memory, cookies, tuple(clicks))


async def _answer(route: Route, files: Files) -> None:
    name = urlsplit(route.request.url).path.lstrip("/")
    found = files.get(name, SITES / name)
    if name.startswith("npm/"):
        package, _, path = name.removeprefix("npm/").partition("/")
        found = package_file(package, path)
    if isinstance(found, str):
        await route.fulfill(body=found, content_type=mimetypes.guess_type(name)[0] or "text/html")
    elif found.is_file():
        await route.fulfill(path=found)
    else:
        await route.fulfill(body="<!doctype html><h1>Another page</h1>", content_type="text/html")
