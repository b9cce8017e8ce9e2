"""Visits to one page each, in a fresh profile: what its script costs, and how it answers a click."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

from bench.banner_site import AT_REST, RELEASED, TAGS
from bench.scan_speed import BenchError

FIRST_LAYER = "csl-root dialog[open]"
ACCEPT = "csl-root > button[data-consentinel-action=accept]"
CORNER = "csl-root > button[slot]"
# Shorter interactions are not told of.
SHORTEST_MS = 16.0
_SCRIPT = ("v8.compile", "EvaluateScript", "FunctionCall", "RunMicrotasks")
_RENDERING = ("UpdateLayoutTree", "Layout", "PrePaint", "Paint", "Layerize", "Commit")

TraceEvent = Mapping[str, Any]


@dataclass(frozen=True)
class Start:
    """What the main thread did until the page was at rest, in ms of processor time; `wall_ms` by the clock.

    script_ms: of the script measured, with its callbacks; all_ms: with style, layout and paint of the page.
    """

    script_ms: float
    wall_ms: float
    all_ms: float
    loaded: tuple[str, ...]


@dataclass(frozen=True)
class Click:
    """The longest event of one click, and the sum of all layout shifts until the page was at rest again."""

    duration_ms: float
    shifts: float


def start(browser: Browser, url: str, *, rate: int, layer: bool = False) -> Start:
    """Load a page, its processor slowed down `rate` times. Raises BenchError if `layer` does not show."""
    with _page(browser, rate) as page:
        loaded: list[str] = []
        page.on("request", lambda request: loaded.append(request.url.rpartition("/")[2]))
        browser.start_tracing(page=page, categories=["devtools.timeline", "v8", "__metadata"])
        _rests(page, url)
        events = json.loads(browser.stop_tracing())["traceEvents"]
        if layer and not page.locator(FIRST_LAYER).is_visible():
            raise BenchError(f"{url}: no first layer")
        return _read(events, url.rpartition("/")[0], tuple(loaded))


def accept(browser: Browser, url: str, *, rate: int) -> Click:
    """Accept in the first layer; raises BenchError where a gated tag ran before, or not once after."""
    with _page(browser, rate) as page:
        _rests(page, url)
        if page.evaluate("seen.ran"):
            raise BenchError("gated tags ran before the choice")
        _click(page, ACCEPT)
        page.locator(CORNER).wait_for()
        if page.evaluate("seen.ran") != TAGS:
            raise BenchError("not every gated tag ran once after the choice")
        return _seen(page)


def press(browser: Browser, url: str, *, rate: int) -> Click:
    """Click the button of a page without a banner."""
    with _page(browser, rate) as page:
        _rests(page, url)
        _click(page, "#bare")
        return _seen(page)


@contextmanager
def _page(browser: Browser, rate: int) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        page = context.new_page()
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})
        yield page
    finally:
        context.close()


def _rests(page: Page, url: str) -> None:
    with page.expect_console_message(lambda message: message.text == AT_REST):
        page.goto(url)


def _click(page: Page, selector: str) -> None:
    box = page.locator(selector).bounding_box()
    if box is None:
        raise BenchError(f"{page.url}: {selector} does not show")
    with page.expect_console_message(lambda message: message.text == RELEASED):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def _seen(page: Page) -> Click:
    clicks, shifts = page.evaluate("[seen.clicks, seen.shifts]")
    return Click(max(clicks, default=SHORTEST_MS), sum(shifts))


def _read(events: list[TraceEvent], origin: str, loaded: tuple[str, ...]) -> Start:
    """Read a trace: the script files of `origin`, and microtasks, of which no page has own ones."""
    timed = [event for event in events if event.get("ph") == "X" and "tdur" in event]
    ours = [event for event in timed if event["name"] == "EvaluateScript" and _file(event, origin)]
    if not ours:
        raise BenchError(f"{origin}: no script in the trace")
    thread = [event for event in timed if _thread(event) == _thread(ours[0])]
    script = [event for event in thread if event["name"] in _SCRIPT and _file(event, origin)]
    rendering = [event for event in thread if event["name"] in _RENDERING]
    return Start(
        script_ms=_sum(script, "tdur"),
        wall_ms=_sum(script, "dur"),
        all_ms=_sum([*script, *rendering], "tdur"),
        loaded=loaded,
    )


def _thread(event: TraceEvent) -> tuple[int, int]:
    return event["pid"], event["tid"]


def _file(event: TraceEvent, origin: str) -> bool:
    url = str(event.get("args", {}).get("data", {}).get("url", ""))
    return event["name"] == "RunMicrotasks" or (url.startswith(origin) and url.endswith(".js"))


def _sum(events: list[TraceEvent], duration: str) -> float:
    """Add up the outermost ones: a function that was called within another is in that one's time."""
    total, end = 0.0, 0.0
    for event in sorted(events, key=lambda event: (event["ts"], -event["dur"])):
        if event["ts"] >= end:
            total += event[duration]
            end = event["ts"] + event["dur"]
    return total / 1000
