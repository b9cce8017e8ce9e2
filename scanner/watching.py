"""Looking at a page for a while as a person would: tags wait for time, for the pointer, or for a scroll."""

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from consentinel.scanner.browser import Page, PlaywrightError
from consentinel.scanner.tab import VIEWPORT

# Shares of the watch at which something is done. Early enough that what it starts is still watched.
_POINTER_AT = (0.08, 0.12)
_SCROLL_AT = (0.2, 0.3, 0.4, 0.5)
_BACK_UP_AT = 0.6
_ACT_TIMEOUT_S = 2.0


async def watch(page: Page, for_s: float, hurry: asyncio.Event) -> None:
    """Stay on the page for `for_s` seconds, move the pointer, scroll to the end and back up.

    Once `hurry` is set the rest is done without waiting.
    """
    started = time.monotonic()
    width, height = VIEWPORT
    for number, share in enumerate(_POINTER_AT):
        await _until(started + for_s * share, hurry)
        await _quietly(page.mouse.move(width * (0.3 + 0.3 * number), height * (0.4 + 0.1 * number), steps=4))
    for number, share in enumerate(_SCROLL_AT, start=1):
        await _until(started + for_s * share, hurry)
        await _quietly(_scroll(page, number / len(_SCROLL_AT)))
    await _until(started + for_s * _BACK_UP_AT, hurry)
    await _quietly(_scroll(page, 0))
    await _until(started + for_s, hurry)


async def _scroll(page: Page, share: float) -> None:
    """Turn the wheel, which pages tell from a jump by script, then go to the exact place."""
    await page.mouse.wheel(0, 400 if share else -400)
    await page.evaluate(f"() => scrollTo(0, {share} * document.documentElement.scrollHeight)")


async def _until(moment: float, hurry: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(hurry.wait(), max(0.0, moment - time.monotonic()))


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    """A page that goes away or hangs while it is watched is judged by the visit, not here."""
    try:
        await asyncio.wait_for(work, _ACT_TIMEOUT_S)
    except (PlaywrightError, TimeoutError):
        return
