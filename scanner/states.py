"""The consent states a page can be visited in, and how each is reached."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from consentinel.scanner.banners.driver import answer_banner
from consentinel.scanner.banners.heuristic import Choice
from consentinel.scanner.browser import Page
from consentinel.scanner.catalogue.taxonomy import STATES, State
from consentinel.scanner.errors import InputError

__all__ = ["STATE_REACHERS", "Reached", "StateReacher", "offered_states", "reach"]

DEFAULT_TIMEOUT_S = 6.0


@dataclass(frozen=True)
class Reached:
    """Whether a page is in the state now.

    method: how it got there, None where it did not. detail: what was clicked, or why it failed; the same in
    every scan of an unchanged site, with text of the page in it (escape it).
    """

    reached: bool
    method: Literal["nothing-clicked", "rule", "heuristic"] | None
    detail: str


class StateReacher(Protocol):
    """Bring a loaded page into one state."""

    async def __call__(self, page: Page, *, timeout_s: float, before_click: Callable[[], None]) -> Reached:
        """Return what came of it; raise nothing for what the page does."""


async def _no_choice(
    page: Page,  # noqa: ARG001 the seam's arguments; there is nothing to do with them
    *,
    timeout_s: float,  # noqa: ARG001 as above
    before_click: Callable[[], None],  # noqa: ARG001 as above
) -> Reached:
    return Reached(reached=True, method="nothing-clicked", detail="the page was left as it loaded")


def _by_banner(choice: Choice) -> StateReacher:
    async def reacher(page: Page, *, timeout_s: float, before_click: Callable[[], None]) -> Reached:
        outcome = await answer_banner(page, choice, timeout_s, before_click)
        return Reached(outcome.reached, outcome.method, outcome.detail)

    return reacher


STATE_REACHERS: Mapping[State, StateReacher] = {
    "no-choice": _no_choice,  # the visitor has not answered the banner
    "reject": _by_banner("reject"),  # refused all that needs consent, in the first or the second layer
    "accept": _by_banner("accept"),  # agreed to everything
}
"""The registry: a state is offered when it stands here."""


def offered_states() -> tuple[State, ...]:
    """Return the states that can be asked for, in the order of the taxonomy."""
    return tuple(state for state in STATES if state in STATE_REACHERS)


async def reach(
    page: Page,
    state: State,
    *,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    before_click: Callable[[], None] = lambda: None,
) -> Reached:
    """Bring a loaded page into `state`; a banner is waited for up to `timeout_s`.

    before_click: called once, right before the click that answers, when what was seen so far ends.
    Returns as soon as the banner has closed. Never raises for what the page does; InputError for a state that
    is not offered.
    """
    reacher = STATE_REACHERS.get(state)
    if reacher is None:
        raise InputError(f"the state {state} cannot be asked for: use one of {', '.join(offered_states())}")
    return await reacher(page, timeout_s=timeout_s, before_click=before_click)
