"""Plug-ins of gated HTML that are released while the page is still read: the answer is there already."""

from urllib.parse import urlsplit

import pytest

from tests.banner.release.stand import Stand

pytestmark = pytest.mark.browser

GATE = 'data-consentinel-category="performance" data-consentinel-vendor="perf"'
PLUGINS = (
    f'<object data-consentinel-data="http://perf.localhost:PORT/object" type="text/html" {GATE}></object>'
    f'<embed data-consentinel-src="http://perf.localhost:PORT/embed" type="text/html" {GATE}>'
)
REST = '<script src="/slow.js"></script><script>new Image().src = "/end";</script>'


def test_they_come_once_after_the_document(stand: Stand) -> None:
    """Chromium may load one anew while the parser still reads."""
    stand.site.pixel("http://perf.localhost/*").pixel("/end")
    stand.site.add("/slow.js", "", content_type="text/javascript", delay_s=0.5)
    stand.open("")
    stand.choose("performance")
    asked: list[str] = []
    stand.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    with (
        stand.page.expect_request("**/object"),
        stand.page.expect_request("**/embed"),
    ):
        stand.open(PLUGINS + REST)
    stand.page.wait_for_function("consentinel.state().pending === 0")
    stand.page.wait_for_load_state("networkidle")
    assert [path for path in asked if path in ("/end", "/object", "/embed")] == ["/end", "/object", "/embed"]
