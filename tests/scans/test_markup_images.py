"""Images in markup that a script assigns have that script as their writer."""

import pytest

from consentinel.scanner.observations import Writer
from tests.conftest import Serve
from tests.support.scans import scan_site
from tests.support.sites import Site

PIXEL = "http://t.tracker.example/p.gif"
TAG = "http://cdn.tracker.example/tag.js"


@pytest.mark.browser
@pytest.mark.parametrize("attributes", ['src="{}?a=1&amp;b=2" alt=""', "alt='' src={}?a=1&b=2 width=1"])
def test_the_writer_of_an_assigned_image_is_the_script(serve: Serve, attributes: str) -> None:
    markup = "<p>text</p><img " + attributes.format(PIXEL) + ">"
    code = f"\nconst holder = document.createElement('div');\nholder.innerHTML = `{markup}`;"
    site = Site().page("/", f'<script src="{TAG}"></script>').script(TAG, code).pixel(PIXEL)
    report = scan_site(site.start, serve(site)).report
    [pixel] = [finding for finding in report.findings if finding.kind == "pixel"]
    assert pixel.host == "t.tracker.example"
    assert pixel.writer == Writer(url=TAG, line=3)
