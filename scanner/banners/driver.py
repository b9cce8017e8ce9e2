"""Answer a page's consent banner as a visitor would: look, click, and see whether the banner went."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from consentinel.scanner.banners.heuristic import Banner, Choice, Method, Move, banners, next_move
from consentinel.scanner.banners.navigation import Navigation
from consentinel.scanner.banners.probe import Sighting, look
from consentinel.scanner.banners.rules import banner_rules
from consentinel.scanner.browser import Page, PlaywrightError

FIRST_PAUSE_S = 0.03
LONGEST_PAUSE_S = 0.2
CLICK_TIMEOUT_MS = 1_000
CLOSING_TIMEOUT_S = 3.0
RETRY_AFTER_S = 0.5
"""A banner can be drawn before its script listens: press again after this time, while nothing happened."""
SECOND_LAYER_TIMEOUT_S = 3.0
MAX_OPENED = 3
LOOKS_BEFORE_OPENING = 2
"""A second layer is opened only when the next look still shows no direct answer: some buttons come late."""

GONE = "the page went away or hung while its banner was looked for"

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """Whether the banner was answered, how, and one sentence about it that is the same in every scan."""

    reached: bool
    method: Method | None
    detail: str


@dataclass
class _Attempt:
    """What happened so far on one page."""

    page: Page
    choice: Choice
    timeout_s: float
    before_click: Callable[[], None]
    started_s: float = field(default_factory=time.monotonic)
    deadline_s: float = 0.0
    clicked: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    opened: int = 0
    opened_s: float = 0.0
    waiting_for: tuple[str | None, str, bool] | None = None
    looks: int = 0
    seen_anything: bool = False
    banner: Banner | None = None

    def __post_init__(self) -> None:
        self.deadline_s = self.started_s + self.timeout_s

    def note_click(self, move: Move) -> None:
        self.clicked.append(move.target)
        step = f"clicked {move.target}"
        if step not in self.steps:  # how often it took says more about the machine than about the site
            self.steps.append(step)

    def note_switches(self, move: Move) -> None:
        count = len(move.turn)
        self.steps.append(f"turned {'on' if move.on else 'off'} {count} switch{'' if count == 1 else 'es'}")

    def half_over(self) -> bool:
        return time.monotonic() - self.started_s >= self.timeout_s / 2


async def answer_banner(
    page: Page, choice: Choice, timeout_s: float, before_click: Callable[[], None] = lambda: None
) -> Outcome:
    """Find the banner of a loaded page within `timeout_s` and accept or reject in it.

    Never raises for what the page does: a page that goes away or fights back is an Outcome that was not
    reached. `before_click` is called once, right before the clicks that answer. A second layer may cost up to
    3 s more, the closing of the banner another 3 s.
    """
    with Navigation(page) as navigation:
        try:
            return await _drive(_Attempt(page, choice, timeout_s, before_click), navigation)
        except (PlaywrightError, TimeoutError):
            return Outcome(False, None, GONE)


async def _drive(attempt: _Attempt, navigation: Navigation) -> Outcome:
    pause_s = FIRST_PAUSE_S
    while True:
        if attempt.clicked and await navigation.left_and_undone():
            return _went_elsewhere(attempt)
        sightings = await _seen(attempt)
        move = next_move(sightings, attempt.choice)
        if move is not None and move.answers:
            return await _answer(attempt, move, navigation)
        if move is not None and _may_open(attempt, move):
            await _open(attempt, move)
            pause_s = FIRST_PAUSE_S
        await _forget(sightings)
        if time.monotonic() + pause_s > attempt.deadline_s:
            return _nothing_to_click(attempt)
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)


async def _seen(attempt: _Attempt) -> list[Sighting]:
    """Look once; a page between two documents shows nothing now and may in a moment."""
    if attempt.page.is_closed():
        raise PlaywrightError("page closed")
    try:
        sightings = await look(attempt.page)
    except (PlaywrightError, TimeoutError):
        return []
    attempt.seen_anything = True
    attempt.banner = next(banners(sightings), attempt.banner)
    return sightings


async def _forget(sightings: list[Sighting]) -> None:
    await asyncio.gather(*(sighting.forget() for sighting in sightings))


def _may_open(attempt: _Attempt, move: Move) -> bool:
    """Say whether another look changed nothing; where only a name says banner, half the time must be over."""
    if move.key == attempt.waiting_for:
        attempt.looks += 1
    else:
        attempt.waiting_for, attempt.looks = move.key, 1
    if attempt.opened >= MAX_OPENED or time.monotonic() - attempt.opened_s < RETRY_AFTER_S:
        return False
    return attempt.looks >= LOOKS_BEFORE_OPENING and (move.sure or attempt.half_over())


async def _open(attempt: _Attempt, move: Move) -> None:
    """Click the way into the second layer."""
    await _press(move)
    attempt.opened += 1
    attempt.opened_s = time.monotonic()
    attempt.note_click(move)
    attempt.deadline_s = max(attempt.deadline_s, time.monotonic() + SECOND_LAYER_TIMEOUT_S)


async def _answer(attempt: _Attempt, move: Move, navigation: Navigation) -> Outcome:
    attempt.before_click()
    if move.turn:
        if await move.sighting.turn(move.turn, on=move.on):
            word = "on" if move.on else "off"
            return Outcome(
                False, None, f"{_named(attempt.banner)} was found, but a switch would not go {word}"
            )
        attempt.note_switches(move)
    await _press(move)
    attempt.note_click(move)
    closed = await _closed(attempt, move, navigation)
    if await navigation.left_and_undone():
        return _went_elsewhere(attempt)
    steps = ", ".join(attempt.steps)
    if not closed:
        return Outcome(False, None, f"{_named(attempt.banner)} was found, but stayed open ({steps})")
    who = f"{move.rule}: " if move.rule is not None else ""
    return Outcome(True, move.method, f"{who}{steps}")


async def _press(move: Move) -> None:
    """Click with the mouse; where something covers the button or it moves on, click by script."""
    element = await move.sighting.clickable(move.element)
    if element is None:
        return
    try:
        await element.click(timeout=CLICK_TIMEOUT_MS)
    except PlaywrightError:
        await _unless_gone(move.sighting.press(move.element), None)


async def _closed(attempt: _Attempt, move: Move, navigation: Navigation) -> bool:
    """Wait until the banner is gone, pressing again while it is not; say whether it went."""
    deadline_s = time.monotonic() + CLOSING_TIMEOUT_S
    retry_s = time.monotonic() + RETRY_AFTER_S
    pause_s = FIRST_PAUSE_S
    while await _unless_gone(move.sighting.is_open(move.element, _selectors(move)), False):
        if time.monotonic() > deadline_s or navigation.left():
            return False
        if time.monotonic() > retry_s:
            retry_s = time.monotonic() + RETRY_AFTER_S
            again = move.element if move.close is None else move.close
            await _unless_gone(move.sighting.press(again), None)
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
    return await _stays_closed(attempt, move, navigation)


async def _stays_closed(attempt: _Attempt, move: Move, navigation: Navigation) -> bool:
    """After a reload of the page the banner must not be back: some store the answer, then load again."""
    if not await navigation.reloaded():
        return True
    again = next_move(await _seen(attempt), attempt.choice)
    return again is None or again.key != move.key


def _selectors(move: Move) -> tuple[str, ...]:
    return next((rule.banner for rule in banner_rules() if rule.name == move.rule), ())


async def _unless_gone(act: Awaitable[T], otherwise: T) -> T:
    """Await something in the page; a document or frame that went away has nothing left to say."""
    try:
        return await act
    except PlaywrightError:
        return otherwise


def _nothing_to_click(attempt: _Attempt) -> Outcome:
    if not attempt.seen_anything:
        return Outcome(False, None, GONE)
    if attempt.banner is None:
        return Outcome(False, None, f"no consent banner was found within {attempt.timeout_s:g} s")
    if attempt.banner.sells and attempt.choice == "reject":
        return Outcome(False, None, "the banner offers only accept or pay")
    steps = f" ({', '.join(attempt.steps)})" if attempt.steps else ""
    return Outcome(False, None, f"{_named(attempt.banner)} was found, but no way to {attempt.choice}{steps}")


def _went_elsewhere(attempt: _Attempt) -> Outcome:
    return Outcome(
        False, None, f"the banner's button {attempt.clicked[-1]} led to another page, which was undone"
    )


def _named(banner: Banner | None) -> str:
    return "a banner" if banner is None or banner.rule is None else f"a banner ({banner.rule})"
