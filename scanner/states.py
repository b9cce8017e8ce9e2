"""The consent states a page can be visited in, and how each is reached."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from consentinel.scanner.banners.driver import answer_banner
from consentinel.scanner.banners.heuristic import Choice
from consentinel.scanner.browser import Page
from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.own_banner import Act, answer_own_banner, own_state

__all__ = ["LEFT_ALONE", "STATE_REACHERS", "Around", "Reached", "StateReacher", "reach"]

_NO_WAY_BACK = (
    "only a banner of consentinel can be asked to take a consent back, and there is none on the page"
)


@dataclass(frozen=True)
class Reached:
    """Whether a page is in the state now.

    method: how it got there, None where it did not. detail: what was clicked, or why it failed; the same in
    every scan of an unchanged site, with text of the page in it (escape it).
    """

    reached: bool
    method: Literal["nothing-clicked", "own-api", "rule", "heuristic"] | None
    detail: str


async def _no_settling() -> None:
    """For a page of which nobody waits that it comes to rest."""


@dataclass(frozen=True, kw_only=True)
class Around:
    """What surrounds an answer. timeout_s: how long a banner is waited for.

    before_click: called once, right before what answers, when what was seen so far ends. settle: awaited
    between two answers.
    """

    timeout_s: float = 6.0
    before_click: Callable[[], None] = lambda: None
    settle: Callable[[], Awaitable[None]] = _no_settling


StateReacher = Callable[[Page, Around], Awaitable[Reached]]

LEFT_ALONE: Mapping[State, str] = {
    "no-choice": "the page was left as it loaded",  # the visitor has not answered the banner
    "gpc": "the browser said Global Privacy Control, and the page was left as it loaded",  # scanner.crawl
}
"""The states in which a page is only loaded, and what the report says of them."""


def _by_banner(choice: Choice) -> StateReacher:
    """A banner of ours is told by its API; any other is clicked."""

    async def reacher(page: Page, around: Around) -> Reached:
        if await own_state(page) is not None:
            return await _by_api(page, (choice,), around)
        outcome = await answer_banner(page, choice, around.timeout_s, around.before_click)
        return Reached(outcome.reached, outcome.method, outcome.detail)

    return reacher


async def _withdrawn(page: Page, around: Around) -> Reached:
    if await own_state(page) is None:
        return Reached(reached=False, method=None, detail=_NO_WAY_BACK)
    return await _by_api(page, ("accept", "withdraw"), around)


async def _by_api(page: Page, acts: tuple[Act, ...], around: Around) -> Reached:
    answer = await answer_own_banner(
        page,
        acts,
        timeout_s=around.timeout_s,
        before_last=around.before_click,
        settle=around.settle,
    )
    return Reached(answer.reached, "own-api" if answer.reached else None, answer.detail)


STATE_REACHERS: Mapping[State, StateReacher] = {
    "reject": _by_banner("reject"),  # refused all that needs consent, in the first or the second layer
    "accept": _by_banner("accept"),  # agreed to everything
    "withdrawn": _withdrawn,  # agreed to everything, then took it back
}
"""The states in which something is done on the start page; with LEFT_ALONE these are all there are."""


async def reach(page: Page, state: State, around: Around | None = None) -> Reached:
    """Bring a loaded page into `state`; returns as soon as its banner has closed.

    Never raises for what the page does.
    """
    if state in LEFT_ALONE:
        return Reached(reached=True, method="nothing-clicked", detail=LEFT_ALONE[state])
    return await STATE_REACHERS[state](page, around or Around())
