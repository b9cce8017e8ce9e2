"""Vectors in realms other than the page's: frames of the same origin, workers."""

from functools import partial

from tests.banner.matrix.vector import Vector

_FRAME = "const f = document.body.appendChild(document.createElement('iframe')); const w = f.contentWindow;"


_realm = partial(Vector, mechanism="realm", replay=False)


def _blob(text: str, kind: str = "javascript") -> str:
    return f"URL.createObjectURL(new Blob([`{text}`], {{ type: 'text/{kind}' }}))"


_FETCH = _blob("fetch('@txt')")

FRAMES = (
    _realm("frame-fetch", f"{_FRAME} w.fetch('@txt').catch(() => {{}});"),
    _realm("frame-image", f"{_FRAME} new w.Image().src = '@gif';"),
    _realm("frame-xhr", f"{_FRAME} const x = new w.XMLHttpRequest(); x.open('GET', '@txt'); x.send();"),
    _realm("frame-beacon", f"{_FRAME} w.navigator.sendBeacon('@txt');"),
    _realm("frame-eval", f"{_FRAME} w.eval(\"new Image().src = '@gif'\");"),
    _realm(
        "frame-by-index",
        "document.body.appendChild(document.createElement('iframe'));"
        " const w = window[window.length - 1]; w.fetch('@txt').catch(() => {});",
    ),
    _realm(
        "frame-content-document",
        f"{_FRAME} const i = f.contentDocument.createElement('img'); i.src = '@gif';",
    ),
    _realm(
        "frame-of-inner-html",
        "const d = document.body.appendChild(document.createElement('div'));"
        " d.innerHTML = '<iframe></iframe>'; d.firstChild.contentWindow.fetch('@txt').catch(() => {});",
    ),
    _realm(
        "frame-of-parser", "window['@id'].fetch('@txt').catch(() => {});", html='<iframe name="@id"></iframe>'
    ),
    _realm(
        "frame-nested",
        f"{_FRAME} const g = w.document.body.appendChild(w.document.createElement('iframe'));"
        " g.contentWindow.fetch('@txt').catch(() => {});",
    ),
    _realm(
        "frame-borrowed-method",
        f"{_FRAME} w.Function.prototype.call.call(w.navigator.sendBeacon, navigator, '@txt');",
    ),
    _realm(
        "frame-document-write",
        f"{_FRAME} const d = f.contentDocument; d.open(); d.write('<img src=\"@gif\">'); d.close();",
    ),
    _realm(
        "frame-document-write-script",
        f"{_FRAME} const d = f.contentDocument; d.open();"
        " d.write('<script src=\"@js\"></' + 'script>'); d.close();",
    ),
    _realm(
        "frame-written-inline",
        f"{_FRAME} const d = f.contentDocument; d.open();"
        " d.write('<script>fetch(\"@txt\")</' + 'script>'); d.close();",
    ),
    _realm(
        "srcdoc-inline-fetch",
        "const f = document.createElement('iframe');"
        " f.srcdoc = '<script>fetch(\"@txt\")</' + 'script>'; document.body.append(f);",
    ),
    _realm("srcdoc-parser-inline", html="<iframe srcdoc=\"<script>fetch('@txt')</script>\"></iframe>"),
    _realm(
        "frame-javascript-url",
        "const f = document.createElement('iframe');"
        " f.src = 'javascript:void(new Image().src = \"@gif\")'; document.body.append(f);",
    ),
    _realm(
        "frame-own-document",
        "const f = document.createElement('iframe'); f.src = '@site/frame.html';"
        " f.onload = () => f.contentWindow.fetch('@txt').catch(() => {}); document.body.append(f);",
    ),
    _realm(
        "frame-blob-document",
        "const f = document.createElement('iframe');"
        " f.src = " + _blob("<img src='@gif'>", "html") + "; document.body.append(f);",
    ),
    _realm(
        "frame-data-document",
        "const f = document.createElement('iframe');"
        " f.src = 'data:text/html,<img src=\"@gif\">'; document.body.append(f);",
    ),
    _realm(
        "object-realm",
        "const o = document.createElement('object'); o.data = 'about:blank'; document.body.append(o);"
        " return new Promise((done) => { setTimeout(done, 300); }).then("
        "() => o.contentWindow.fetch('@txt').catch(() => {}));",
        lazy=("firefox",),
    ),
)

WORKERS = (
    _realm("blob-worker-fetch", f"new Worker({_FETCH});"),
    _realm("blob-worker-module", f"new Worker({_FETCH}, {{ type: 'module' }});"),
    _realm("shared-worker-fetch", f"new SharedWorker({_FETCH});"),
    _realm("frame-worker", f"{_FRAME} new w.Worker({_FETCH});"),
    _realm(
        "blob-worker-xhr",
        "new Worker(" + _blob("const x = new XMLHttpRequest(); x.open('GET', '@txt'); x.send()") + ");",
    ),
    _realm("blob-worker-import", "new Worker(" + _blob("importScripts('@js')") + ");"),
    _realm("blob-worker-socket", "new Worker(" + _blob("new WebSocket('@ws')") + ");"),
    _realm(
        "blob-worker-nested",
        "new Worker(" + _blob("new Worker(URL.createObjectURL(new Blob([\"fetch('@txt')\"])))") + ");",
    ),
    _realm(
        "data-worker-fetch",
        "new Worker('data:text/javascript,' + encodeURIComponent(\"fetch('@txt', { mode: 'no-cors' })\"));",
    ),
    # a worker from a file is under the policy of its own answer, and loads no script of ours
    _realm("own-worker-file", "new Worker('@site/worker.js?@txt');", mechanism="outside"),
    _realm(
        "blob-worker-static-import",
        "new Worker(" + _blob("import '@js'") + ", { type: 'module' });",
        mechanism="import",
    ),
)

VECTORS = (*FRAMES, *WORKERS)
