"""Answer a banner of ours by its own API: no button has to be found, and it says itself what came of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import msgspec

from consentinel.scanner.banners.navigation import Navigation
from consentinel.scanner.browser import Page, PlaywrightError

__all__ = ["Act", "Answer", "OwnState", "answer_own_banner", "own_state"]

Act = Literal["accept", "reject", "withdraw"]

_PAUSE_S = 0.05
_READ_TIMEOUT_S = 2.0
_STATE = """() => {
  const state = window.consentinel?.state?.();
  return state ? {decided: state.decided, choices: {...state.choices}} : null;
}"""
# The method is kept in the record of the answer, and rates leave it out.
_CALL = "(act) => window.consentinel[act]('scan')"
_GONE = "the page went away or hung while its banner was answered"


class OwnState(msgspec.Struct, frozen=True):
    """What `consentinel.state()` of a page says: whether a choice was made, and what it grants."""

    decided: bool
    choices: dict[str, bool]

    @property
    def granted(self) -> frozenset[str]:
        """The categories that are granted and need consent."""
        return frozenset(name for name, on in self.choices.items() if on and name != "strictly-necessary")

    def shows(self, act: Act) -> bool:
        """Say whether this is what a page says after `act`."""
        if act == "accept":
            return self.decided and {"functional", "performance", "targeting"} <= self.granted
        return not self.granted and (self.decided or act == "withdraw")


@dataclass(frozen=True)
class Answer:
    """Whether the banner did what it was told, and one sentence about it."""

    reached: bool
    detail: str


async def own_state(page: Page) -> OwnState | None:
    """Return what a banner of ours says of itself; None where there is none, or nothing that is its state."""
    with suppress(PlaywrightError, TimeoutError, msgspec.ValidationError):
        return msgspec.convert(await asyncio.wait_for(page.evaluate(_STATE), _READ_TIMEOUT_S), OwnState)
    return None


async def answer_own_banner(
    page: Page,
    acts: tuple[Act, ...],
    *,
    timeout_s: float,
    before_last: Callable[[], None],
    settle: Callable[[], Awaitable[None]],
) -> Answer:
    """Call `acts` one after the other, each within `timeout_s`; `settle` is awaited between two.

    before_last: called right before the last act. A page may load itself anew after each, as in mode strict.
    Never raises for what the page does.
    """
    for act in acts:
        if act != acts[0]:
            await settle()
        if act == acts[-1]:
            before_last()
        problem = await _answer(page, act, timeout_s)
        if problem:
            return Answer(False, problem)
    return Answer(True, f"called {' and '.join(f'consentinel.{act}()' for act in acts)}")


async def _answer(page: Page, act: Act, timeout_s: float) -> str:
    """Call one act; return what is wrong then, '' where nothing is."""
    deadline_s = time.monotonic() + timeout_s
    with Navigation(page) as navigation:
        with suppress(PlaywrightError, TimeoutError):  # where the page loads anew, no answer comes
            await asyncio.wait_for(page.evaluate(_CALL, act), timeout_s)
        with suppress(PlaywrightError):
            await navigation.reloaded()
    return await _until_shown(page, act, deadline_s)


async def _until_shown(page: Page, act: Act, deadline_s: float) -> str:
    state = await own_state(page)
    while state is None or not state.shows(act):
        if time.monotonic() > deadline_s:
            return _GONE if state is None else f"consentinel.{act}() was called, but state() does not show it"
        await asyncio.sleep(_PAUSE_S)
        state = await own_state(page)
    return ""
