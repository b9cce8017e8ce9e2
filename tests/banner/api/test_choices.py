"""The public API: what a choice says, where it is kept, who is told."""

import re
import time

import pytest
from playwright.sync_api import Page

from tests.banner.api.pages import GPC, US, choose, cookie, reloads, start_banner
from tests.conftest import Serve

pytestmark = pytest.mark.browser


def today() -> int:
    return int(time.time() // 86_400)


def test_nothing_is_granted_before_an_answer(page: Page, serve: Serve) -> None:
    page.goto(start_banner(serve).url)
    state = page.evaluate("consentinel.state()")
    assert state["choices"] == {
        "strictly-necessary": True,
        "functional": False,
        "performance": False,
        "targeting": False,
    }
    assert (state["decided"], state["date"]) == (False, None)
    assert (state["mode"], state["regime"], state["purposes"]) == ("standard", "eu", "0a1b2c3d")
    assert cookie(page.context) == ""


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("accept()", "1111"),
        ("reject()", "1000"),
        ("withdraw()", "1000"),
        ("save({performance: true})", "1010"),
        ("save({functional: true, targeting: true, performance: 'yes'})", "1101"),
        ("save({performance: true, vendors: {stats: false, ads: true, chat: false}})", "1010"),
    ],
)
def test_an_answer_is_remembered(page: Page, serve: Serve, call: str, value: str) -> None:
    banner = start_banner(serve)
    page.goto(banner.url)
    state = choose(page, call)
    assert state["decided"]
    assert cookie(page.context).startswith(f"1.{value}.0a1b2c3d.{today()}")
    page.goto(banner.url + "other")
    assert page.evaluate("consentinel.state()") == state


def test_services_differ_from_their_category(page: Page, serve: Serve) -> None:
    page.goto(start_banner(serve).url)
    state = choose(page, "save({performance: true, vendors: {stats: false, ads: true, constructor: true}})")
    assert state["vendors"] == {"stats": False, "ads": True}
    assert cookie(page.context).endswith(".1-2")
    assert [
        page.evaluate(f"consentinel.has('{what}')") for what in ("performance", "stats", "ads", "chat")
    ] == [
        True,
        False,
        True,
        False,
    ]


def test_a_service_that_was_denied_stays_denied_when_the_next_choice_is_silent(
    page: Page, serve: Serve
) -> None:
    page.goto(start_banner(serve).url)
    choose(page, "save({performance: true, vendors: {stats: false}})")
    assert choose(page, "save({performance: true, functional: true})")["vendors"] == {"stats": False}


def test_the_cookie_is_plain_lax_and_lasts_as_long_as_the_regime_says(page: Page, serve: Serve) -> None:
    page.goto(start_banner(serve).url)
    choose(page, "reject()")
    [found] = page.context.cookies()
    assert (found["path"], found["sameSite"], found["httpOnly"]) == ("/", "Lax", False)
    assert found["expires"] - time.time() == pytest.approx(182 * 86_400, abs=60)


def test_one_service_before_any_answer_holds_for_this_tab(page: Page, serve: Serve) -> None:
    banner = start_banner(serve)
    page.goto(banner.url)
    state = choose(page, "allow('chat')")
    assert (state["decided"], state["vendors"], cookie(page.context)) == (False, {"chat": True}, "")
    page.goto(banner.url + "other")
    assert page.evaluate("consentinel.has('chat')")
    state = choose(page, "save({performance: true})")
    assert (state["decided"], state["vendors"]) == (True, {"chat": True})


def test_a_refusal_covers_services_allowed_before(page: Page, serve: Serve) -> None:
    page.goto(start_banner(serve).url)
    choose(page, "allow('chat')")
    assert choose(page, "reject()")["vendors"] == {}
    assert not page.evaluate("consentinel.has('chat')")


def test_one_service_after_a_refusal_is_kept_in_the_cookie(page: Page, serve: Serve) -> None:
    page.goto(start_banner(serve).url)
    choose(page, "reject()")
    assert choose(page, "allow('chat')")["vendors"] == {"chat": True}
    assert cookie(page.context).endswith(".0")


def test_listeners_hear_of_a_change_once(page: Page, serve: Serve) -> None:
    page.goto(start_banner(serve).url)
    heard = page.evaluate(
        """async () => {
          const heard = [];
          const dom = ({ detail }) => heard.push(['dom', detail.choices.performance]);
          document.addEventListener('consentinel:change', dom);
          consentinel.on('ready', ({ decided }) => heard.push(['ready', decided]));
          const off = consentinel.on('change', () => heard.push('gone'));
          consentinel.on('change', () => { throw new Error('a listener of the page'); });
          consentinel.on('change', ({ choices }) => heard.push(['change', choices.performance]));
          consentinel.whenAllowed('performance', () => heard.push('performance'));
          consentinel.whenAllowed('ads', () => heard.push('ads'));
          off();
          addEventListener('error', (event) => event.preventDefault());
          await Promise.all([consentinel.accept(), consentinel.accept()]);
          return heard;
        }"""
    )
    assert heard == [["ready", False], ["dom", True], ["change", True], "performance", "ads"]


def test_scripts_below_hear_that_we_are_ready(page: Page, serve: Serve) -> None:
    listen = (
        "<script>window.heard = [typeof consentinel.state];"
        "document.addEventListener('consentinel:ready', ({detail}) => heard.push(detail.decided))</script>"
    )
    page.goto(start_banner(serve, head=listen).url)
    assert page.evaluate("heard") == ["function", False]


def test_a_choice_works_in_the_head_before_there_is_a_body(page: Page, serve: Serve) -> None:
    page.goto(start_banner(serve, head="<script>window.made = consentinel.accept()</script>").url)
    assert page.evaluate("made.then(({ choices }) => choices.targeting)")
    assert cookie(page.context).startswith("1.1111.")


def test_the_api_can_be_neither_replaced_nor_hidden(page: Page, serve: Serve) -> None:
    body = '<a id="consentinel"></a><form name="cookie"></form><img name="cookie"><img name="head">'
    page.goto(start_banner(serve, body=body).url)
    page.evaluate(
        "window.consentinel = null; consentinel.has = () => true;consentinel.state().choices.targeting = true"
    )
    assert not page.evaluate("consentinel.has('targeting')")
    choose(page, "save({performance: true})")
    assert cookie(page.context).startswith("1.1010.")


@pytest.mark.parametrize(
    "value",
    [
        "1.1111.0a1b2c3d",
        "1.1111.ffffffff.{day}",
        "1.1111.0a1b2c3d.{old}",
        "1.1111.0a1b2c3d.{future}",
        "x=1.1111.0a1b2c3d.{day}",
    ],
)
def test_a_cookie_that_is_no_choice_is_none(page: Page, serve: Serve, value: str) -> None:
    banner = start_banner(serve)
    text = value.format(day=today(), old=today() - 183, future=today() + 2)
    page.context.add_cookies([{"name": "consentinel", "value": text, "url": banner.url}])
    page.goto(banner.url)
    assert not page.evaluate("consentinel.state().decided")
    choose(page, "reject()")
    assert cookie(page.context).startswith("1.1000.")


@pytest.mark.parametrize("age", [0, 1, 179, 182, -1])
def test_an_answer_is_not_asked_for_again_too_early(page: Page, serve: Serve, age: int) -> None:
    banner = start_banner(serve)
    value = f"1.1000.0a1b2c3d.{today() - age}"
    page.context.add_cookies([{"name": "consentinel", "value": value, "url": banner.url}])
    page.goto(banner.url)
    assert page.evaluate("consentinel.state().decided")


def test_another_cookie_cannot_pass_for_ours(page: Page, serve: Serve) -> None:
    banner = start_banner(serve)
    value = f"consentinel=1.1111.0a1b2c3d.{today()}"
    page.context.add_cookies([{"name": "a", "value": value, "url": banner.url}])
    page.goto(banner.url)
    assert not page.evaluate("consentinel.state().decided")


def test_a_browser_that_keeps_nothing_is_asked_again(page: Page, serve: Serve) -> None:
    banner = start_banner(serve)
    page.add_init_script(
        """const refuse = () => { throw new Error('denied'); };
        Object.defineProperty(Document.prototype, 'cookie', { configurable: true, get: refuse, set: refuse });
        for (const name of ['localStorage', 'sessionStorage'])
          Object.defineProperty(window, name, { configurable: true, get: refuse });"""
    )
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error.stack)))
    page.goto(banner.url)
    assert choose(page, "accept()")["choices"]["targeting"]
    page.evaluate("dispatchEvent(new Event('pageshow'))")
    assert page.evaluate("consentinel.has('targeting')")
    page.goto(banner.url + "other")
    assert not page.evaluate("consentinel.state().decided")
    assert errors == []


def test_withdrawing_loads_the_page_anew_where_something_ran(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, head="<script>document.cookie = 'stats_id=1'</script>")
    page.goto(banner.url)
    choose(page, "accept()")
    page.goto(banner.url)
    assert "stats_id" in page.evaluate("document.cookie")
    reloads(page, "withdraw()")
    assert "stats_id" not in page.evaluate("document.cookie")
    assert page.evaluate("consentinel.state().decided")


def test_in_us_regimes_all_is_on_until_somebody_opts_out(page: Page, serve: Serve) -> None:
    page.goto(start_banner(serve, regimes=[US]).url)
    assert page.evaluate("consentinel.has('targeting') && consentinel.has('ads')")
    choose(page, "save({functional: true, performance: true, targeting: false})")
    assert not page.evaluate("consentinel.has('targeting')")


@pytest.mark.parametrize("attributes", ['data-country="US-CA"', ""])
def test_the_country_chooses_the_regime(page: Page, serve: Serve, attributes: str) -> None:
    regimes = [{**US, "id": "eu", "purposes": ["opt_in"] * 3}, {**US, "id": "us", "where": "US"}]
    page.goto(start_banner(serve, attributes=attributes, regimes=regimes).url)
    assert page.evaluate("consentinel.state().regime") == ("us" if attributes else "eu")


def test_the_edge_may_tell_the_country_by_cookie(page: Page, serve: Serve) -> None:
    regimes = [{**US, "id": "eu", "purposes": ["opt_in"] * 3}, {**US, "id": "us", "where": "US"}]
    banner = start_banner(serve, regimes=regimes)
    page.context.add_cookies([{"name": "consentinel_country", "value": "US-TX", "url": banner.url}])
    page.goto(banner.url)
    assert page.evaluate("consentinel.state().regime") == "us"


def test_countries_that_contradict_each_other_are_none(page: Page, serve: Serve) -> None:
    """Whoever has a host above or below may set a cookie of the same name: the strictest row then."""
    regimes = [{**US, "id": "eu", "purposes": ["opt_in"] * 3}, {**US, "id": "us", "where": "US"}]
    banner = start_banner(serve, regimes=regimes)
    for path, country in (("/", "DE"), ("/other", "US-TX")):
        page.context.add_cookies(
            [{"name": "consentinel_country", "value": country, "domain": "127.0.0.1", "path": path}]
        )
    page.goto(banner.url + "other")
    assert page.evaluate("consentinel.state().regime") == "eu"


@pytest.mark.parametrize("wins", [True, False])
def test_the_opt_out_signal(page: Page, serve: Serve, wins: bool) -> None:
    """On before any answer; beats an older opt-in; a newer one counts only where the law says so."""
    banner = start_banner(serve, regimes=[{**US, "optInWins": wins}])
    page.goto(banner.url)
    choose(page, "accept()")
    page.context.add_init_script(GPC)
    page.goto(banner.url)
    state = page.evaluate("consentinel.state()")
    assert (state["gpc"], state["decided"]) == (True, True)
    assert (state["choices"]["targeting"], state["choices"]["performance"]) == (False, True)
    assert choose(page, "accept()")["choices"]["targeting"] is wins
    page.goto(banner.url)
    assert page.evaluate("consentinel.has('targeting')") is wins


def test_the_opt_out_signal_before_any_answer(page: Page, serve: Serve) -> None:
    page.context.add_init_script(GPC)
    page.goto(start_banner(serve, regimes=[US]).url)
    assert page.evaluate(
        "[consentinel.has('performance'), consentinel.has('targeting'), consentinel.has('ads')]"
    ) == [
        True,
        False,
        False,
    ]


def test_under_opt_in_the_signal_does_not_undo_an_explicit_consent(page: Page, serve: Serve) -> None:
    page.context.add_init_script(GPC)
    page.goto(start_banner(serve).url)
    assert not page.evaluate("consentinel.has('targeting')")
    assert choose(page, "accept()")["choices"]["targeting"]


def test_exempt_vendors_run_until_somebody_objects(page: Page, serve: Serve) -> None:
    regime = {"id": "fr", "where": "", "purposes": ["opt_in"] * 3, "days": 182, "exempt": ["stats"]}
    page.goto(start_banner(serve, regimes=[regime]).url)
    assert page.evaluate("[consentinel.has('stats'), consentinel.has('performance')]") == [True, False]
    assert choose(page, "save({vendors: {stats: false}})")["vendors"] == {"stats": False}
    assert not page.evaluate("consentinel.has('stats')")
    choose(page, "accept()")
    assert choose(page, "reject()")["vendors"] == {"stats": False}
    assert not page.evaluate("consentinel.has('stats')")


def test_versions_are_told(page: Page, serve: Serve) -> None:
    page.goto(start_banner(serve, version="9.9").url)
    assert re.fullmatch(r"9\.9", page.evaluate("consentinel.state().version"))
