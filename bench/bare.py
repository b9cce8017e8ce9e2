"""The yardstick: pages visited by Playwright alone, with the scanner's browser, proxy, tabs and settle rule.

No collector, no hook, no DevTools session of our own, no discovery, no screenshot, and pages are not left.
"""

import asyncio
import time
from collections.abc import Sequence

from consentinel.scanner.addresses import EgressPolicy, parse_resolve
from consentinel.scanner.browser import (
    Browser,
    LaunchOptions,
    Page,
    PlaywrightError,
    launch,
    plain_user_agent,
)
from consentinel.scanner.egress import Egress
from consentinel.scanner.settings import ScanSettings
from consentinel.scanner.tab import POLL_S, QUIET_S, VIEWPORT

_IDLE = "() => new Promise((done) => requestIdleCallback(() => done(true), {timeout: 900}))"


async def visit_bare(urls: Sequence[str], server: str, tabs: int) -> list[float]:
    """Visit all pages, the first alone, page i on tab i mod `tabs`; return when each was done, in order."""
    policy = EgressPolicy(resolve=dict([parse_resolve(f"*={server}")]))
    async with Egress(policy) as egress, launch(LaunchOptions(proxy_url=egress.url)) as browser:
        first = await _open(browser)
        ends = [await _visit(first, urls[0])]
        pages = [first, *[await _open(browser) for _ in range(min(tabs, len(urls)) - 1)]]
        queues = [urls[tab::tabs] for tab in range(len(pages))]
        queues[0] = queues[0][1:]
        done = await asyncio.gather(*map(_visit_all, pages, queues))
    return [*ends, *sorted(end for queue in done for end in queue)]


async def _visit_all(page: "_QuietPage", urls: Sequence[str]) -> list[float]:
    return [await _visit(page, url) for url in urls]


async def _visit(tab: "_QuietPage", url: str) -> float:
    tab.begin()
    await tab.page.goto(url, wait_until="commit")
    await tab.settle(ScanSettings().settle_cap_s)
    return time.monotonic()


async def _open(browser: Browser) -> "_QuietPage":
    width, height = VIEWPORT
    context = await browser.new_context(
        user_agent=plain_user_agent(browser.version),
        locale=ScanSettings().locale,
        accept_downloads=False,
        viewport={"width": width, "height": height},
    )
    return _QuietPage(await context.new_page())


class _QuietPage:
    """`Tab.settle` on Playwright's own events."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.begin()
        page.on("load", lambda _page: self._mark_loaded())
        page.on("request", self._began)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)

    def begin(self) -> None:
        self._loaded = False
        self._open: set[object] = set()
        self._last_activity = time.monotonic()

    async def settle(self, cap_s: float) -> None:
        deadline = time.monotonic() + cap_s
        while time.monotonic() < deadline:
            if self._loaded and self._is_quiet() and await self._is_idle() and self._is_quiet():
                return
            await asyncio.sleep(POLL_S)

    def _is_quiet(self) -> bool:
        return not self._open and time.monotonic() - self._last_activity >= QUIET_S

    async def _is_idle(self) -> bool:
        try:
            await asyncio.wait_for(self.page.evaluate(_IDLE), 1.0)
        except (PlaywrightError, TimeoutError):
            return False
        return True

    def _mark_loaded(self) -> None:
        self._loaded = True

    def _began(self, request: object) -> None:
        self._open.add(request)
        self._last_activity = time.monotonic()

    def _ended(self, request: object) -> None:
        self._open.discard(request)
        self._last_activity = time.monotonic()
