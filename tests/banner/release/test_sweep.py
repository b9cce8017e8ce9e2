"""Withdrawal deletes what the rules know by name, wherever a cookie was set, and nothing else."""

import pytest

from tests.banner.release.stand import Stand

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


def show(stand: Stand) -> None:
    stand.host = "www.site.localhost"
    stand.put("/shop/cart/list", "", cookie_domain="site.localhost")
    stand.page.goto(stand.url("/shop/cart/list"))


def test_after_withdrawal_only_the_sites_own_is_left(stand: Stand) -> None:
    show(stand)
    stand.page.evaluate("consentinel.accept()")
    stand.page.evaluate(SET)
    assert len(stand.page.evaluate(LEFT)["cookies"]) == 15
    with stand.page.expect_navigation():
        stand.page.evaluate("void consentinel.save({functional: true, performance: false, targeting: true})")
    left = stand.page.evaluate(LEFT)
    assert sorted(left["cookies"]) == [*["ads_b"] * 4, "ads_b_p", *["own"] * 4, "own_p"]
    assert left["storage"] == [["ads_b", "own"], ["ads_b", "own"]]
    assert left["databases"] == ["own_db"]
