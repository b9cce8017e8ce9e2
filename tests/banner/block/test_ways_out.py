"""Calls, workers, frames and styles that reach for a tracker."""

import pytest

from tests.banner.block.guarded import Guarded

pytestmark = pytest.mark.browser

FRAME = "const f = document.body.appendChild(document.createElement('iframe')); "
PLACE = "document.body.insertAdjacentHTML('beforeend', '<iframe name=t></iframe>{}'); "
CALLS = {
    "fetch": "await fetch('TRACKER/x').catch((error) => { if (!(error instanceof TypeError)) throw error; })",
    "request": "await fetch(new Request('TRACKER/x')).catch(() => {})",
    "beacon": "if (!navigator.sendBeacon('TRACKER/x', 'a')) throw Error('refused')",
    "cache": "await (await caches.open('a')).add('TRACKER/x').catch(() => {})",
    "xhr": "await new Promise((done) => { const x = new XMLHttpRequest(); x.onerror = done;"
    " x.open('GET', 'TRACKER/x'); x.send(); })",
    "socket": "await new Promise((d) => { new WebSocket('TRACKER/x'.replace('http', 'ws')).onclose = d; })",
    "events": "await new Promise((done) => { new EventSource('TRACKER/x').onerror = done; })",
    "audio": "new Audio('TRACKER/x')",
    "frame": FRAME + "await f.contentWindow.fetch('TRACKER/x').catch(() => {})",
    "frame by index": FRAME + "await window[window.length - 1].fetch('TRACKER/x').catch(() => {})",
    "frame's markup": FRAME + "f.contentDocument.write('<script src=\"TRACKER/x\"></script>');"
    " f.contentDocument.close()",
    "form": PLACE.format('<form target=t action="TRACKER/x"></form>')
    + "document.forms[0].submit(); document.forms[0].requestSubmit()",
    "link": PLACE.format('<a target=t href="TRACKER/x">1</a>') + "document.links[0].click()",
    "window": PLACE.format("") + "open('TRACKER/x', 't')",
    "style": "document.body.style.background = 'url(TRACKER/x)'; document.body.offsetWidth",
    "second candidate": "document.body.style.backgroundImage ="
    ' \'image-set("/own" 3x, "TRACKER/x" 1x)\'; document.body.offsetWidth',
    "reflection": "document.body.style.webkitBoxReflect = 'below 0 url(TRACKER/x)';"
    " document.body.offsetWidth",
    "one argument more": "new Image().setAttribute('src', 'TRACKER/x', 0)",
    "keyframes": "document.body.animate([], 9).effect.setKeyframes("
    "{ backgroundImage: ['url(TRACKER/x)', 'none'] }); document.body.offsetWidth",
    "sheet": "const s = new CSSStyleSheet(); s.insertRule('body { background: url(TRACKER/x) }');"
    " document.adoptedStyleSheets = [s]; document.body.offsetWidth",
    "animation": "document.body.animate({ backgroundImage: ['url(TRACKER/x)', 'none'] }, 9);"
    " document.body.offsetWidth",
    "svg": "document.body.insertAdjacentHTML('beforeend', '<svg><image width=9 height=9></image></svg>');"
    " document.querySelector('image').href.baseVal = 'TRACKER/x'",
    "import rule": "const s = document.createElement('style'); s.textContent = '@import \"TRACKER/x\"';"
    " document.head.append(s)",
}
FRAMES = {
    "blob": "URL.createObjectURL(new Blob([CODE], { type: 'text/html' }))",
    "data": "`data:text/html,${encodeURIComponent(CODE)}`",
    "base64": "`data:text/html;base64,${btoa(CODE)}`",
}
PLUGINS = '<object data="TRACKER/o"></object><embed src="TRACKER/e"><object data="TRACKER/p"></object>'
WORKERS = {
    "blob": "URL.createObjectURL(new Blob([CODE]))",
    "data": "`data:text/javascript,${encodeURIComponent(CODE)}`",
    "base64": "`data:text/javascript;base64,${btoa(CODE)}`",
}


@pytest.mark.parametrize("call", CALLS)
def test_nothing_leaves(guarded: Guarded, call: str) -> None:
    guarded.open()
    guarded.run(f"{CALLS[call]};")
    assert guarded.left() == []


@pytest.mark.parametrize("kind", WORKERS)
def test_a_worker_made_of_text_is_guarded_and_works(guarded: Guarded, kind: str) -> None:
    guarded.open()
    answers = guarded.run(
        "const CODE = `fetch('TRACKER/x').catch((error) => postMessage(error.name));"
        " try { importScripts('TRACKER/y'); } catch (error) { postMessage(error.name); }`;"
        f" const worker = new Worker({WORKERS[kind]}); const answers = [];"
        " return new Promise((done) => { worker.onmessage = ({ data }) => {"
        " answers.push(data); if (answers.length === 2) done(answers.sort()); }; });"
    )
    assert answers == ["NetworkError", "TypeError"]
    assert guarded.left() == []


def test_a_worker_of_a_worker_is_guarded_and_works(guarded: Guarded) -> None:
    guarded.open()
    guarded.run(
        "const inner = `fetch('TRACKER/x').catch(() => postMessage(1));`;"
        " const outer = `new Worker(URL.createObjectURL(new Blob([${JSON.stringify(inner)}])))"
        ".onmessage = () => postMessage(1);`;"
        " const worker = new Worker(URL.createObjectURL(new Blob([outer])));"
        " await new Promise((done) => { worker.onmessage = done; });"
    )
    assert guarded.left() == []


@pytest.mark.parametrize("kind", FRAMES)
def test_the_document_in_a_frame_s_address_is_gated_and_works(guarded: Guarded, kind: str) -> None:
    guarded.open()
    answer = guarded.run(
        'const CODE = \'<img src="TRACKER/x"><script>fetch("TRACKER/y")'
        ".catch((error) => parent.postMessage(error.name, \"*\"))</' + 'script>';"
        f" const frame = document.createElement('iframe'); frame.src = {FRAMES[kind]};"
        " return new Promise((done) => { addEventListener('message', ({ data }) => done(data));"
        " document.body.append(frame); });"
    )
    assert answer == "TypeError"
    assert guarded.left() == []


def test_a_document_in_a_sandbox_is_guarded_and_says_what_it_was_given(guarded: Guarded) -> None:
    guarded.open()
    answer = guarded.run(
        'const text = \'<!doctype html><script>fetch("TRACKER/x")'
        ".catch((error) => parent.postMessage(error.name, \"*\"))</' + 'script>';"
        " const frame = document.createElement('iframe'); frame.sandbox = 'allow-scripts';"
        " frame.srcdoc = text;"
        " const name = new Promise((done) => { addEventListener('message', ({ data }) => done(data)); });"
        " document.body.append(frame); return [await name, frame.srcdoc === text];"
    )
    assert answer == ["TypeError", True]
    assert guarded.left() == []


def test_a_plug_in_of_the_parser_is_not_even_asked_for(guarded: Guarded) -> None:
    guarded.open(PLUGINS)
    assert guarded.left() == []


def test_a_worker_made_after_a_grant_is_free(guarded: Guarded) -> None:
    guarded.open()
    guarded.run(
        "await consentinel.accept(); const worker = new Worker(URL.createObjectURL(new Blob(["
        "\"fetch('TRACKER/x', { mode: 'no-cors' }).then(() => postMessage(1))\"])));"
        " await new Promise((done) => { worker.onmessage = done; });"
    )
    assert guarded.left() == ["/x"]
