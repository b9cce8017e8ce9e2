"""What visitors see of a banner: each layer in each language, at the widths of a phone and of a desk.

The pages are made here and shown in a real browser which no byte leaves: whatever it asks for is answered
from memory or refused.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from consentinel.banner.compile import Banner
from consentinel.scanner.errors import BrowserError
from consentinel.server.publishing.contents import JAVASCRIPT, Content, content

if TYPE_CHECKING:
    from consentinel.scanner.browser import Browser, Page, Route

WIDTHS_PX = (390, 1280)
_HEIGHT_PX = 844
_MOST_HEIGHT_PX = 8_000
_AROUND_PX = 120  # what a layer keeps free above and below itself
_TIMEOUT_MS = 20_000
_DIALOG = "csl-root dialog[open]"
# The first is what a visitor meets: the question, a notice, or only the way to the settings (banner/src/ui).
_SEEN = {
    "first": _DIALOG,
    "notice": _DIALOG,
    "corner": "csl-root > button[slot]",
    "settings": f"{_DIALOG}.settings",
    "services": f"{_DIALOG}.settings details[open]",
}
_SHOW_SETTINGS = "consentinel.show('settings')"
_UNFOLD = "d => d.querySelectorAll('details').forEach((details) => { details.open = true; })"
_NEEDED_HEIGHT = "Math.max(...[d, ...d.querySelectorAll('*')].map((node) => node.scrollHeight))"


@dataclass(frozen=True)
class _View:
    """One page to take pictures of. regime: '' for what holds where the country is not known.

    purposes: what the law asks for; it decides what a visitor meets.
    """

    language: str
    width: int
    regime: str
    purposes: tuple[str, ...]
    script: str

    @property
    def meets(self) -> str:
        """What a visitor meets without having answered."""
        if "opt_in" in self.purposes:
            return "first"
        return "notice" if "notice_and_objection" in self.purposes else "corner"


def screenshots_of(banner: Banner) -> list[Content]:
    """Return a picture of each layer in each language and width; of further laws in the default language.

    Raises BrowserError where there is no browser, or the banner does not show in it.
    """
    return asyncio.run(_taken(banner))


async def _taken(banner: Banner) -> list[Content]:
    from consentinel.scanner.browser import (  # noqa: PLC0415 - the web process may import this module
        NOWHERE,
        LaunchOptions,
        PlaywrightError,
        launch,
    )

    found: list[Content] = []
    async with launch(LaunchOptions(proxy_url=NOWHERE)) as browser:
        for view in _views(banner):
            try:
                found += await _pictures(browser, banner, view)
            except PlaywrightError as error:
                reason = str(error).partition("\n")[0]
                raise BrowserError(
                    f"no screenshot of the banner in {view.language!r} ({reason}): look at it in a browser, "
                    "or publish with --no-screenshots"
                ) from error
    return found


def _views(banner: Banner) -> Iterator[_View]:
    default = banner.settings.locales[0]
    usual = tuple(banner.regimes[0]["purposes"])
    for width in WIDTHS_PX:
        for language in banner.settings.locales:
            yield _View(language, width, "", usual, banner.script)
        shown = {usual}
        for row in banner.regimes:
            purposes = tuple(row["purposes"])
            if purposes not in shown:
                yield _View(default, width, row["id"], purposes, banner.script_under(row))
            shown.add(purposes)


async def _pictures(browser: "Browser", banner: Banner, view: _View) -> list[Content]:
    context = await browser.new_context(
        viewport={"width": view.width, "height": _HEIGHT_PX},
        locale=view.language,
        reduced_motion="reduce",
        color_scheme="light",
        service_workers="block",
    )
    try:
        page = await context.new_page()
        page.set_default_timeout(_TIMEOUT_MS)
        await page.route("**/*", _Answers(banner, view).answer)
        await page.goto(banner.settings.site)
        return [picture async for picture in _layers(page, view, banner.settings.theme.get("widget"))]
    finally:
        await context.close()


async def _layers(page: "Page", view: _View, widget: str | None) -> AsyncIterator[Content]:
    """Go through the layers as a visitor does. widget: `none` where the site has its own way in."""
    if view.meets != "corner" or widget != "none":
        yield _named(view, view.meets, await _picture(page, view.meets))
    await page.evaluate(_SHOW_SETTINGS)
    yield _named(view, "settings", await _picture(page, "settings"))
    dialog = page.locator(_SEEN["settings"])
    if await dialog.locator("details").count():
        await dialog.evaluate(_UNFOLD)
        yield _named(view, "services", await _picture(page, "services"))


async def _picture(page: "Page", layer: str) -> bytes:
    """Return a picture of a layer once it shows, so high that all of it is there."""
    await page.locator(_SEEN[layer]).first.wait_for()
    dialog = page.locator(_DIALOG)
    needed = await dialog.evaluate(f"d => {_NEEDED_HEIGHT}") if await dialog.count() else 0
    height = min(max(_HEIGHT_PX, int(needed) + _AROUND_PX), _MOST_HEIGHT_PX)
    viewport = page.viewport_size or {"width": WIDTHS_PX[0], "height": _HEIGHT_PX}
    await page.set_viewport_size({"width": viewport["width"], "height": height})
    return await page.screenshot(animations="disabled", caret="hide")


def _named(view: _View, layer: str, picture: bytes) -> Content:
    name = "-".join(filter(None, ("screenshot", layer, view.language, view.regime, str(view.width))))
    return content(
        f"{name}.png",
        "screenshot",
        "image/png",
        picture,
        layer=layer,
        language=view.language,
        regime=view.regime,
        width=view.width,
    )


class _Answers:
    """What the pages load: an empty page of the site with the script in it, and the script's parts."""

    def __init__(self, banner: Banner, view: _View) -> None:
        self._page = (
            f'<!doctype html><html lang="{escape(view.language)}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
            f"<script>{view.script}</script><title>{escape(banner.settings.host)}</title></head></html>"
        )
        self._parts = banner.parts

    async def answer(self, route: "Route") -> None:
        """Answer a request of the browser."""
        if route.request.is_navigation_request():
            await route.fulfill(content_type="text/html; charset=utf-8", body=self._page)
            return
        part = self._parts.get(urlsplit(route.request.url).path.rpartition("/")[2])
        if part is None:
            await route.abort()
            return
        headers = {"Access-Control-Allow-Origin": "*"}
        await route.fulfill(content_type=JAVASCRIPT, body=part, headers=headers)
