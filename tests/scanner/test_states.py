"""The way into each state; by our own API in test_own_banner, with GPC in test_gpc."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from consentinel.scanner.catalogue.taxonomy import STATES, State
from consentinel.scanner.states import LEFT_ALONE, STATE_REACHERS, Around, Reached, reach
from tests.support.browsers import launch_flags

BANNER = """<!doctype html><div role="dialog" style="position: fixed; bottom: 0"><p>We use cookies.</p>
<button onclick="this.closest('div').remove()">Accept all</button>
<button onclick="this.closest('div').remove()">Reject all</button></div>"""


def test_there_is_a_way_into_every_state() -> None:
    assert {*STATE_REACHERS, *LEFT_ALONE} == set(STATES)


@pytest.mark.browser
@pytest.mark.parametrize("state", ["no-choice", "gpc"])
def test_nothing_is_clicked_without_a_choice(chromium_executable: Path, state: State) -> None:
    reached, dialogs, cuts = asyncio.run(_reach(chromium_executable, state))
    assert (reached.reached, reached.method) == (True, "nothing-clicked")
    assert dialogs == 1
    assert cuts == []


@pytest.mark.browser
@pytest.mark.parametrize(("state", "label"), [("accept", "Accept all"), ("reject", "Reject all")])
def test_accept_and_reject_click_the_banner(chromium_executable: Path, state: State, label: str) -> None:
    reached, dialogs, cuts = asyncio.run(_reach(chromium_executable, state))
    assert reached == Reached(reached=True, method="heuristic", detail=f'clicked "{label}"')
    assert dialogs == 0
    assert cuts == ["cut"], "told once, before the click that answers"


@pytest.mark.browser
def test_a_page_that_is_gone_is_not_reached(chromium_executable: Path) -> None:
    reached, _, _ = asyncio.run(_reach(chromium_executable, "accept", closed=True))
    assert (reached.reached, reached.method) == (False, None)
    assert reached.detail == "the page went away or hung while its banner was looked for"


async def _reach(executable: Path, state: State, *, closed: bool = False) -> tuple[Reached, int, list[str]]:
    """Return the answer, how many dialogs are open after it, and what was told before the click."""
    cuts: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=launch_flags())
        page = await browser.new_page()
        await page.set_content(BANNER)
        if closed:
            await page.close()
        try:
            reached = await reach(page, state, Around(before_click=lambda: cuts.append("cut")))
            dialogs = 0 if closed else await page.locator("[role=dialog]").count()
        finally:
            await browser.close()
    return reached, dialogs, cuts
