"""Start and prove a Chromium; the only module of the product that imports Playwright.

Other modules take Playwright's types from here. `launch` starts one browser process for one scan, all of its
traffic behind the given proxy. Finding the executable is in browser_paths, its flags in browser_process.
"""

import asyncio
import os
import platform
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from playwright.async_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Dialog,
    Frame,
    Page,
    Playwright,
    Request,
    Route,
    async_playwright,
)
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from consentinel.scanner.browser_paths import INSTALL_HINT, FoundBrowser, find_browser, find_browsers
from consentinel.scanner.browser_process import (
    FLAGS,
    browser_environment,
    browser_wrapper,
    driver_environment,
)
from consentinel.scanner.errors import BrowserError

__all__ = [
    "Browser",
    "BrowserContext",
    "BrowserError",
    "CDPSession",
    "Dialog",
    "FoundBrowser",
    "Frame",
    "LaunchOptions",
    "Page",
    "PlaywrightError",
    "PlaywrightTimeoutError",
    "Request",
    "Route",
    "find_browser",
    "find_browsers",
    "launch",
    "plain_user_agent",
    "prove",
]

LAUNCH_TIMEOUT_MS = 60_000
PROOF_TIMEOUT_S = 30
PROOF_TEXT = "consentinel sees this page"
# Playwright lets pages open windows without a click. A visitor's browser does not, and closing a dozen
# windows that are still opening can block a context for good.
UNWANTED_DEFAULTS = ["--disable-popup-blocking"]
NOWHERE = "http://127.0.0.1:9"  # port 9 is "discard": a proof needs no network and gets none

PLATFORM_IN_USER_AGENT = {"Darwin": "Macintosh; Intel Mac OS X 10_15_7"}


@dataclass(frozen=True)
class LaunchOptions:
    """How one scan starts its browser; `proxy_url` like `http://127.0.0.1:4000` gets every byte."""

    proxy_url: str
    third_party_cookies: bool = True
    insecure: bool = False  # contexts can be told, but their service workers cannot
    headless: bool = True


@asynccontextmanager
async def launch(options: LaunchOptions) -> AsyncIterator[Browser]:
    """Yield a running browser, one process tree for one scan, and end it afterwards.

    Ctrl-C is left to the caller: the browser stays up, so that what was found can still be written.
    Raises BrowserError when there is no browser or it does not start.
    """
    async with AsyncExitStack() as stack:
        yield await _first_that_starts(stack, options)


async def _first_that_starts(stack: AsyncExitStack, options: LaunchOptions) -> Browser:
    """A download may lack libraries or be refused its sandbox where the system's browser has both."""
    preferred, *others = find_browsers() or [find_browser()]
    try:
        return await stack.enter_async_context(_started(preferred.path, options))
    except BrowserError:
        for found in others:
            with suppress(BrowserError):
                return await stack.enter_async_context(_started(found.path, options))
        raise


def plain_user_agent(version: str) -> str:
    """Return the user agent of an ordinary desktop Chrome of this version (`Browser.version`).

    Chrome shows its major version only and a fixed platform: https://www.chromium.org/updates/ua-reduction/
    """
    machine = PLATFORM_IN_USER_AGENT.get(platform.system(), "X11; Linux x86_64")
    major = version.partition(".")[0]
    return (
        f"Mozilla/5.0 ({machine}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"
    )


async def prove(path: Path) -> str:
    """Start the browser at `path` as a scan does, render a page and return the browser's version.

    The text is read back from the DOM, and a screenshot of the page must differ from one of an empty page.
    Raises BrowserError when any of it fails.
    """
    async with _started(path, LaunchOptions(proxy_url=NOWHERE)) as browser:
        try:
            await asyncio.wait_for(_render(browser), PROOF_TIMEOUT_S)
        except (PlaywrightError, TimeoutError) as error:
            reason = _first_line(error) or "no answer"
            raise BrowserError(f"{path} starts but renders nothing ({reason}): {INSTALL_HINT}") from error
        return browser.version


async def _render(browser: Browser) -> None:
    page = await browser.new_page()
    empty = await page.screenshot()
    await page.goto("data:text/html," + quote(f"<h1 style='background:teal'>{PROOF_TEXT}</h1>"))
    if await page.inner_text("h1") != PROOF_TEXT:
        raise PlaywrightError("the text of the page is missing")
    if await page.screenshot() == empty:
        raise PlaywrightError("the screenshot is blank")
    await page.close()


@asynccontextmanager
async def _started(path: Path, options: LaunchOptions) -> AsyncIterator[Browser]:
    with browser_wrapper(path, third_party_cookies=options.third_party_cookies) as wrapper:
        async with _driver() as playwright:
            try:
                browser = await playwright.chromium.launch(
                    executable_path=wrapper,
                    headless=options.headless,
                    args=_flags(options),
                    ignore_default_args=UNWANTED_DEFAULTS,
                    env=browser_environment(),
                    # loopback goes through it, too (Playwright's default of `<-loopback>`)
                    proxy={"server": options.proxy_url},
                    chromium_sandbox=not _is_root(),
                    handle_sigint=False,
                    timeout=LAUNCH_TIMEOUT_MS,
                )
            except PlaywrightError as error:
                raise BrowserError(_why_not_started(path, error)) from error
            try:
                yield browser
            finally:
                # a driver that was killed must not take the results with it
                with suppress(PlaywrightError):
                    await browser.close()


@asynccontextmanager
async def _driver() -> AsyncIterator[Playwright]:
    async with AsyncExitStack() as stack:
        with driver_environment():
            playwright = await stack.enter_async_context(async_playwright())
        yield playwright


def _flags(options: LaunchOptions) -> tuple[str, ...]:
    return (*FLAGS, "--ignore-certificate-errors") if options.insecure else FLAGS


def _is_root() -> bool:
    """Chromium refuses to run as root with its sandbox; everyone else keeps it (threat T8)."""
    return os.geteuid() == 0


def _why_not_started(path: Path, error: PlaywrightError) -> str:
    if "No usable sandbox" in error.message:
        return (
            f"{path} may not make its sandbox here: allow unprivileged user namespaces "
            "(sysctl kernel.apparmor_restrict_unprivileged_userns=0) or set CONSENTINEL_BROWSER"
        )
    return f"{path} does not start ({_first_line(error)}): {INSTALL_HINT}"


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
