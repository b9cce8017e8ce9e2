import asyncio
from pathlib import Path

import psutil
import pytest

from consentinel.scanner import browser as browser_module
from consentinel.scanner.browser import (
    BrowserContext,
    BrowserError,
    FoundBrowser,
    LaunchOptions,
    find_browser,
    launch,
    plain_user_agent,
    prove,
)
from tests.conftest import Serve
from tests.support.connect_proxy import connect_proxy
from tests.support.sites import Site

SHOP = "https://shop.example/"
THIRD_PARTY_COOKIE = "third=1; SameSite=None; Secure"
NOWHERE = "http://127.0.0.1:9"


def shop() -> Site:
    return (
        Site(SHOP)
        .page("/", '<h1>shop</h1><iframe src="https://ads.example/frame"></iframe>', cookies=["own=1"])
        .page("https://ads.example/frame", "ad", cookies=[THIRD_PARTY_COOKIE])
        .page("/empty", "<p>nothing here</p>")
    )


async def visit(context: BrowserContext, url: str) -> list[str]:
    """Return the reasons for which the browser blocked cookies while it loaded `url`."""
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    reasons: list[str] = []

    def collect(event: dict[str, list[dict[str, list[str]]]]) -> None:
        for blocked in event["blockedCookies"]:
            reasons.extend(blocked["blockedReasons"])

    session.on("Network.responseReceivedExtraInfo", collect)
    await session.send("Network.enable")
    await page.goto(url, wait_until="load")
    return reasons


async def cookies_of_a_visit(port: int, *, third_party_cookies: bool) -> tuple[set[str], list[str]]:
    async with connect_proxy(port) as proxy:
        options = LaunchOptions(proxy_url=proxy.url, third_party_cookies=third_party_cookies)
        async with launch(options) as browser:
            context = await browser.new_context(ignore_https_errors=True)
            reasons = await visit(context, SHOP)
            return {str(cookie.get("name")) for cookie in await context.cookies()}, reasons


@pytest.mark.browser
def test_a_third_party_frame_keeps_its_cookie(serve: Serve) -> None:
    kept, reasons = asyncio.run(cookies_of_a_visit(serve(shop()).port, third_party_cookies=True))
    assert kept == {"own", "third"}
    assert reasons == []


@pytest.mark.browser
def test_third_party_cookies_can_be_blocked_and_the_browser_says_why(serve: Serve) -> None:
    kept, reasons = asyncio.run(cookies_of_a_visit(serve(shop()).port, third_party_cookies=False))
    assert kept == {"own"}
    assert reasons == ["UserPreferences"]


async def own_calls_targets_and_renderers(port: int) -> tuple[set[str], set[str], int]:
    async with connect_proxy(port) as proxy, launch(LaunchOptions(proxy_url=proxy.url)) as browser:
        for _ in range(2):
            context = await browser.new_context(ignore_https_errors=True)
            await visit(context, SHOP)
        session = await browser.new_browser_cdp_session()
        targets = (await session.send("Target.getTargets"))["targetInfos"]
        renderers = count_renderers()
        await asyncio.sleep(3)  # the browser's own services call home within the first two seconds
        return set(proxy.hosts), {target["type"] for target in targets}, renderers


def count_renderers() -> int:
    children = psutil.Process().children(recursive=True)
    return sum("--type=renderer" in child.cmdline() for child in children)


@pytest.mark.browser
def test_the_browser_calls_only_the_site_and_a_tab_is_one_target_and_one_process(serve: Serve) -> None:
    hosts, targets, renderers = asyncio.run(own_calls_targets_and_renderers(serve(shop()).port))
    assert hosts == {"shop.example", "ads.example"}
    assert targets == {"page"}, "frames of other sites are part of their page's session"
    assert renderers <= 2 + 1, "one for each tab, and at most one spare"


async def what_a_page_sees(port: int) -> dict[str, object]:
    async with connect_proxy(port) as proxy, launch(LaunchOptions(proxy_url=proxy.url)) as browser:
        page = await browser.new_page(ignore_https_errors=True, user_agent=plain_user_agent(browser.version))
        await page.goto(SHOP + "empty")
        seen = await page.evaluate(
            """() => ({
              agent: navigator.userAgent,
              brands: navigator.userAgentData.brands.map(({brand}) => brand).join(),
              automated: navigator.webdriver,
              webgl: document.createElement('canvas').getContext('webgl') !== null,
            })"""
        )
        return {**seen, "version": browser.version}


@pytest.mark.browser
def test_a_page_sees_an_ordinary_browser_with_webgl(serve: Serve) -> None:
    seen = asyncio.run(what_a_page_sees(serve(shop()).port))
    assert seen["agent"] == plain_user_agent(str(seen["version"]))
    assert "Headless" not in str(seen["brands"])
    assert seen["automated"] is False
    assert seen["webgl"] is True


@pytest.mark.browser
def test_proof_returns_the_version() -> None:
    version = asyncio.run(prove(find_browser().path))
    assert version.split(".")[0].isdecimal()


def fake_browser(path: Path) -> Path:
    path.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    path.chmod(0o700)
    return path


async def version_of_a_launch() -> str:
    async with launch(LaunchOptions(proxy_url=NOWHERE)) as browser:
        return browser.version


@pytest.mark.browser
def test_a_browser_that_does_not_start_gives_way_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = FoundBrowser(fake_browser(tmp_path / "broken"), "playwright")
    candidates = [broken, find_browser()]
    monkeypatch.setattr(browser_module, "find_browsers", lambda: candidates)
    assert asyncio.run(version_of_a_launch())


def test_when_none_starts_the_preferred_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("first", "second")
    candidates = [FoundBrowser(fake_browser(tmp_path / name), "system") for name in names]
    monkeypatch.setattr(browser_module, "find_browsers", lambda: candidates)
    with pytest.raises(BrowserError, match="first does not start"):
        asyncio.run(version_of_a_launch())


def test_proof_of_something_that_is_no_browser_is_one_clear_line(tmp_path: Path) -> None:
    fake = fake_browser(tmp_path / "fake")
    with pytest.raises(BrowserError, match=r"fake does not start .*: run `consentinel install`") as caught:
        asyncio.run(prove(fake))
    assert "\n" not in str(caught.value)


@pytest.mark.browser
def test_the_browser_has_ended_after_the_block_even_when_the_block_fails() -> None:
    before = child_processes()
    during: set[int] = set()

    async def fail() -> None:
        async with launch(LaunchOptions(proxy_url=NOWHERE)):
            during.update(child_processes())
            raise LookupError

    with pytest.raises(LookupError):
        asyncio.run(fail())
    assert during - before
    assert child_processes() <= before


def child_processes() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


def test_user_agent_has_the_major_version_only_and_is_not_headless() -> None:
    agent = plain_user_agent("156.0.8078.79")
    assert agent.endswith("AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36")
    assert "Headless" not in agent
