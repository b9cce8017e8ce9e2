"""The pages before the dashboard in a real browser: axe, both schemes, and a narrow screen."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from consentinel.server.admin.setup_links import new_link
from consentinel.server.storage.database import Database
from tests.server.applications import NOON_MS
from tests.server.dashboard.live import live
from tests.server.dashboard.test_browser import AXE
from tests.support.npm import package_file

pytestmark = [pytest.mark.browser, pytest.mark.npm]


def faults(page: Page) -> list[object]:
    """Return what axe-core finds, and whether the page is wider than the screen."""
    page.evaluate(package_file("axe-core", "axe.min.js").read_text("utf-8"))
    found: list[object] = page.evaluate(AXE)
    overflows = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*found, *(["too wide"] if overflows else [])]


def test_no_violation_in_any_scheme_at_any_width(
    browser: Browser, sqlite_database: Database, tmp_path: Path
) -> None:
    with sqlite_database.write() as connection:
        token = new_link(connection, NOON_MS)
    with live(sqlite_database, tmp_path / "data", lambda _: None) as server:
        for scheme, width in (("light", 320), ("dark", 1280)):
            context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 700})  # type: ignore[arg-type]
            page = context.new_page()
            found: dict[str, list[object]] = {}
            for path in (f"setup?token={token}", "setup?token=x", "login"):
                page.goto(f"{server.url}/admin/{path}")
                found[path] = faults(page)
            page.goto(f"{server.url}/admin/setup?token={token}")
            for label in ("Name", "Password", "The password again"):
                page.get_by_label(label, exact=True).fill("a" * 12)
            page.keyboard.press("Enter")
            wrong = page.get_by_label("Password", exact=True)
            expect(wrong).to_have_attribute("aria-invalid", "true")
            expect(wrong).to_have_accessible_description(
                re.compile("too easy to guess.*At least 12 characters")
            )
            found["weak"] = faults(page)
            page.goto(f"{server.url}/admin/login")
            page.get_by_label("Name").fill("x")
            page.get_by_label("Password").fill("x")
            page.keyboard.press("Enter")
            page.get_by_role("alert").wait_for()
            found["wrong"] = faults(page)
            server.log_in(context)
            for path in ("password", "nothing/at/all"):
                page.goto(f"{server.url}/admin/{path}")
                found[path] = faults(page)
            context.close()
            assert {path: wrong for path, wrong in found.items() if wrong} == {}, scheme
