"""Released tags run as they would have run in the first place: once, in order, as the same elements."""

import pytest

from tests.banner.release.stand import Stand

pytestmark = pytest.mark.browser

ADDRESSED = {
    *("img", "srcset", "poster", "frame", "object", "style", "background", "detached", "attribute", "source"),
}
NOTE = "(window.seen ||= []).push('{}')"


def inert(code: str, category: str = "performance") -> str:
    """Return an inline script as gated HTML has it."""
    attributes = f'type="text/plain" data-consentinel-type="" data-consentinel-category="{category}"'
    return f"<script {attributes}>{code}</script>"


def note(text: str) -> str:
    return NOTE.format(text)


def test_order_of_inline_and_external_scripts(stand: Stand) -> None:
    for name in ("a", "b", "d", "m"):
        stand.tag("perf", f"/{name}.js", note(name))
    source = "http://perf.localhost:PORT"
    stand.open(
        f'<script defer src="{source}/d.js"></script>'
        f'<script src="{source}/a.js"></script>'
        + inert(note("inline 1"))
        + f'<script type="module" src="{source}/m.js"></script>'
        f'<script src="{source}/b.js"></script>' + inert(note("inline 2"))
    )
    assert stand.seen() == []
    stand.choose("performance")
    stand.wait("a", "inline 1", "b", "inline 2", "d", "m")


def test_two_answers_at_once_release_once(stand: Stand) -> None:
    stand.tag("perf", "/a.js", note("a"))
    stand.open(
        '<script src="http://perf.localhost:PORT/a.js"></script>'
        + inert(note("b"))
        + inert(note("c"), "targeting")
    )
    stand.page.evaluate("consentinel.accept(), consentinel.accept(), void consentinel.accept()")
    stand.wait("a", "b", "c")


def test_what_is_added_later_does_not_fire_the_rest_again(stand: Stand) -> None:
    stand.tag("perf", "/a.js", note("a"))
    stand.tag("ads", "/b.js", note("b"))
    stand.open(
        '<script src="http://perf.localhost:PORT/a.js"></script><script src="http://ads.localhost:PORT/b.js"></script>'
    )
    stand.choose("performance")
    stand.wait("a")
    assert "/b.js" not in stand.asked("ads") or stand.seen() == ["a"]
    stand.choose("performance", "targeting")
    stand.wait("a", "b")


def test_the_same_element_with_its_listeners(stand: Stand) -> None:
    stand.tag("perf", "/a.js", note("ran") + ";seen.push(document.currentScript.id)")
    stand.open(
        '<script id="x" onload="seen.push(\'attribute\')" src="http://perf.localhost:PORT/a.js"></script>'
        "<script>x.addEventListener('load', () => seen.push('listener'));"
        "x.addEventListener('error', () => seen.push('error'))</script>"
    )
    stand.choose("performance")
    stand.wait("ran", "x", "attribute", "listener")


def test_a_failing_tag_stops_nobody(stand: Stand) -> None:
    stand.open(
        '<script src="http://perf.localhost:PORT/missing.js"></script>'
        + inert("window.onerror = () => true; throw new Error('mine')")
        + inert(note("after"))
    )
    stand.choose("performance")
    stand.wait("after")


def test_listeners_for_events_that_are_over(stand: Stand) -> None:
    late = "".join(
        f"{target}.addEventListener('{event}', (e) => seen.push('{event} ' + (e.target === {target})));"
        for target, event in (
            ("document", "DOMContentLoaded"),
            ("window", "load"),
            ("document", "readystatechange"),
        )
    )
    stand.open(
        "<script>var seen = []; window.onload = () => seen.push('page');</script>"
        + inert(late + "window.onload = () => seen.push('onload')")
        + inert("const old = window.onload; window.onload = () => { old(); seen.push('chained') }")
    )
    stand.page.evaluate("document.addEventListener('DOMContentLoaded', () => seen.push('never'))")
    stand.choose("performance")
    stand.wait("page", "DOMContentLoaded true", "load true", "readystatechange true", "onload", "chained")
    assert stand.page.evaluate("String(window.onload)") == "() => seen.push('page')"
    assert not stand.page.evaluate(
        "Object.hasOwn(document, 'addEventListener') || Object.hasOwn(document, 'write')"
    )


def test_what_is_written_lands_in_its_place(stand: Stand) -> None:
    stand.tag("perf", "/w.js", "document.write('<b id=w1>1</b><scr' + 'ipt src=/own.js></scr' + 'ipt>')")
    stand.tag("perf", "/next.js", note("next"))
    stand.site.script("/own.js", note("own") + ";document.write('<i id=w2>2</i>')")
    stand.open(
        '<p id="before"></p><script src="http://perf.localhost:PORT/w.js"></script><p id="after"></p>'
        '<script src="http://perf.localhost:PORT/next.js"></script>'
        + inert("document.writeln('<u id=w3>3</u>');" + note("inline"))
    )
    stand.choose("performance")
    stand.wait("own", "next", "inline")
    stand.page.wait_for_selector("#w3")
    ids = stand.page.evaluate("[...document.querySelectorAll('body > [id]:not(script)')].map((e) => e.id)")
    assert ids[:4] == ["before", "w1", "w2", "after"]


def test_async_scripts_hold_nobody_up(stand: Stand) -> None:
    stand.site.add("http://perf.localhost/slow.js", note("slow"), content_type="text/javascript", delay_s=0.5)
    stand.open('<script async src="http://perf.localhost:PORT/slow.js"></script>' + inert(note("inline")))
    stand.choose("performance")
    stand.wait("inline", "slow")


def test_scripts_made_by_scripts_are_asynchronous(stand: Stand) -> None:
    stand.site.add("http://perf.localhost/slow.js", note("slow"), content_type="text/javascript", delay_s=0.5)
    stand.open(
        "<script>const s = document.createElement('script'); s.src = 'http://perf.localhost:PORT/slow.js';"
        "document.head.append(s)</script>" + inert(note("inline"))
    )
    assert stand.asked("perf") == []
    stand.choose("performance")
    stand.wait("inline", "slow")
    assert stand.asked("perf") == ["/slow.js"]


def test_elements_get_their_addresses_back(stand: Stand) -> None:
    stand.site.pixel("http://perf.localhost/*")
    stand.open(
        "<script>const make = (tag) => document.body.appendChild(document.createElement(tag));"
        "const add = (tag, set) => set(make(tag));"
        "const base = 'http://perf.localhost:PORT/';"
        "add('img', (e) => e.src = base + 'img');"
        "add('img', (e) => e.srcset = base + 'srcset');"
        "add('video', (e) => e.poster = base + 'poster');"
        "add('iframe', (e) => e.src = base + 'frame');"
        "add('object', (e) => e.data = base + 'object');"
        "add('link', (e) => { e.rel = 'stylesheet'; e.href = base + 'style' });"
        "add('div', (e) => e.style.backgroundImage = `url(${base}background)`);"
        "window.detached = new Image(); detached.src = base + 'detached';</script>"
        '<video id="v"></video><div style="background: url(http://perf.localhost:PORT/attribute)">x</div>'
        "<script>v.append(Object.assign(make('source'), { src: `${base}source` }))</script>"
    )
    stand.page.wait_for_load_state()
    stand.site.log.clear()
    stand.choose("performance")
    stand.page.wait_for_function("consentinel.state().pending === 0")
    stand.page.wait_for_load_state("networkidle")
    assert {path[1:] for path in stand.asked("perf")} == ADDRESSED


def test_data_blocks_and_import_maps_are_no_scripts_to_wait_for(stand: Stand) -> None:
    stand.site.script("/mod.js", note("mapped"))
    stand.open(
        '<script type="text/plain" data-consentinel-type="importmap" data-consentinel-category="performance">'
        '{"imports": {"thing": "/mod.js"}}</script>'
        '<script type="text/plain" data-consentinel-type="application/json" data-consentinel-src="/none" '
        'data-consentinel-category="performance"></script>'
        '<script type="text/plain" data-consentinel-type="" nomodule data-consentinel-src="/old.js" '
        'data-consentinel-category="performance"></script>'
        '<script type="text/plain" data-consentinel-type="module" data-consentinel-category="performance">'
        "import 'thing'</script>" + inert(note("inline"))
    )
    stand.choose("performance")
    stand.wait("inline", "mapped")


def test_several_categories_are_all_needed(stand: Stand) -> None:
    stand.open(inert(note("both"), "performance targeting") + inert(note("one")))
    stand.choose("performance")
    stand.wait("one")
    stand.choose("performance", "targeting")
    stand.wait("one", "both")


def test_what_comes_after_the_answer_runs_at_once(stand: Stand) -> None:
    stand.open("")
    stand.choose("performance")
    stand.page.evaluate(
        """() => {
          const fragment = document.createRange().createContextualFragment(
            `<div><script type="text/plain" data-consentinel-category="performance">
              (window.seen ||= []).push('new')
            </script></div>`);
          document.body.replaceChildren(fragment);
        }"""
    )
    stand.wait("new")


def test_a_part_that_cannot_be_loaded_is_tried_again(stand: Stand) -> None:
    stand.open(inert(note("a")))
    stand.page.route("**/consentinel-act.*", lambda route: route.abort())
    stand.page.evaluate("consentinel.accept().catch(() => {})")
    stand.page.unroute("**/consentinel-act.*")
    stand.page.evaluate("dispatchEvent(new Event('online'))")
    stand.wait("a")
