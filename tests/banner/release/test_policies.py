"""Pages with a strict policy and Trusted Types: nothing of ours breaks it, and released tags run."""

import pytest
from playwright.sync_api import expect

from tests.banner.release.stand import Stand

pytestmark = pytest.mark.browser

POLICY = (
    "default-src 'self'; script-src 'nonce-n' 'strict-dynamic'; style-src 'self'; frame-src http:; "
    "require-trusted-types-for 'script'; trusted-types consentinel"
)
VIOLATIONS = """<script nonce="n">var seen = [], violations = [];
addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));</script>"""

FRAME = """{
  const frame = Object.assign(document.createElement('iframe'), { id: 'map', width: 500, height: 300 });
  frame.src = 'http://maps.localhost:PORT/map';
  document.body.append(frame);
}"""


def test_nonce_and_trusted_types(stand: Stand) -> None:
    stand.tag("perf", "/a.js", "seen.push('a', !!document.currentScript.nonce)")
    stand.site.page("http://maps.localhost/map", "the map")
    stand.open(
        '<script nonce="n" src="http://perf.localhost:PORT/a.js"></script>'
        '<script nonce="n" type="text/plain" data-category="performance">seen.push("inline")</script>'
        f'<script nonce="n">{FRAME}</script>',
        head=VIOLATIONS,
        headers={"Content-Security-Policy": POLICY},
    )
    frame = stand.page.frame_locator("#map")
    expect(frame.get_by_role("heading", name="Maps is blocked")).to_be_visible()
    frame.get_by_role("button", name="Allow this service").click()
    expect(frame.get_by_text("the map")).to_be_visible()
    stand.choose("performance")
    # wait_for_function evaluates text, which this page forbids
    stand.page.evaluate(
        "() => new Promise((done) => {"
        " const look = () => (seen.length === 3 ? done() : setTimeout(look, 20)); look(); })"
    )
    assert stand.seen() == ["a", True, "inline"]
    assert stand.page.evaluate("violations") == []
