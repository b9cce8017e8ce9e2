"""HTML that a script gives to a sink."""

import pytest

from tests.banner.block.guarded import Guarded

pytestmark = pytest.mark.browser

HELD = (
    '<p title="a > b">a</p><!-- <img src="TRACKER/no"> --><img alt="" src=TRACKER/x>'
    "<iframe src='TRACKER/y'></iframe>"
)
SINKS = {
    "innerHTML": "const d = document.createElement('div'); d.innerHTML = HTML; document.body.append(d)",
    "outerHTML": "const d = document.createElement('b'); document.body.append(d); d.outerHTML = HTML",
    "insertAdjacentHTML": "document.body.insertAdjacentHTML('beforeend', HTML)",
    "setHTMLUnsafe": "const d = document.createElement('b'); document.body.append(d); d.setHTMLUnsafe(HTML)",
    "fragment": "document.body.append(document.createRange().createContextualFragment(HTML))",
    "shadow": "const d = document.createElement('div'); document.body.append(d);"
    " const s = d.attachShadow({ mode: 'open' }); s.innerHTML = HTML",
    "srcdoc": "const d = document.createElement('iframe'); d.srcdoc = HTML; document.body.append(d);"
    " await new Promise((done) => { d.onload = done; })",
    "escaped": "const d = document.createElement('div'); document.body.append(d);"
    " d.innerHTML = HTML.replaceAll('//', '&#x2F;&#x2F;')",
}
# As they are, and as they come back from the parser: our script must change neither.
BENIGN = [
    "<table><tr><td>1</td></tr></table>",
    "<tr><td>1<td>2",
    '<svg><image href="/own"></image><use xlink:href="#a"></use></svg>',
    '<p title="<img src=//own.example>">a < b && c > d</p>',
    "<script>if (a < b) document.write('<img src=\"x\">')</script><b>after</b>",
    '<textarea><img src="/own"></textarea>',
    "<style>a > b { background: url(/own) }</style>",
    "<form><form><input name=attributes></form>",
    '<a href="//elsewhere.example/">a</a><!-- open',
    "&lt;img src=//own.example&gt;",
]


@pytest.mark.parametrize("sink", SINKS)
def test_nothing_leaves(guarded: Guarded, sink: str) -> None:
    guarded.open()
    guarded.run(f"const HTML = `{HELD}`; {SINKS[sink]};")
    assert guarded.left() == []


@pytest.mark.parametrize("sink", ["innerHTML", "shadow"])
def test_what_was_held_arrives_after_a_grant(guarded: Guarded, sink: str) -> None:
    guarded.open()
    guarded.run(f"const HTML = `{HELD}`; {SINKS[sink]};")
    with guarded.page.expect_response("**/x"), guarded.page.expect_response("**/y"):
        guarded.run("await consentinel.accept();")
    assert sorted(guarded.left()) == ["/x", "/y"]


@pytest.mark.parametrize("html", BENIGN)
def test_what_is_not_held_is_parsed_as_it_is(guarded: Guarded, html: str) -> None:
    guarded.open()
    ours, native = guarded.page.evaluate(
        "(html) => { const d = document.createElement('div'); d.innerHTML = html;"
        " const parsed = new DOMParser().parseFromString(`<div>${html}`, 'text/html');"
        " return [d.innerHTML, parsed.body.firstChild.innerHTML]; }",
        html,
    )
    assert ours == native


def test_a_tag_written_in_pieces(guarded: Guarded) -> None:
    guarded.open(
        "<script>document.write('<b>1</b><img ');"
        ' document.write(\'src="TRACKER/x" alt=""><i>2</i>\')</script>'
    )
    assert guarded.run("return [...document.body.querySelectorAll('b, img, i')].map((e) => e.localName)") == [
        "b",
        "img",
        "i",
    ]
    assert guarded.left() == []


def test_trusted_types_stay_required(guarded: Guarded) -> None:
    guarded.open(policy="require-trusted-types-for 'script'")
    got = guarded.run(
        """const policy = trustedTypes.createPolicy('page', { createHTML: (text) => text });
        const d = document.createElement('div');
        d.innerHTML = policy.createHTML('<img src="TRACKER/x"><b>1</b>');
        const result = [d.querySelectorAll('b, img').length];
        try { d.innerHTML = '<img src="TRACKER/x">'; } catch (error) { result.push(error.name); }
        return result;"""
    )
    assert got == [2, "TypeError"]
    assert guarded.left() == []
