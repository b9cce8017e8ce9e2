"""The way back to the settings, on every page; and the notice where the law wants no more than that."""

import pytest
from playwright.sync_api import Page, expect

from tests.banner.ui.pages import Visitor, start_site
from tests.conftest import Serve

pytestmark = pytest.mark.browser
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })"


def test_is_on_every_page_after_a_choice(page: Page, serve: Serve) -> None:
    site = start_site(serve)
    visitor = Visitor(page).opens(site.url)
    expect(visitor.corner).to_have_count(0)
    visitor.button("reject").click()
    for path in ("other", "privacy"):
        page.goto(site.url + path)
        expect(visitor.corner).to_have_accessible_name("Privacy settings")
        visitor.corner.click()
        expect(visitor.title).to_have_text("Privacy settings")


@pytest.mark.parametrize(("side", "left"), [("left", True), ("right", False)])
def test_is_where_the_theme_says(page: Page, serve: Serve, side: str, left: bool) -> None:
    visitor = Visitor(page).opens(start_site(serve, theme={"widget": side}).url)
    visitor.button("reject").click()
    expect(visitor.corner).to_be_visible()
    box = visitor.corner.bounding_box()
    assert box is not None
    assert (box["x"] < 100) == left
    assert box["width"] >= 44
    assert box["height"] >= 44


def test_the_pages_own_link_opens_the_settings(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(start_site(serve, theme={"widget": "none"}).url)
    visitor.button("reject").click()
    expect(visitor.dialog).to_have_count(0)
    page.locator("#own").click()
    expect(visitor.title).to_have_text("Privacy settings")
    page.keyboard.press("Escape")
    expect(visitor.dialog).to_have_count(0)
    assert visitor.focus() == "settings"
    assert page.evaluate("document.activeElement.id") == "own"
    expect(visitor.corner).to_have_count(0)


def test_a_link_that_the_page_adds_later_works(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(start_site(serve).url)
    page.evaluate("""() => {
      const host = document.body.appendChild(document.createElement('x-shop'));
      const shadow = host.attachShadow({mode: 'open'});
      shadow.innerHTML = '<button data-consentinel-action="reject"><b>No</b></button>';
      shadow.querySelector('b').click();
    }""")
    expect(visitor.dialog).to_have_count(0)
    assert visitor.state()["decided"]


def test_says_what_the_law_of_us_states_wants(page: Page, serve: Serve) -> None:
    page.goto(start_site(serve, regime="us").url)
    visitor = Visitor(page)
    expect(visitor.corner).to_have_text("Do Not Sell or Share My Personal Information")
    expect(visitor.dialog).to_have_count(0)
    visitor.corner.click()
    expect(visitor.switch("Targeting")).to_be_checked()
    visitor.button("reject").click()
    assert visitor.state()["choices"]["targeting"] is False


def test_says_that_the_browsers_objection_is_honoured(page: Page, serve: Serve) -> None:
    page.add_init_script(GPC)
    page.goto(start_site(serve, regime="us").url)
    expect(Visitor(page).corner).to_contain_text("Opt-out request honoured")


def test_comes_without_a_question_once_another_tab_has_answered(page: Page, serve: Serve) -> None:
    site = start_site(serve)
    visitor = Visitor(page).opens(site.url)
    other = page.context.new_page()
    Visitor(other).opens(site.url).button("accept").click()
    expect(visitor.dialog).to_have_count(0)
    expect(visitor.corner).to_be_visible()


def telling(script: bytes) -> bytes:
    """Return the script for a place where visitors have to be told and may object."""
    return script.replace(b'["opt_in","opt_in","opt_in"]', b'["exempt","notice_and_objection","exempt"]')


def test_tells_once_where_nobody_is_asked(page: Page, serve: Serve) -> None:
    site = start_site(serve, edit=telling)
    visitor = Visitor(page).opens(site.url)
    expect(visitor.dialog).to_contain_text("You can object at any time.")
    page.keyboard.press("Escape")
    expect(visitor.dialog).to_be_visible()
    visitor.button("close").click()
    expect(visitor.dialog).to_have_count(0)
    assert not visitor.state()["decided"]
    page.goto(site.url + "other")
    expect(visitor.corner).to_be_visible()
    expect(visitor.dialog).to_have_count(0)


def test_an_objection_ends_the_notice(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(start_site(serve, edit=telling).url)
    visitor.button("settings").click()
    expect(visitor.switch("Performance")).to_be_checked()
    visitor.button("reject").click()
    expect(visitor.dialog).to_have_count(0)
    assert visitor.state()["choices"]["performance"] is False
