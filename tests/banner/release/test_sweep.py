"""Withdrawal and the end of an answer delete what the rules know by name, wherever it was, and no more."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Request

from tests.banner.release.stand import RULES, Stand

pytestmark = pytest.mark.browser

SET = """() => {
  for (const name of ['perf_a', 'ads_b', 'own']) {
    document.cookie = `${name}=1; path=/`;
    document.cookie = `${name}=2; path=/shop`;
    document.cookie = `${name}=3; path=/shop/cart/`;
    document.cookie = `${name}=4; path=/; domain=site.localhost`;
    document.cookie = `${name}_p=5; path=/; secure; partitioned`;
    localStorage.setItem(name, '1');
    sessionStorage.setItem(name, '1');
  }
  const made = ['perf_db', 'own_db'].map((name) => new Promise((resolve) => {
    indexedDB.open(name).onsuccess = ({ target }) => resolve(target.result.close());
  }));
  return Promise.all(made);
}"""

LEFT = """async () => {
  const own = (name) => !name.startsWith('consentinel');
  return {
    cookies: document.cookie.split('; ').map((cookie) => cookie.split('=')[0]).filter(own),
    storage: [localStorage, sessionStorage].map((area) => Object.keys(area).filter(own).sort()),
    databases: (await indexedDB.databases()).map(({ name }) => name).filter(own).sort(),
  };
}"""


PATH = "/shop/cart/list"
PART = "**/consentinel-act.*"
SWEPT = """() => localStorage.getItem('consentinel.swept')
  === (consentinel.state().decided ? /(?:^|; )consentinel=([^;]*)/.exec(document.cookie)[1] : null)"""


def show(stand: Stand, **config: Any) -> None:
    stand.host = "www.site.localhost"
    stand.put(PATH, "", cookie_domain="site.localhost", **config)
    stand.page.goto(stand.url(PATH))


def accepted(stand: Stand) -> None:
    """Accept, and have everything set."""
    show(stand)
    stand.page.evaluate("consentinel.accept()")
    stand.page.evaluate(SET)
    assert len(stand.page.evaluate(LEFT)["cookies"]) == 15


def only_own_is_left(stand: Stand) -> None:
    """Wait until the page has deleted what it has to, and see what is left."""
    stand.page.wait_for_function(SWEPT)
    left = stand.page.evaluate(LEFT)
    assert sorted(left["cookies"]) == [*["own"] * 4, "own_p"]
    assert left["storage"] == [["own"], ["own"]]
    assert left["databases"] == ["own_db"]


def parts_asked(stand: Stand) -> list[str]:
    """Return a list that is filled with the addresses of the part that acts, as pages ask for it."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if "consentinel-act." in request.url:
            asked.append(request.url)

    stand.page.on("request", note)
    return asked


def test_after_withdrawal_only_the_sites_own_is_left(stand: Stand) -> None:
    accepted(stand)
    with stand.page.expect_navigation():
        stand.page.evaluate("void consentinel.save({functional: true, performance: false, targeting: true})")
    left = stand.page.evaluate(LEFT)
    assert sorted(left["cookies"]) == [*["ads_b"] * 4, "ads_b_p", *["own"] * 4, "own_p"]
    assert left["storage"] == [["ads_b", "own"], ["ads_b", "own"]]
    assert left["databases"] == ["own_db"]


def outdated(stand: Stand) -> None:
    [cookie] = [one for one in stand.page.context.cookies() if one["name"] == "consentinel"]
    *head, day = cookie["value"].split(".")
    cookie["value"] = ".".join((*head, str(int(day) - 183)))
    stand.page.context.add_cookies([cookie])  # type: ignore[list-item]
    show(stand)


def cleared(stand: Stand) -> None:
    stand.page.context.clear_cookies(name="consentinel")
    show(stand)


def other_purposes(stand: Stand) -> None:
    show(stand, rules=[*RULES, {"host": "new.localhost", "category": "targeting", "vendor": "New"}])


@pytest.mark.parametrize("end", [outdated, cleared, other_purposes])
def test_at_the_end_of_an_answer_only_the_sites_own_is_left(
    stand: Stand, end: Callable[[Stand], None]
) -> None:
    accepted(stand)
    end(stand)
    assert not stand.page.evaluate("consentinel.state().decided")
    only_own_is_left(stand)


def test_a_page_deletes_what_the_withdrawal_could_not(stand: Stand) -> None:
    """The part that deletes was not to be had then."""
    accepted(stand)
    stand.page.route(PART, lambda route: route.abort())
    stand.page.goto(stand.url(PATH))
    stand.page.evaluate("consentinel.withdraw()")
    assert len(stand.page.evaluate(LEFT)["cookies"]) == 15
    stand.page.unroute(PART)
    stand.page.goto(stand.url(PATH))
    only_own_is_left(stand)


def test_the_part_that_deletes_is_loaded_only_where_there_may_be_something(stand: Stand) -> None:
    asked = parts_asked(stand)
    show(stand)
    stand.page.reload(wait_until="networkidle")
    assert asked == []
    stand.page.evaluate("consentinel.accept()")
    stand.page.wait_for_function(SWEPT)
    assert len(asked) == 1
    stand.page.reload(wait_until="networkidle")
    assert len(asked) == 1


def test_the_receipt_ends_with_the_answer(stand: Stand) -> None:
    accepted(stand)
    stand.page.evaluate("localStorage.setItem('consentinel.receipt', 'c-1 r-1')")
    cleared(stand)
    stand.page.wait_for_function(SWEPT)
    assert stand.page.evaluate("localStorage.getItem('consentinel.receipt')") is None


def test_a_prerendered_page_deletes_nothing(stand: Stand) -> None:
    """It has no visitor yet, and knows of no grant."""
    accepted(stand)
    stand.page.evaluate("localStorage.removeItem('consentinel.swept')")
    stand.page.add_init_script(
        "window.asleep = true;"
        "Object.defineProperty(Document.prototype, 'prerendering', { get: () => window.asleep })"
    )
    with stand.page.expect_event("requestfinished", lambda request: "consentinel-act." in request.url):
        stand.page.goto(stand.url(PATH), wait_until="networkidle")
    assert len(stand.page.evaluate(LEFT)["cookies"]) == 15
    stand.page.evaluate("window.asleep = false; document.dispatchEvent(new Event('prerenderingchange'))")
    stand.page.wait_for_function(SWEPT)
    assert len(stand.page.evaluate(LEFT)["cookies"]) == 15
