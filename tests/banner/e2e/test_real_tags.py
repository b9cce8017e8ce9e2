"""Tracker SDKs as their vendors publish them: nothing of them before opt-in, and they work after it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.banner.e2e.conftest import Visitors
from tests.banner.e2e.marketing import TAG, with_banner
from tests.banner.e2e.page_objects import BannerPage
from tests.sites.real_sdks import SNOWPLOW_COLLECTOR, START, sdk_site
from tests.support.banner import built
from tests.support.sites import Site

pytestmark = pytest.mark.browser

_RULES: list[dict[str, str]] = [
    {"host": host, "category": "performance", "vendor": vendor}
    for vendor, hosts in {
        "posthog": ("posthog.com",),
        "mixpanel": ("mxpnl.com", "mixpanel.com"),
        "amplitude": ("amplitude.com",),
        "segment": ("segment.com", "segment.io"),
        "snowplow": ("snplow.net",),
    }.items()
    for host in hosts
] + [
    {"host": "cdn.jsdelivr.net", "path": "/npm/@snowplow/*", "category": "performance", "vendor": "snowplow"},
    {"cookie": "_sp_*", "category": "performance", "vendor": "snowplow"},
    {"storage": "snowplow*", "category": "performance", "vendor": "snowplow"},
]
SETTINGS: dict[str, Any] = {"site": START, "controller": "Shop", "rules": _RULES}
# What the browser asks for since it stands in the HTML, which no script can stop; it does not run.
REQUESTED = {
    "/posthog": {"us-assets.i.posthog.com/static/array.js"},
    "/segment": {"cdn.segment.com/analytics.js/v1/wkConsentinelFixture00000000000/analytics.min.js"},
}
# The address that is asked when the SDK works, and the start of its cookie's name.
WORKS = {
    "/posthog": ("us.i.posthog.com/e/", "ph_"),
    "/mixpanel": ("api-js.mixpanel.com/track/", "mp_"),
    "/amplitude": ("api2.amplitude.com/2/httpapi", "AMP_"),
    "/segment": ("api.segment.io/v1/p", "ajs_"),
}
_STORED = """async () => [
  ...Object.keys(localStorage), ...Object.keys(sessionStorage),
  ...(await indexedDB.databases()).map((database) => database.name),
].filter((name) => !name.startsWith('consentinel'))"""


def make_site() -> Site:
    """Return the shop with the banner first on each page."""
    return with_banner(sdk_site(TAG), built(SETTINGS))


@pytest.fixture
def shop(visit: Visitors) -> Iterator[BannerPage]:
    with visit.page() as page:
        yield BannerPage(page, visit.site)


def strangers(shop: BannerPage) -> set[str]:
    """Return the addresses of third parties that were asked for."""
    vendors = set(shop.site.hosts) - {"www.sdk-shop.example"}
    return {hit.host + hit.path for hit in shop.site.log.hits if hit.host in vendors}


def stored(shop: BannerPage) -> list[str]:
    names: list[str] = shop.page.evaluate(_STORED)
    return names


@pytest.mark.parametrize("path", sorted(WORKS))
def test_nothing_before_opt_in_and_everything_after_it(shop: BannerPage, path: str) -> None:
    address, cookie = WORKS[path]
    shop.open(START + path[1:])
    assert strangers(shop) <= REQUESTED.get(path, set())
    assert (shop.cookies(), stored(shop)) == (set(), [])
    shop.save(performance=True)
    shop.until_asked(address)
    assert any(name.startswith(cookie) for name in shop.cookies())


@pytest.mark.parametrize("path", sorted(WORKS))
def test_nothing_after_refusal_also_on_the_next_page(shop: BannerPage, path: str) -> None:
    shop.open(START + path[1:])
    shop.call("reject")
    shop.open(START + path[1:])
    assert strangers(shop) <= REQUESTED.get(path, set())
    assert (shop.cookies(), stored(shop)) == ({"consentinel"}, [])


def test_a_tag_whose_page_calls_it_at_once_works_on_the_next_page(shop: BannerPage) -> None:
    """Its inline code ran without it and failed, as it does when a network blocks the file."""
    shop.open(f"{START}snowplow")
    assert f"{SNOWPLOW_COLLECTOR}/com.snowplowanalytics.snowplow/tp2" not in strangers(shop)
    assert (shop.cookies(), stored(shop)) == (set(), [])
    shop.save(performance=True)
    shop.open(f"{START}snowplow")
    assert f"{SNOWPLOW_COLLECTOR}/com.snowplowanalytics.snowplow/tp2" in strangers(shop)
    assert any(name.startswith("_sp_id") for name in shop.cookies())


def test_a_tag_above_the_script_is_reported_as_late(shop: BannerPage) -> None:
    late = "https://cdn.mxpnl.com/libs/mixpanel-2-latest.min.js"
    tag = f'<script src="{late}"></script>{TAG}'
    shop.site.page("/late", "<p>Too late.</p>", head=tag)
    shop.open(f"{START}late")
    (told,) = shop.state()["late"]
    assert told["url"] == late
