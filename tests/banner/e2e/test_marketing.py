"""The marketing site, its banner built from its own scan, in all eight combinations of categories."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from tests.banner.e2e.conftest import Visitors
from tests.banner.e2e.marketing import gated_marketing_app as make_site  # noqa: F401 the fixture `visit` asks for it
from tests.banner.e2e.page_objects import BannerPage
from tests.sites.marketing_site import START

pytestmark = pytest.mark.browser

GA4 = "region1.google-analytics.com/g/collect"
META = "www.facebook.com/tr/"
# What each category lets in, each once: the address that is asked, and the cookies that come with it.
SENDS = {
    "functional": {},
    "performance": {
        GA4: {"_ga", "_ga_MKTSITE001"},
        "static.hotjar.com/c/hotjar-1234567.js": {"_hjSessionUser_1234567", "_hjSession_1234567"},
        "track.hubspot.com/__ptq.gif": {"__hssc", "__hssrc", "__hstc", "__cf_bm"},
    },
    "targeting": {
        META: {"_fbp", "fr", "_gcl_au"},
        "px.ads.linkedin.com/collect/": {"bcookie"},
        "bat.bing.com/action/0": {"_uetsid", "_uetvid", "MUID"},
    },
}
ALL_SENT = {address for sends in SENDS.values() for address in sends}
NOSCRIPT = {"www.googletagmanager.com/ns.html", "www.facebook.com/tr"}
DENIED = {
    "security_storage": "granted",
    **dict.fromkeys(
        (
            "functionality_storage",
            "personalization_storage",
            "analytics_storage",
            "ad_storage",
            "ad_user_data",
            "ad_personalization",
        ),
        "denied",
    ),
}
SIGNALS = {
    "functional": ("functionality_storage", "personalization_storage"),
    "performance": ("analytics_storage",),
    "targeting": ("ad_storage", "ad_user_data", "ad_personalization"),
}
COMBINATIONS = [
    dict(zip(("functional", "performance", "targeting"), choice, strict=True))
    for choice in product((False, True), repeat=3)
]


@pytest.fixture
def shop(visit: Visitors) -> Iterator[BannerPage]:
    with visit.page() as page:
        yield BannerPage(page, visit.site).open(START)


def sent(shop: BannerPage) -> dict[str, int]:
    """Return how often each address was asked that only a running tag asks for."""
    return {address: count for address, count in shop.asked().items() if address in ALL_SENT}


def update(choices: dict[str, bool]) -> dict[str, str]:
    """Return what Consent Mode is told of a choice."""
    granted = (signal for name, on in choices.items() if on for signal in SIGNALS[name])
    return DENIED | dict.fromkeys(granted, "granted")


def names(choices: dict[str, bool]) -> str:
    return "+".join(name for name, on in choices.items() if on) or "nothing"


@pytest.mark.parametrize("choices", COMBINATIONS, ids=names)
def test_each_combination_lets_in_its_own_tags_once(shop: BannerPage, choices: dict[str, bool]) -> None:
    assert sent(shop) == {}
    assert shop.cookies() == {"PHPSESSID"}
    shop.save(**choices)
    expected = {
        address: cookies for name, on in choices.items() if on for address, cookies in SENDS[name].items()
    }
    assert sent(shop) == dict.fromkeys(expected, 1)
    both = {"hubspotutk"} if choices["performance"] and choices["targeting"] else set()
    assert shop.cookies() == {"PHPSESSID", "consentinel", *both}.union(*expected.values())
    assert NOSCRIPT.isdisjoint(shop.asked())
    assert shop.told() == [
        ["consent", "default", {**DENIED, "wait_for_update": 500}],
        ["consentinel_ready"],
        ["js"],
        ["config", "G-MKTSITE001"],
        ["consent", "update", update(choices)],
        ["consentinel_change"],
    ]


def test_a_further_category_fires_its_tags_once_and_the_others_not_again(shop: BannerPage) -> None:
    shop.save(performance=True)
    assert (shop.asked()[GA4], shop.asked()[META]) == (1, 0)
    shop.save(performance=True, targeting=True)
    assert sent(shop) == dict.fromkeys({**SENDS["performance"], **SENDS["targeting"]}, 1)
    assert NOSCRIPT.isdisjoint(shop.asked())


def test_the_next_page_needs_no_new_answer(shop: BannerPage) -> None:
    shop.save(performance=True)
    shop.site.log.clear()
    shop.open(f"{START}product")
    assert (shop.asked()[GA4], shop.asked()[META]) == (1, 0)
    expected: list[Any] = ["consent", "update", update({"performance": True})]
    assert expected in shop.told() or shop.told()[0][2]["analytics_storage"] == "granted"


def test_withdrawal_takes_everything_back(shop: BannerPage) -> None:
    shop.call("accept")
    assert {"_ga", "_fbp", "_hjSession_1234567"} <= shop.cookies()
    shop.call("withdraw")
    shop.site.log.clear()
    shop.open(f"{START}product")
    assert sent(shop) == {}
    assert shop.cookies() - {"MUID", "bcookie", "fr", "__cf_bm"} == {"PHPSESSID", "consentinel"}
