"""The first layer: what it says, that its answers are equal, and what is no answer."""

import pytest
from playwright.sync_api import Page, expect

from tests.banner.ui.pages import SETTINGS, Visitor, start_site
from tests.conftest import Serve

pytestmark = pytest.mark.browser
PRESETS = ("bar", "modal")
ANSWERS = ("accept", "reject", "settings")
LOOK = """(button) => {
  const style = getComputedStyle(button);
  const { width, height } = button.getBoundingClientRect();
  const names = ['color', 'backgroundColor', 'fontSize', 'fontWeight', 'borderTopColor', 'opacity'];
  return [Math.round(width), Math.round(height), ...names.map((name) => style[name])];
}"""


def test_says_what_for_by_whom_and_how_to_go_back(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(start_site(serve).url)
    text = visitor.dialog.inner_text()
    for wanted in (
        "Functional",
        "Performance",
        "Targeting",
        SETTINGS["controller"],
        "If you reject",
        "withdraw",
    ):
        assert wanted in text
    links = visitor.dialog.get_by_role("link")
    assert links.evaluate_all("(all) => all.map((one) => one.pathname)") == ["/privacy", "/imprint"]
    assert "{" not in text


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_answers_look_the_same(page: Page, serve: Serve, preset: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    visitor = Visitor(page).opens(start_site(serve, theme={"preset": preset}).url)
    page.mouse.move(1, 1)
    looks = [visitor.button(action).evaluate(LOOK) for action in ANSWERS]
    assert looks[0] == looks[1] == looks[2]
    assert looks[0][1] >= 40


def test_tools_find_the_answers_in_the_pages_own_tree(page: Page, serve: Serve) -> None:
    Visitor(page).opens(start_site(serve).url)
    page.evaluate("document.querySelector('button[data-consentinel-action=reject]').click()")
    assert page.evaluate("consentinel.state().decided && !consentinel.has('performance')")


def test_nothing_that_filter_lists_hide(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(start_site(serve).url)
    names = page.locator("csl-root").evaluate(
        "(root) => [root, ...root.shadowRoot.querySelectorAll('*')]"
        ".map((one) => `${one.localName} ${one.id} ${one.className}`).join(' ')"
    )
    assert not [
        word for word in ("cookie", "consent", "gdpr", "cmp", "banner", "privacy") if word in names.lower()
    ]
    expect(visitor.title).to_have_text("Your privacy choices")


@pytest.mark.parametrize("preset", PRESETS)
def test_what_is_no_answer(page: Page, serve: Serve, preset: str) -> None:
    visitor = Visitor(page).opens(start_site(serve, theme={"preset": preset}).url)
    for key in ("Escape", "Escape", "Escape", "Enter", "PageDown"):
        page.keyboard.press(key)
    page.mouse.click(5, 5)
    page.mouse.wheel(0, 900)
    expect(visitor.dialog).to_be_visible()
    assert not visitor.state()["decided"]
    page.goto(page.url + "other")
    expect(visitor.dialog).to_be_visible()


@pytest.mark.parametrize("action", ["accept", "reject"])
@pytest.mark.parametrize("preset", PRESETS)
def test_an_answer_ends_the_question(page: Page, serve: Serve, preset: str, action: str) -> None:
    site = start_site(serve, theme={"preset": preset})
    visitor = Visitor(page).opens(site.url)
    visitor.button(action).click()
    expect(visitor.dialog).to_have_count(0)
    expect(visitor.corner).to_be_visible()
    page.goto(site.url + "other")
    expect(visitor.corner).to_be_visible()
    expect(visitor.dialog).to_have_count(0)
    assert visitor.state()["choices"]["targeting"] == (action == "accept")


def test_the_bar_is_first_in_the_tab_order_and_takes_no_focus(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(start_site(serve).url)
    assert visitor.focus() == "body"
    assert visitor.tabs(6) == ["a", "a", *ANSWERS, "first"]


def test_the_modal_keeps_the_focus(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(start_site(serve, theme={"preset": "modal"}).url)
    assert visitor.focus() == "t"  # the heading: Enter answers nothing
    seen = visitor.tabs(14)
    assert {*ANSWERS} <= set(seen) <= {*ANSWERS, "a", "t", "body"}
    page.evaluate("document.getElementById('first').focus()")
    assert visitor.focus() != "first"


def test_the_modal_leaves_the_pages_that_it_links_readable(page: Page, serve: Serve) -> None:
    site = start_site(serve, theme={"preset": "modal"})
    visitor = Visitor(page).opens(site.url + "privacy?from=banner#top")
    assert visitor.focus() == "body"
    expect(visitor.dialog).to_have_class("bar")


def test_can_be_answered_by_keyboard(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(start_site(serve).url)
    visitor.tabs(4)
    page.keyboard.press("Enter")
    expect(visitor.dialog).to_have_count(0)
    assert visitor.state()["choices"]["performance"] is False


def test_names_for_screen_readers(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(start_site(serve).url)
    dialog = page.get_by_role("dialog", name="Your privacy choices")
    expect(dialog).to_be_visible()
    expect(dialog).to_have_accessible_description(visitor.dialog.locator("#d").inner_text())
    for name in ("Accept all", "Reject all", "Settings"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()


def test_shows_and_hides_by_the_api(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(start_site(serve).url)
    page.evaluate("consentinel.hide()")
    expect(visitor.dialog).to_have_count(0)
    page.evaluate("consentinel.show('first')")
    expect(visitor.title).to_have_text("Your privacy choices")
    page.evaluate("void consentinel.show('settings')")
    expect(visitor.title).to_have_text("Privacy settings")
    page.evaluate("consentinel.accept()")
    expect(visitor.dialog).to_have_count(0)


def test_asks_again_when_the_purposes_have_changed(page: Page, serve: Serve) -> None:
    site = start_site(serve)
    page.context.add_cookies([{"name": "consentinel", "value": "1.1111.ffffffff.20700", "url": site.url}])
    Visitor(page).opens(site.url)
