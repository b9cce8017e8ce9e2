"""Our script at the root of a host whose subdomains the rules know."""

import pytest
from playwright.sync_api import Page

from tests.conftest import Serve
from tests.support.banner import built
from tests.support.sites import HTML, Site

pytestmark = pytest.mark.browser


def test_a_rule_for_a_host_below_that_of_the_page_counts(page: Page, serve: Serve) -> None:
    site = Site("http://shop.localhost/")
    port = serve(site).port
    rules = [{"host": "metrics.shop.localhost", "category": "performance", "vendor": "metrics"}]
    for name, content in built({"site": "http://shop.localhost/", "rules": rules}).items():
        site.script(f"http://shop.localhost/{name}", content.decode("utf-8"))
    site.add(
        "http://shop.localhost/", '<!doctype html><script src="/consentinel.js"></script>', content_type=HTML
    )
    page.goto(f"http://shop.localhost:{port}/")
    address = f"http://metrics.shop.localhost:{port}/collect.gif"
    page.evaluate(f"document.body.append(Object.assign(new Image(), {{ src: '{address}' }}))")
    assert page.evaluate("consentinel.state().pending") == 1
