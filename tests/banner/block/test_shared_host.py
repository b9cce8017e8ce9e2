"""Our script on a host that others use, too."""

import pytest
from playwright.sync_api import Page

from tests.banner.block.guarded import TRACKER, Guarded
from tests.conftest import Serve
from tests.support.banner import built
from tests.support.sites import HTML, Site

pytestmark = pytest.mark.browser


def test_only_its_own_folder_is_no_third_party(page: Page, serve: Serve) -> None:
    site = Site("http://127.0.0.1/")
    guarded = Guarded(site, page, serve(site).port)
    rules = [{"host": TRACKER, "category": "targeting", "vendor": "tracker"}]
    for name, content in built({"site": "http://127.0.0.1/", "rules": rules}).items():
        site.script(f"http://{TRACKER}/mine/{name}", content.decode("utf-8"))
    site.pixel(f"http://{TRACKER}/other.gif")
    address = f"http://{TRACKER}:{guarded.port}"
    html = f'<!doctype html><script src="{address}/mine/consentinel.js"></script>'
    site.add("/", html, content_type=HTML)
    page.goto(f"http://127.0.0.1:{guarded.port}/")
    guarded.run("document.body.append(Object.assign(new Image(), { src: 'TRACKER/other.gif' }));")
    assert page.evaluate("consentinel.state().pending") == 1
    with page.expect_request("**/other.gif"):
        page.evaluate("consentinel.accept()")
