"""The dashboard in a real browser: axe, small screens, keyboard, no script; hostile text does nothing."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, expect
from sqlalchemy.engine import Connection

from consentinel.server.storage.database import Database
from tests.server.dashboard.live import Live, live
from tests.server.dashboard.world import SITE, add_site, hostile, typical
from tests.support.npm import package_file

pytestmark = pytest.mark.browser
SITE_PAGE = f"/admin/sites/{SITE}"
PAGES = (
    "/admin/",
    SITE_PAGE,
    f"{SITE_PAGE}/scans",
    f"{SITE_PAGE}/diff?old=1&new=2",
    f"{SITE_PAGE}/review",
    f"{SITE_PAGE}/banner",
    f"{SITE_PAGE}/versions",
    f"{SITE_PAGE}/rates",
    "/admin/ledger",
    "/admin/audit",
    f"/d/{SITE}",
)
AXE = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))]);
}"""

# Role, place in the tab order, whether it has a name, whether its edges show that there is more.
SCROLLING = """() => [...document.querySelectorAll('main *')]
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === 'auto')
  .filter((one) => one.localName !== 'textarea')
  .map((one) => [
    one.getAttribute('role'),
    one.tabIndex,
    Boolean(one.getAttribute('aria-label') || document.getElementById(one.getAttribute('aria-labelledby'))),
    getComputedStyle(one).backgroundAttachment.startsWith('local, local'),
  ])"""


@contextmanager
def served(
    template: Path, folder: Path, fill: Callable[[Connection], None], *, publish: bool
) -> Iterator[Live]:
    file = folder / "consentinel.db"
    copy(template, file)
    with (
        closing(Database(f"sqlite:///{file}")) as database,
        live(database, folder, fill, publish=publish) as found,
    ):
        yield found


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with served(sqlite_template, tmp_path_factory.mktemp("typical"), typical, publish=True) as found:
        yield found


@pytest.fixture(scope="module")
def hostile_site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with served(sqlite_template, tmp_path_factory.mktemp("hostile"), hostile, publish=False) as found:
        yield found


@pytest.fixture
def three_sites(sqlite_template: Path, tmp_path: Path) -> Iterator[Live]:
    def fill(connection: Connection) -> None:
        for name in ("a", "b", "c"):
            add_site(connection, f"{name}.example", f"site: https://{name}.example/\n")

    with served(sqlite_template, tmp_path, fill, publish=False) as found:
        yield found


@pytest.mark.npm
def test_axe_finds_nothing(page: Page, site: Live) -> None:
    site.log_in(page.context)
    source = package_file("axe-core", "axe.min.js").read_text("utf-8")
    found: list[Any] = []
    for path in (*PAGES, f"{SITE_PAGE}/versions/1", f"{SITE_PAGE}/banner?done=settings"):
        page.goto(site.url + path)
        page.evaluate(source)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found += [(path, scheme, violation) for violation in page.evaluate(AXE)]
    assert found == []


def test_nothing_sticks_out_at_320_pixels(page: Page, site: Live, hostile_site: Live) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    wide = []
    for server in (site, hostile_site):
        server.log_in(page.context)
        for path in PAGES:
            page.goto(server.url + path)
            if page.evaluate("document.documentElement.scrollWidth") > 320:
                wide.append(server.url + path)
    assert wide == []


def test_what_scrolls_sideways_shows_it_and_can_be_reached(page: Page, site: Live) -> None:
    page.set_viewport_size({"width": 375, "height": 640})
    site.log_in(page.context)
    found = []
    for path in (*PAGES, f"{SITE_PAGE}/versions/1"):
        page.goto(site.url + path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found += [(path, *one) for one in page.evaluate(SCROLLING)]
    assert f"{SITE_PAGE}/rates" in [path for path, *_ in found]
    assert {tuple(rest) for _, *rest in found} == {("region", 0, True, True)}


@pytest.mark.npm
@pytest.mark.parametrize(
    "path", [f"{SITE_PAGE}/scans", "/admin/ledger", "/admin/audit", f"{SITE_PAGE}/versions"]
)
def test_a_table_of_records_is_stacked_on_a_phone_and_stays_a_table(
    page: Page, site: Live, path: str
) -> None:
    page.set_viewport_size({"width": 375, "height": 640})
    site.log_in(page.context)
    page.goto(site.url + path)
    cells = page.get_by_role("table").get_by_role("cell")
    assert cells.count() > 3
    assert max(cells.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().right)")) < 375
    for place in range(cells.count()):
        label = cells.nth(place).evaluate("(one) => getComputedStyle(one, '::before').content")
        name = label.partition('" / ""')[0].strip('"')
        expect(page.get_by_role("columnheader", name=name, exact=True).first).to_be_attached()
    page.evaluate(package_file("axe-core", "axe.min.js").read_text("utf-8"))
    assert page.evaluate(AXE) == []


def test_a_chart_is_whole_on_a_phone_and_on_a_desk(page: Page, site: Live) -> None:
    site.log_in(page.context)
    for width in (320, 375, 1280):
        page.set_viewport_size({"width": width, "height": 640})
        page.goto(f"{site.url}{SITE_PAGE}/rates")
        shown = page.locator(".plot svg:visible")
        assert shown.count() == 2
        assert shown.first.evaluate("(one) => one.getBoundingClientRect().right") <= width
        texts = page.locator(".plot svg:visible text")
        assert min(texts.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().height)")) > 9


def test_the_sites_of_a_row_begin_at_the_same_height(page: Page, three_sites: Live) -> None:
    three_sites.log_in(page.context)
    page.set_viewport_size({"width": 1280, "height": 640})
    page.goto(f"{three_sites.url}/admin/")
    tops = page.locator(".sites > li").evaluate_all("(all) => all.map((one) => one.offsetTop)")
    assert tops[0] == tops[1] < tops[2]


@pytest.mark.npm
@pytest.mark.parametrize("width", [320, 400])
def test_a_declaration_is_stacked_on_a_phone_and_stays_a_table(page: Page, site: Live, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(f"{site.url}/d/{SITE}")
    assert (
        page.locator("th code").evaluate_all("(names) => Math.max(...names.map((n) => n.offsetHeight))") < 24
    )
    cell = page.get_by_role("row", name="_ga Cookie").get_by_role("cell").first
    assert cell.evaluate("(one) => getComputedStyle(one, '::before').content").startswith('"Provider"')
    assert page.get_by_role("columnheader", name="Provider").count() > 5
    page.evaluate(package_file("axe-core", "axe.min.js").read_text("utf-8"))
    assert page.evaluate(AXE) == []


def test_hostile_text_neither_runs_nor_asks_for_anything(page: Page, hostile_site: Live) -> None:
    hostile_site.log_in(page.context)
    trouble: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        trouble.append(dialog.message)
        dialog.dismiss()

    def on_request(request: Request) -> None:
        if not request.url.startswith(hostile_site.url):
            trouble.append(request.url)

    page.on("dialog", on_dialog)
    page.on("request", on_request)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text))
    for path in (
        *PAGES,
        f"{SITE_PAGE}/scans/1",
        f"{SITE_PAGE}?search=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    ):
        answer = page.goto(hostile_site.url + path)
        assert answer is not None
        assert answer.ok, path
        assert page.locator("script, iframe, object, embed, base, [onerror], [onload]").count() == 0, path
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert trouble == []


def test_a_reviewer_with_a_keyboard_and_no_script(browser: Browser, site: Live) -> None:
    context = browser.new_context(java_script_enabled=False)
    try:
        site.log_in(context)
        page = context.new_page()
        page.goto(f"{site.url}/admin/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        page.get_by_role("link", name="decisions to make").press("Enter")
        question = page.locator("fieldset", has_text="x_exp_bucket")
        question.get_by_label("Category").select_option("functional")
        page.get_by_role("button", name="Store the decisions").press("Enter")
        expect(page.get_by_role("status")).to_contain_text("The decisions are stored.")
        expect(page.locator("fieldset", has_text="x_exp_bucket")).to_have_count(0)
        page.get_by_role("link", name="Scan", exact=True).press("Enter")
        page.get_by_label("Search").fill("x_exp_bucket")
        page.get_by_role("button", name="Filter").press("Enter")
        expect(page.locator(".findings .badge")).to_have_text("functional")
        page.locator(".findings summary").press("Enter")
        expect(page.get_by_text("(override)")).to_be_visible()
    finally:
        context.close()


def test_a_report_is_uploaded_and_approved(page: Page, site: Live, tmp_path: Path) -> None:
    site.log_in(page.context)
    page.goto(f"{site.url}{SITE_PAGE}/scans/1/report.json".replace("/report.json", ""))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the report").click()
    file = tmp_path / "report.json"
    download.value.save_as(file)
    file.write_text(file.read_text("utf-8").replace("old_survey", "new_survey"), encoding="utf-8")
    page.goto(f"{site.url}{SITE_PAGE}/scans")
    page.get_by_label("Report").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("status")).to_contain_text("The report is stored.")
    page.get_by_role("button", name="Approve this scan").click()
    expect(page.get_by_role("status")).to_contain_text("The scan is approved.")


def test_charts_take_the_colours_of_the_scheme(page: Page, site: Live) -> None:
    site.log_in(page.context)
    page.goto(f"{site.url}{SITE_PAGE}/rates")
    colours = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colours.add(page.locator(".plot circle").first.evaluate("(dot) => getComputedStyle(dot).fill"))
    assert len(colours) == 2
    assert "rgb(0, 0, 1)" not in colours
