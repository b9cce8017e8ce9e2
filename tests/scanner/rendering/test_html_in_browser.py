"""The page in a real browser: nothing hostile runs, search and filter work, it fits a small screen."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, expect

from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.rendering.html import render
from tests.support.hostile import hostile_report
from tests.support.reports import make_finding, make_report, realistic_report

pytestmark = pytest.mark.browser


@pytest.fixture
def report_file(tmp_path: Path) -> Path:
    file = tmp_path / "report.html"
    file.write_text(render(realistic_report(), screenshots={}), encoding="utf-8")
    return file


def test_hostile_text_neither_runs_nor_asks_for_anything(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "hostile.html"
    file.write_text(render(hostile_report(), screenshots={}), encoding="utf-8")
    dialogs: list[str] = []
    requests: list[str] = []
    problems: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    def on_request(request: Request) -> None:
        requests.append(request.url)

    page.on("dialog", on_dialog)
    page.on("request", on_request)
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    page.mouse.move(300, 300)
    page.wait_for_timeout(300)
    assert dialogs == []
    assert requests == [file.as_uri()]
    assert problems == []


def test_style_and_script_pass_their_own_policy(page: Page, report_file: Path) -> None:
    page.goto(report_file.as_uri())
    expect(page.locator("#filters")).to_be_visible()
    assert page.locator(".tiles").evaluate("(list) => getComputedStyle(list).display") == "grid"


def test_search_and_filters(page: Page, report_file: Path) -> None:
    page.goto(report_file.as_uri())
    shown = page.locator("tbody.finding:visible")
    expect(page.locator("#shown")).to_have_text("55 of 55 shown")
    page.get_by_label("Search").fill("hubspot")
    expect(shown).to_have_count(4)
    page.get_by_label("set without consent").check()
    expect(shown).to_have_count(2)
    page.get_by_label("State", exact=True).select_option("reject")
    expect(shown).to_have_count(1)
    page.get_by_label("Search").fill("no such thing")
    expect(page.get_by_text("No finding matches")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(shown).to_have_count(55)
    page.get_by_label("Kind", exact=True).select_option("captcha")
    expect(shown).to_have_count(1)


def test_a_tile_picks_its_category(page: Page, report_file: Path) -> None:
    page.goto(report_file.as_uri())
    page.locator(".tile.unclassified").click()
    expect(page.locator("tbody.finding:visible")).to_have_count(7)
    expect(page.get_by_label("Category", exact=True)).to_have_value("unclassified")


def test_evidence_unfolds(page: Page, report_file: Path) -> None:
    page.goto(report_file.as_uri())
    evidence = page.locator("#evidence-1")
    expect(evidence).to_be_hidden()
    page.locator("summary").first.press("Enter")
    expect(evidence).to_be_visible()


def test_without_javascript_it_can_be_read(browser: Browser, report_file: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(report_file.as_uri())
        expect(page.locator("#filters")).to_be_hidden()
        expect(page.locator("tbody.finding:visible")).to_have_count(55)
        page.locator("summary").first.click()
        expect(page.locator("#evidence-1")).to_be_visible()
    finally:
        context.close()


@pytest.mark.parametrize("hostile", [False, True])
def test_nothing_sticks_out_at_320_pixels(page: Page, report_file: Path, hostile: bool) -> None:
    if hostile:
        report = hostile_report(("x" * 3_000, "W" * 200))
        report_file.write_text(render(report, screenshots={}), encoding="utf-8")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(report_file.as_uri())
    page.locator("summary").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") == 320


FIVE: tuple[State, ...] = ("no-choice", "reject", "accept", "withdrawn", "gpc")


@pytest.mark.parametrize("width", [320, 390, 420])
def test_all_states_fit_a_phone(page: Page, report_file: Path, width: int) -> None:
    stored = make_finding(kind="storage", attributes={"area": "sessionStorage"}, vendor=None, states=FIVE)
    report_file.write_text(render(make_report(stored, states=FIVE), screenshots={}), encoding="utf-8")
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(report_file.as_uri())
    assert page.locator(".scroll").evaluate("(box) => box.scrollWidth <= box.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    expect(page.locator(".findings td.vendor")).to_be_hidden()


def test_category_kind_and_party_share_a_line_on_a_phone(page: Page, report_file: Path) -> None:
    stored = make_finding(kind="storage", attributes={"area": "sessionStorage"})
    report_file.write_text(render(make_report(stored), screenshots={}), encoding="utf-8")
    page.set_viewport_size({"width": 390, "height": 640})
    page.goto(report_file.as_uri())
    chips = [chip.bounding_box() for chip in page.locator(".findings td.chip").all()]
    middles = [box["y"] + box["height"] / 2 for box in chips if box]
    assert len(middles) == 3
    assert max(middles) - min(middles) < 2
