import asyncio
import time
from typing import Any, cast

import pytest

from consentinel.scanner.browser import Page, PlaywrightError
from consentinel.scanner.watching import watch


class FakePage:
    """Remembers what was done to it and when; `fails` makes every act fail, `hangs` never returns."""

    def __init__(self, *, fails: bool = False, hangs: bool = False) -> None:
        self.mouse = self
        self.acts: list[tuple[str, float]] = []
        self._fails, self._hangs = fails, hangs

    async def _act(self, name: str) -> None:
        self.acts.append((name, time.monotonic()))
        if self._fails:
            raise PlaywrightError("the page is gone")
        if self._hangs:
            await asyncio.Event().wait()

    async def move(self, *_place: float, **_options: Any) -> None:
        await self._act("move")

    async def wheel(self, *_distance: float) -> None:
        await self._act("wheel")

    async def evaluate(self, script: str) -> None:
        await self._act("top" if "(0, 0 *" in script else "scroll")


def watched(page: FakePage, for_s: float, *, hurried: bool = False) -> float:
    async def run() -> None:
        hurry = asyncio.Event()
        if hurried:
            hurry.set()
        await watch(cast("Page", page), for_s, hurry)

    started = time.monotonic()
    asyncio.run(run())
    return time.monotonic() - started


def test_the_pointer_moves_first_then_the_page_scrolls_down_and_back_up() -> None:
    page = FakePage()
    assert watched(page, 0.3) >= 0.3
    names = [name for name, _ in page.acts if name != "wheel"]
    assert names == ["move", "move", "scroll", "scroll", "scroll", "scroll", "top"]
    assert page.acts[-1][1] - page.acts[0][1] < 0.3


def test_in_a_hurry_everything_is_done_without_waiting() -> None:
    page = FakePage()
    assert watched(page, 60, hurried=True) < 5
    assert len(page.acts) == 12


def test_a_page_that_goes_away_is_no_error() -> None:
    page = FakePage(fails=True)
    assert watched(page, 0.1) >= 0.1
    assert page.acts


def test_a_page_that_hangs_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consentinel.scanner.watching._ACT_TIMEOUT_S", 0.02)
    assert watched(FakePage(hangs=True), 0.1) < 5
