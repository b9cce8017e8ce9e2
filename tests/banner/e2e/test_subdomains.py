"""One choice for one host, or for all hosts of a domain: the setting `cookie_domain`."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.banner.e2e.conftest import Visitors
from tests.banner.e2e.page_objects import BannerPage
from tests.support.banner import built
from tests.support.sites import SCRIPT, Site

pytestmark = pytest.mark.browser

SHOP, BLOG = "https://a.site.example", "https://b.site.example"
_BASE: dict[str, Any] = {
    "site": f"{SHOP}/",
    "controller": "Shop",
    "rules": [{"host": "tracker.example", "category": "targeting", "vendor": "tracker"}],
}
VARIANTS: dict[str, dict[str, Any]] = {"alone": {}, "shared": {"cookie_domain": "site.example"}}


def make_site() -> Site:
    """Return two hosts, each with one page per variant of the banner."""
    site = Site(f"{SHOP}/")
    for variant, settings in VARIANTS.items():
        files = built({**_BASE, **settings})
        for host in (SHOP, BLOG):
            site.page(f"{host}/{variant}/", head=f'<script src="/{variant}/consentinel.js"></script>')
            for name, content in files.items():
                site.add(f"{host}/{variant}/{name}", content, content_type=SCRIPT)
    return site


@pytest.fixture
def banner(visit: Visitors) -> Iterator[BannerPage]:
    with visit.page() as page:
        yield BannerPage(page, visit.site)


def domains(banner: BannerPage) -> list[str]:
    """Return the domains of the consent cookies."""
    cookies = banner.page.context.cookies()
    return [str(cookie.get("domain")) for cookie in cookies if cookie["name"] == "consentinel"]


def test_by_default_a_choice_holds_for_its_own_host(banner: BannerPage) -> None:
    banner.open(f"{SHOP}/alone/").call("accept")
    assert banner.state()["choices"]["targeting"] is True
    assert domains(banner) == ["a.site.example"]
    assert banner.open(f"{BLOG}/alone/").state()["decided"] is False


def test_with_cookie_domain_it_holds_for_all_hosts_of_the_domain(banner: BannerPage) -> None:
    banner.open(f"{SHOP}/shared/").call("accept")
    assert domains(banner) == [".site.example"]
    state = banner.open(f"{BLOG}/shared/").state()
    assert (state["decided"], state["choices"]["targeting"]) == (True, True)
    banner.call("withdraw")
    assert domains(banner) == [".site.example"]
    state = banner.open(f"{SHOP}/shared/").state()
    assert (state["decided"], state["choices"]["targeting"]) == (True, False)
