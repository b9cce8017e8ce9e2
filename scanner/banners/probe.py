"""One look at all frames of a page for consent banners: what is there, and handles to act on it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Protocol

import msgspec

from consentinel.scanner.banners.rules import banner_rules
from consentinel.scanner.banners.words import lexicon
from consentinel.scanner.browser import Frame, Page, PlaywrightError

MAIN_FRAME_TIMEOUT_S = 2.0
FRAMES_TIMEOUT_S = 0.4
"""A frame that is still loading answers late; the next look comes soon."""
MAX_FRAMES = 40


class Clickable(Protocol):
    """The part of a browser's element handle that a click needs."""

    async def click(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 the browser library's name
        """Click as a person does: scroll to it, wait until it holds still, press the mouse on it."""


class Handle(Protocol):
    """The part of a browser's object handle that is used here."""

    async def evaluate(self, expression: str, arg: Any = None) -> Any:
        """Call a function of the page with this object and `arg`."""

    async def dispose(self) -> None:
        """Let the page forget the object."""


class Button(msgspec.Struct, frozen=True):
    """A button that a rule names: which selector found it, and its number in the sighting."""

    selector: str
    element: int


class RuleFacts(msgspec.Struct, frozen=True):
    """A product whose banner is open, with those of its buttons that are visible and enabled."""

    name: str
    accept: Button | None = None
    reject: Button | None = None
    settings: Button | None = None
    save: Button | None = None
    close: Button | None = None
    ticked: tuple[int, ...] = ()
    unticked: tuple[int, ...] = ()


class Control(msgspec.Struct, frozen=True):
    """A visible button of a dialog: its label, its number, and whether it is a link to another page."""

    label: str
    element: int
    navigates: bool = False


class DialogFacts(msgspec.Struct, frozen=True):
    """An open dialog that speaks of consent.

    size: characters of its text. modal: it is a dialog by its role or lies over the page, not only named like
    a banner. radios: it holds a choice whose meaning only a reader knows.
    """

    size: int
    modal: bool
    controls: tuple[Control, ...]
    radios: bool = False
    ticked: tuple[int, ...] = ()
    unticked: tuple[int, ...] = ()


class Facts(msgspec.Struct, frozen=True):
    """What one look at one frame found."""

    rules: tuple[RuleFacts, ...] = ()
    dialogs: tuple[DialogFacts, ...] = ()


@dataclass(frozen=True)
class Sighting:
    """The facts of one frame, and the page's own objects behind their numbers."""

    frame: Frame
    handle: Handle
    facts: Facts

    async def press(self, element: int) -> None:
        """Click by script: for a button that something invisible covers."""
        await self.handle.evaluate("(sight, i) => sight.press(i)", element)

    async def turn(self, elements: Iterable[int], *, on: bool) -> int:
        """Set switches on or off; return how many refused."""
        refused = await self.handle.evaluate("(sight, [i, on]) => sight.turn(i, on)", [list(elements), on])
        return int(refused)

    async def is_open(self, element: int, banner: Iterable[str]) -> bool:
        """Say whether the element or anything of the banner's selectors is still visible."""
        argument = [element, list(banner)]
        return bool(await self.handle.evaluate("(sight, [i, banner]) => sight.isOpen(i, banner)", argument))

    async def clickable(self, element: int) -> Clickable | None:
        """Return the element for a real click."""
        handle = await self.frame.evaluate_handle("([sight, i]) => sight.element(i)", [self.handle, element])
        return handle.as_element()

    async def forget(self) -> None:
        """Let the page forget what was seen; a page that is gone has forgotten already."""
        try:
            await self.handle.dispose()
        except PlaywrightError:
            return


async def look(page: Page) -> list[Sighting]:
    """Return what is to be seen in each frame, main frame first; frames that show nothing are left out.

    Raises PlaywrightError or TimeoutError when the main frame cannot be looked at (it navigates, hangs,
    crashed or was closed).
    """
    main = await asyncio.wait_for(_sight(page.main_frame), MAIN_FRAME_TIMEOUT_S)
    others = [frame for frame in page.frames if frame != page.main_frame][:MAX_FRAMES]
    framed = await _in_time([asyncio.create_task(_sight_child(frame)) for frame in others])
    return [sighting for sighting in (main, *framed) if sighting is not None]


async def _in_time(tasks: list[asyncio.Task[Sighting | None]]) -> list[Sighting | None]:
    if not tasks:
        return []
    try:
        _, late = await asyncio.wait(tasks, timeout=FRAMES_TIMEOUT_S)
        return [task.result() for task in tasks if task not in late]
    finally:
        for task in tasks:
            task.cancel()


async def _sight_child(frame: Frame) -> Sighting | None:
    try:
        sighting = await _sight(frame)
        return sighting if sighting and await _is_shown(frame) else None
    except PlaywrightError:  # a frame that went away shows nothing
        return None


async def _sight(frame: Frame) -> Sighting | None:
    handle = await frame.evaluate_handle(_script(), _request())
    try:
        facts = msgspec.convert(await handle.evaluate("sight => sight.facts"), Facts, strict=True)
    except msgspec.ValidationError:  # a page that bends its own DOM can answer anything
        facts = Facts()
    sighting = Sighting(frame, handle, facts)
    if facts.rules or facts.dialogs:
        return sighting
    await sighting.forget()
    return None


async def _is_shown(frame: Frame) -> bool:
    """Say whether the frame and every frame around it is visible in its parent."""
    while frame.parent_frame is not None:
        element = await frame.frame_element()
        if not await element.is_visible():
            return False
        frame = frame.parent_frame
    return True


@cache
def _script() -> str:
    return resources.files("consentinel.scanner.hooks").joinpath("banner_probe.js").read_text("utf-8")


@cache
def _request() -> dict[str, Any]:
    return {"rules": [msgspec.to_builtins(rule) for rule in banner_rules()], "topics": list(lexicon().topics)}
