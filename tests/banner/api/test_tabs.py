"""Several tabs, the way back, prerendering: the choice that was made last holds everywhere."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.banner.api.pages import Banner, choose, open_context, reloads, start_banner
from tests.conftest import Serve

pytestmark = pytest.mark.browser

HEARD = (
    "<script>window.heard = [];"
    "consentinel.on('change', ({choices}) => heard.push(choices.targeting))</script>"
)


def two_tabs(browser: Browser, banner: Banner) -> tuple[Page, Page]:
    context = open_context(browser)
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(banner.url)
    return first, second


def test_a_choice_in_another_tab_holds_here(browser: Browser, serve: Serve) -> None:
    banner = start_banner(serve, head=HEARD, api="/api")
    first, second = two_tabs(browser, banner)
    choose(first, "accept()")
    second.wait_for_function("heard.length")
    assert second.evaluate("[heard, consentinel.state().decided]") == [[True], True]
    assert len(banner.posts) == 1
    first.context.close()


def test_withdrawing_in_another_tab_loads_a_page_anew_in_which_something_ran(
    browser: Browser, serve: Serve
) -> None:
    banner = start_banner(serve, head=HEARD + "<script>document.cookie = 'ads_id=1'</script>")
    first, second = two_tabs(browser, banner)
    choose(first, "accept()")
    second.wait_for_function("heard.length")
    second.reload()
    with second.expect_navigation():
        first.evaluate("void consentinel.withdraw()")
    assert not second.evaluate("consentinel.has('targeting')")
    first.context.close()


def test_accepting_in_another_tab_leaves_a_page_under_a_policy_alone(browser: Browser, serve: Serve) -> None:
    first, second = two_tabs(browser, start_banner(serve, head=HEARD, mode="strict"))
    second.evaluate("window.same = true")
    reloads(first, "accept()")
    second.wait_for_function("heard.length")
    assert second.evaluate("window.same")
    with first.expect_navigation():
        first.evaluate("void consentinel.withdraw()")
    second.wait_for_function("!window.same")
    first.context.close()


def test_a_page_that_comes_back_reads_the_cookie_again(page: Page, serve: Serve) -> None:
    """What a restored page sees: a cookie that has changed, and `pageshow`."""
    banner = start_banner(serve, head=HEARD)
    page.goto(banner.url)
    choose(page, "reject()")
    day = page.evaluate("Math.floor(Date.now() / 864e5)")
    page.context.add_cookies([{"name": "consentinel", "value": f"1.1001.0a1b2c3d.{day}", "url": banner.url}])
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert page.evaluate("heard") == [False, True]


def test_an_answer_that_has_run_out_meanwhile_is_none(page: Page, serve: Serve) -> None:
    banner = start_banner(serve)
    page.clock.install()
    page.goto(banner.url)
    choose(page, "reject()")
    page.clock.set_fixed_time(page.evaluate("Date.now() + 183 * 864e5"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert not page.evaluate("consentinel.state().decided")


def test_nothing_is_granted_while_a_page_is_prerendered(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, head=HEARD)
    page.goto(banner.url)
    choose(page, "accept()")
    page.add_init_script(
        "window.asleep = true;"
        "Object.defineProperty(Document.prototype, 'prerendering', { get: () => window.asleep })"
    )
    page.goto(banner.url + "other")
    assert page.evaluate("[consentinel.has('targeting'), consentinel.has('ads')]") == [False, False]
    page.evaluate("window.asleep = false; document.dispatchEvent(new Event('prerenderingchange'))")
    assert page.evaluate("[consentinel.has('targeting'), heard]") == [True, [True]]


def test_the_question_goes_when_another_tab_has_answered(browser: Browser, serve: Serve) -> None:
    first, second = two_tabs(browser, start_banner(serve))
    question = second.locator("[data-consentinel-action=accept]")
    expect(question).to_be_visible()
    choose(first, "reject()")
    expect(question).to_be_hidden()
    first.context.close()
