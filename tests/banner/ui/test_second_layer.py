"""The second layer: a switch for each category and service, what they store, and the choice made so far."""

import pytest
from playwright.sync_api import Page, expect

from tests.banner.ui.pages import BannerSite, Visitor, start_site
from tests.conftest import Serve
from tests.support.reports import make_finding, make_report

pytestmark = pytest.mark.browser
CATEGORIES = ("Functional", "Performance", "Targeting")
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })"


def scanned_site(serve: Serve) -> BannerSite:
    """Return a site that was scanned: Google Analytics sets a cookie for two years."""
    finding = make_finding(
        host="127.0.0.1", url="http://127.0.0.1/", attributes={"lifetime": "2 years", "http_only": False}
    )
    return start_site(serve, report=make_report(finding, site="http://127.0.0.1/"))


@pytest.fixture
def visitor(page: Page, serve: Serve) -> Visitor:
    return Visitor(page).opens(start_site(serve).url).opens_settings()


def test_nothing_is_on_before_a_choice(visitor: Visitor) -> None:
    for name in CATEGORIES:
        expect(visitor.switch(name)).not_to_be_checked()
    switches = visitor.dialog.locator("[role=switch]")
    assert switches.evaluate_all("(all) => all.map((one) => one.checked)") == [False] * 6
    assert "Always on" in visitor.dialog.inner_text()


def test_saves_what_is_switched_on(visitor: Visitor) -> None:
    visitor.switch("Performance").click()
    visitor.button("save").click()
    expect(visitor.dialog).to_have_count(0)
    assert visitor.state()["choices"] == {
        "strictly-necessary": True,
        "functional": False,
        "performance": True,
        "targeting": False,
    }


def test_services_follow_their_category_and_may_differ(visitor: Visitor) -> None:
    visitor.dialog.locator("summary").nth(1).click()
    visitor.switch("Performance").click()
    expect(visitor.switch("Stats")).to_be_checked()
    visitor.switch("Stats").click()
    visitor.dialog.locator("summary").nth(0).click()
    visitor.switch("Chat").click()
    visitor.button("save").click()
    assert visitor.state()["vendors"] == {"chat": True, "stats": False}
    assert visitor.state()["choices"]["functional"] is False


def test_shows_the_choice_made_before(visitor: Visitor) -> None:
    visitor.dialog.locator("summary").nth(2).click()
    visitor.switch("Targeting").click()
    visitor.switch("Ads").click()
    visitor.button("save").click()
    visitor.corner.click()
    expect(visitor.switch("Targeting")).to_be_checked()
    expect(visitor.switch("Functional")).not_to_be_checked()
    visitor.dialog.locator("summary").nth(2).click()
    expect(visitor.switch("Ads")).not_to_be_checked()


def test_a_service_is_switched_on_and_off_again(visitor: Visitor) -> None:
    visitor.dialog.locator("summary").nth(2).click()
    for on in (True, False, True):
        visitor.switch("Ads").click()
        visitor.button("save").click()
        visitor.page.wait_for_function(f"consentinel.has('ads') === {str(on).lower()}")
        visitor.corner.click()
        visitor.dialog.locator("summary").nth(2).click()
        expect(visitor.switch("Ads")).to_be_checked(checked=on)


def test_an_exempt_service_shows_on_and_may_be_objected_to(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(start_site(serve, regime="fr", exempt=["Stats"]).url).opens_settings()
    visitor.dialog.locator("summary").nth(1).click()
    expect(visitor.switch("Stats")).to_be_checked()
    expect(visitor.switch("Performance")).not_to_be_checked()
    visitor.switch("Stats").click()
    visitor.button("save").click()
    assert visitor.state()["vendors"] == {"stats": False}


@pytest.mark.parametrize(("action", "granted"), [("accept", True), ("reject", False)])
def test_answers_for_everything(visitor: Visitor, action: str, granted: bool) -> None:
    visitor.button(action).click()
    assert set(visitor.state()["choices"].values()) == {True, granted}


def test_withdraws_what_was_granted(visitor: Visitor) -> None:
    expect(visitor.button("withdraw")).to_have_count(0)
    visitor.button("accept").click()
    visitor.corner.click()
    expect(visitor.button("withdraw")).to_be_visible()
    visitor.button("withdraw").click()
    visitor.page.wait_for_function("consentinel.state().choices.targeting === false")
    expect(visitor.dialog).to_have_count(0)


def test_esc_and_close_lead_back_to_the_question(visitor: Visitor) -> None:
    visitor.page.keyboard.press("Escape")
    expect(visitor.title).to_have_text("Your privacy choices")
    assert visitor.focus() == "settings"
    visitor.opens_settings()
    visitor.dialog.get_by_role("button", name="Close").click()
    expect(visitor.title).to_have_text("Your privacy choices")
    assert not visitor.state()["decided"]


def test_esc_leads_back_to_the_page_after_a_choice(visitor: Visitor) -> None:
    visitor.button("reject").click()
    visitor.corner.focus()
    visitor.page.keyboard.press("Enter")
    visitor.switch("Functional").wait_for()
    visitor.page.keyboard.press("Escape")
    expect(visitor.dialog).to_have_count(0)
    assert visitor.focus() == "settings"
    assert visitor.page.evaluate("document.activeElement.slot") == "w"


def test_keeps_the_focus(visitor: Visitor) -> None:
    assert visitor.focus() == "t"
    seen = visitor.tabs(20)
    assert {"close", "summary", "save", "accept", "reject"} <= set(seen)
    assert "first" not in seen
    assert "own" not in seen


def test_is_used_by_keyboard(visitor: Visitor) -> None:
    visitor.switch("Functional").focus()
    visitor.page.keyboard.press("Space")
    visitor.button("save").focus()
    visitor.page.keyboard.press("Enter")
    assert visitor.state()["choices"]["functional"] is True


def test_says_what_a_service_stores_and_how_long(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(scanned_site(serve).url)
    visitor.button("settings").click()
    visitor.dialog.locator("summary", has_text="Services and details (2)").click()
    service = visitor.dialog.locator(".vendor", has_text="Google Analytics")
    expect(service.get_by_role("listitem")).to_have_text("_ga Cookie · 2 years · tells visitors apart")
    assert service.get_by_role("link").get_attribute("href")


def test_shows_date_id_and_receipt_of_a_grant(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(start_site(serve, confirms=True).url)
    visitor.button("accept").click()
    page.wait_for_function("localStorage.getItem('consentinel.receipt')")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.corner.click()
    facts = visitor.dialog.locator(".facts")
    expect(facts).to_contain_text("0198c1f2-7b3c")
    today = page.evaluate("new Intl.DateTimeFormat('en', {dateStyle: 'long', timeZone: 'UTC'}).format()")
    expect(facts).to_contain_text(f"Your choice of {today}")
    facts.get_by_role("button", name="Copy").last.click()
    expect(facts.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "eyJhbGciOi.J9"


def test_a_refusal_shows_its_date_alone(visitor: Visitor) -> None:
    visitor.button("reject").click()
    visitor.corner.click()
    facts = visitor.dialog.locator(".facts")
    expect(facts).to_contain_text("Your choice of")
    expect(facts.locator("code")).to_have_count(0)


def test_says_that_the_browsers_objection_is_honoured(page: Page, serve: Serve) -> None:
    page.add_init_script(GPC)
    visitor = Visitor(page).opens(start_site(serve).url).opens_settings()
    expect(visitor.dialog).to_contain_text("Opt-out request honoured")


def test_without_its_file_the_first_layer_says_so(page: Page, serve: Serve) -> None:
    site = start_site(serve)
    site.lose("settings")
    visitor = Visitor(page).opens(site.url)
    visitor.button("settings").click()
    expect(visitor.dialog).to_contain_text("Details could not be loaded. You can still choose.")
    visitor.button("reject").click()
    assert visitor.state()["decided"]
