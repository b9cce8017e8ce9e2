"""Addresses that a script gives to elements."""

import pytest

from tests.banner.block.guarded import Guarded

pytestmark = pytest.mark.browser

WAYS = {
    "property": "e.src = 'TRACKER/x'",
    "attribute": "e.setAttribute('SRC', 'TRACKER/x')",
    "namespace": "e.setAttributeNS(null, 'src', 'TRACKER/x')",
    "node": "const a = document.createAttribute('src'); a.value = 'TRACKER/x'; e.setAttributeNode(a)",
    "map": "const a = document.createAttribute('src'); a.value = 'TRACKER/x'; e.attributes.setNamedItem(a)",
    "value of a node": "e.setAttribute('src', ''); e.getAttributeNode('src').value = 'TRACKER/x'",
}


@pytest.mark.parametrize("tag", ["script", "img", "iframe", "embed", "video"])
@pytest.mark.parametrize("way", WAYS)
def test_nothing_leaves_and_the_page_reads_its_own_address(guarded: Guarded, way: str, tag: str) -> None:
    guarded.open()
    got = guarded.run(
        f"const e = document.createElement('{tag}'); {WAYS[way]}; document.body.append(e);"
        " return [e.src, e.getAttribute('src'), e.getAttribute('data-consentinel-src'),"
        " e.getAttribute('data-consentinel-category'), e.getAttribute('data-consentinel-vendor')];"
    )
    address = f"http://tracker.localhost:{guarded.port}/x"
    assert got == [address, address, address, "targeting", "tracker"]
    assert guarded.left() == []


def test_a_held_script_is_inert_and_keeps_its_type(guarded: Guarded) -> None:
    guarded.open()
    got = guarded.run(
        "const e = document.createElement('script'); e.type = 'module'; e.src = 'TRACKER/x';"
        " document.body.append(e); return [e.type, e.getAttribute('data-consentinel-type'), e.async];"
    )
    assert got == ["text/plain", "module", True]


def test_an_allowed_address_takes_the_held_one_away(guarded: Guarded) -> None:
    guarded.open()
    got = guarded.run(
        "const e = new Image(); e.src = 'TRACKER/x'; e.src = '/own';"
        " return [e.getAttribute('src'), e.hasAttribute('data-consentinel-src')];"
    )
    assert got == ["/own", False]


def test_links_and_custom_elements_keep_their_addresses(guarded: Guarded) -> None:
    guarded.open()
    got = guarded.run(
        "const a = document.createElement('a'); a.href = 'TRACKER/x';"
        " const c = document.createElement('my-map'); c.setAttribute('src', 'TRACKER/x');"
        " const l = document.createElement('link'); l.rel = 'canonical'; l.href = 'TRACKER/x';"
        " document.body.append(a, c, l);"
        " return [a, c, l].map((e) => e.outerHTML.includes('data-consentinel'));"
    )
    assert got == [False, False, False]


def test_no_tag_of_the_parser_runs(guarded: Guarded) -> None:
    guarded.open(
        '<script src="TRACKER/a"></script><script type="module" src="TRACKER/b"></script>'
        '<script type="module">import "TRACKER/c";</script><div><template shadowrootmode="open">'
        '<script src="TRACKER/d"></script></template></div>'
        '<script>document.write(\'<script src="TRACKER/e"><\\/script><p id="after">\')</script>'
    )
    guarded.left()
    assert guarded.run("return [window.ran, !!document.querySelector('#after')]") == [None, True]


def test_a_document_in_a_plug_in_of_the_parser_does_not_run(guarded: Guarded) -> None:
    guarded.open('<embed type="text/html" src="TRACKER/e.html"><object data="TRACKER/o.html"></object>')
    guarded.left()
    assert [frame.url for frame in guarded.page.frames if "tracker" in frame.url] == []


def test_a_grant_lets_later_addresses_through(guarded: Guarded) -> None:
    guarded.open()
    guarded.run(
        "await consentinel.accept(); document.body.append(Object.assign(new Image(), { src: 'TRACKER/x' }));"
    )
    assert guarded.left() == ["/x"]


def test_observe_touches_nothing(guarded: Guarded) -> None:
    guarded.open(mode="observe")
    text = guarded.run(
        "const image = Object.assign(new Image(), { src: 'TRACKER/x' });"
        " await new Promise((done) => (image.onload = image.onerror = done));"
        " return Object.getOwnPropertyDescriptor(Element.prototype, 'innerHTML').set.name;"
    )
    assert (text, guarded.left()) == ("set innerHTML", ["/x"])
