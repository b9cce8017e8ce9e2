"""Watch where clicks on a banner lead: a reload is fine, another page or a new tab is not."""

import asyncio
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlsplit

from consentinel.scanner.browser import Frame, Page, PlaywrightError

GRACE_S = 0.05
"""A click's navigation reaches us a few milliseconds after the click came back."""
COMMIT_TIMEOUT_S = 5.0
LOAD_TIMEOUT_MS = 5_000


class _Request(Protocol):
    """The part of a browser's request that is used here."""

    @property
    def frame(self) -> Frame:
        """The frame that asked."""

    def is_navigation_request(self) -> bool:
        """Whether it loads a document."""


class Navigation:
    """A context manager around the clicks on one page; tabs that open meanwhile are closed."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._start = _place(page.url)
        self._asked = False
        self._opened_tab = False
        self._committed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._page.on("request", self._on_request)
        self._page.on("framenavigated", self._on_navigated)
        self._page.on("popup", self._on_popup)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._page.remove_listener("request", self._on_request)
        self._page.remove_listener("framenavigated", self._on_navigated)
        self._page.remove_listener("popup", self._on_popup)

    def left(self) -> bool:
        """Say whether a click led to another path or a new tab; query and fragment may change."""
        return self._opened_tab or _place(self._page.url) != self._start

    async def reloaded(self) -> bool:
        """Wait for a document load that a click started, if one did; say whether there was one."""
        await asyncio.sleep(GRACE_S)
        if not self._asked:
            return False
        try:
            await asyncio.wait_for(self._committed.wait(), COMMIT_TIMEOUT_S)
            await self._page.wait_for_load_state("domcontentloaded", timeout=LOAD_TIMEOUT_MS)
        except (PlaywrightError, TimeoutError):
            return self._committed.is_set()
        return True

    async def left_and_undone(self) -> bool:
        """Go back if a click led to another page; say whether it did."""
        if not self.left():
            return False
        if _place(self._page.url) != self._start:
            await self._page.go_back(wait_until="domcontentloaded", timeout=LOAD_TIMEOUT_MS)
        self._opened_tab = False
        return True

    def _on_request(self, request: _Request) -> None:
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            self._asked = True

    def _on_navigated(self, frame: Frame) -> None:
        if self._asked and frame == self._page.main_frame:
            self._committed.set()

    def _on_popup(self, popup: Page) -> None:
        self._opened_tab = True
        task = asyncio.create_task(_close(popup))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _close(popup: Page) -> None:
    try:
        await popup.close()
    except PlaywrightError:  # it closed itself
        return


def _place(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc, parts.path
