# ruff: noqa: E501 -- JavaScript and HTML in strings is easier to read unbroken
"""The site of the constructs, and the parties that it needs or gates, in one application."""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from tests.banner.matrix.benign.corpus import NONCE, PAGES, page_html
from tests.support.npm import installed
from tests.support.policies import ChoosePolicy
from tests.support.sites import GIF, HTML, ONE_PIXEL_GIF, SCRIPT, Answer, Hit, Site

SHOP = "www.shop.example"
NEEDED = ("js.pay.example", "login.id.example", "maps.geo.example", "fonts.type.example", "cdn.libs.example",
          "chat.help.example", "forms.crm.example")  # fmt: skip
GATED = ("www.youtube.com", "www.youtube-nocookie.com", "i.ytimg.com", "www.tags.example")
_OPEN = (("Access-Control-Allow-Origin", "*"), ("Cache-Control", "no-store"))
_LIBRARY = "window.library = { version: '1' };"
_OWN = {
    "/lib.js": "self.lib = 'lib';",
    "/defer.js": "window.fromDefer = [document.readyState, window.fromMap];",
    "/never.js": "window.never = 1;",
    "/own-worker.js": "postMessage(['module worker', import.meta.url]);",
    "/own-sw.js": "self.addEventListener('install', () => self.skipWaiting());",
    "/graph/a.mjs": "import { b } from './b.mjs'; import { c } from './c.mjs'; export const sum = b + c;"
    " export const url = import.meta.url;",
    "/graph/b.mjs": "import { c } from './c.mjs'; export const b = c + 1;",
    "/graph/c.mjs": "export const c = 1;",
}
_THEIRS = {
    "https://js.pay.example/v3/": "window.Pay = (key) => ({ mount(box) { const f = document.createElement('iframe'); const ask ="
    " (kind, data) => new Promise((done) => { const on = (e) => { if (e.origin === 'https://js.pay.example' && e.data.kind ==="
    " kind) { removeEventListener('message', on); done(e.data.answer); } }; addEventListener('message', on); if (data)"
    " f.contentWindow.postMessage({ kind, data }, 'https://js.pay.example'); }); const ready = ask('ready'); f.src ="
    " 'https://js.pay.example/card.html?key=' + key; box.append(f); return { ready, confirm: (n) => ask('confirm', n) }; } });",
    "https://maps.geo.example/api/js": "window.geo = { Map: class { constructor(box) { this.tiles = 2; for (const n of [1, 2]) {"
    " const i = document.createElement('img'); i.src = 'https://maps.geo.example/tile?' + n; box.append(i); } box.style"
    ".backgroundImage = 'url(https://maps.geo.example/paper)'; } } }; window.mapReady();",
    "https://cdn.libs.example/lib@1/lib.min.js": _LIBRARY,
    "https://cdn.libs.example/lib@1/lib.mjs": "export const version = 1;",
    "https://chat.help.example/w.js": "(() => { const f = document.createElement('iframe'); f.id = 'chat'; document.body.append(f);"
    " const d = f.contentDocument; d.open(); d.write('<scr' + 'ipt src=\"https://chat.help.example/in.js\"></scr' + 'ipt>');"
    " d.close(); })();",
    "https://chat.help.example/in.js": "fetch('https://chat.help.example/session', { method: 'POST', body: 'hi' })"
    ".then((r) => r.text()).then((t) => parent.chatSaid([t, location.href]));",
    "https://forms.crm.example/embed/v2.js": "window.crm = { forms: { create({ portalId, target }) { document.querySelector(target)"
    '.innerHTML = `<form method=post target=crmt action="https://forms.crm.example/submit/${portalId}"><input name=email'
    " value=a@b.example></form>`; } } };",
    "https://www.youtube.com/iframe_api": "window.YT = { Player: class { constructor(id, o) { const f = document.createElement("
    "'iframe'); f.src = 'https://www.youtube.com/embed/' + o.videoId; document.getElementById(id).replaceWith(f); } } };"
    " window.onYouTubeIframeAPIReady?.();",
    "https://www.tags.example/gtag/js": "fetch('https://www.tags.example/g/collect', { method: 'POST', mode: 'no-cors' });",
    "https://www.tags.example/fbevents.js": "window.fbq.callMethod = () => { new Image().src = 'https://www.tags.example/tr'; };",
}


def shop(tag: str, files: Mapping[str, bytes], choose: ChoosePolicy | None) -> Site:
    """Return the application. `tag` is first in each head, `files` are the banner's; `choose` says the policy of a request."""
    site = Site(f"https://{SHOP}/main")
    for page in PAGES:
        site.call(f"/{page}", lambda hit, page=page: _page(page, tag, choose, hit))  # type: ignore[misc]  # default binds
    for path, text in _OWN.items():
        site.script(path, text)
    for url, text in _THEIRS.items():
        site.script(url, text)
    for name, body in files.items():
        site.add(f"/{name}", body, content_type=SCRIPT)
    _own_answers(site)
    _their_answers(site)
    return site


def _page(page: str, tag: str, choose: ChoosePolicy | None, hit: Hit) -> Answer:
    html = page_html(page, tag=tag).replace("INTEGRITY", _integrity(_LIBRARY))
    own = [PAGES[page]] if PAGES[page] else []
    ours = [choose(hit.headers)] if choose else []
    headers = [("Content-Security-Policy", policy) for policy in (*own, *ours)]
    return Answer(html, 200, [("Content-Type", HTML), ("Cache-Control", "no-store"), *headers])


def _own_answers(site: Site) -> None:
    site.pixel("/own.gif").page("/own-frame.html", _FRAME, title="own frame")
    site.call("/echo", lambda hit: Answer(f"{hit.method} {hit.query} {hit.body.decode()}", 200, _OPEN))
    site.call(
        "/post", lambda hit: Answer(f"<p>{hit.query}{hit.body.decode()}", 200, [("Content-Type", HTML)])
    )
    site.call("/count", lambda hit: Answer(str(len(hit.body))))
    site.call("/cookies", lambda hit: Answer(hit.headers.get("cookie", "")))
    site.call("/jsonp.js", lambda hit: Answer(f"{hit.query[3:]}({{a: 1}})", 200, [("Content-Type", SCRIPT)]))
    site.call("/npm/*", _npm)
    site.add("/slow", "slow", delay_s=0.4).add(
        "/json", json.dumps({"a": [1]}), content_type="application/json"
    )
    site.add("/data.json", json.dumps({"d": 1}), content_type="application/json")
    site.add("/sheet.css", "p { top: 0 }", content_type="text/css")
    site.add("/events", "retry: 100000\ndata: hello\n\n", content_type="text/event-stream")
    site.add("/part.html", '<p class="part">part<img src="/own.gif?part" alt=""></p>', content_type=HTML)


def _their_answers(site: Site) -> None:
    for host in (*NEEDED, *GATED):
        site.call(f"https://{host}/*", lambda _: Answer(ONE_PIXEL_GIF, 200, [("Content-Type", GIF), *_OPEN]))
    site.page("https://js.pay.example/card.html", _CARD).page("https://login.id.example/authorize", _LOGIN)
    site.add(
        "https://login.id.example/token", '{"token": "t"}', content_type="application/json", headers=_OPEN
    )
    site.add("https://fonts.type.example/css2", _FONT, content_type="text/css", headers=_OPEN)
    site.add("https://chat.help.example/session", "session", headers=_OPEN)
    site.page("https://forms.crm.example/submit/1", "thank you").page(
        "https://www.youtube.com/embed/*", "video"
    )


def _npm(hit: Hit) -> Answer:
    file = _packages() / hit.path.removeprefix("/npm/")
    return Answer(file.read_bytes(), 200, [("Content-Type", SCRIPT)])


def _packages() -> Path:
    return installed(Path(__file__).resolve().parents[3] / "benign_npm")


def _integrity(text: str) -> str:
    return f"sha384-{base64.b64encode(hashlib.sha384(text.encode()).digest()).decode()}"


_FRAME = "<script>parent.postMessage('own frame', '*'); addEventListener('message', (e) => fetch('/echo?' + e.data));</script>"
_CARD = (
    "<script>parent.postMessage({ kind: 'ready', answer: 'ok' }, '*'); addEventListener('message', (e) => {"
    " fetch('/charge', { method: 'POST', body: e.data.data }).then(() => parent.postMessage({ kind: e.data.kind,"
    " answer: 'paid' }, '*')); });</script>"
)
_LOGIN = "<script>parent.postMessage({ code: 'c1' }, '*');</script>"
_FONT = "@font-face { font-family: 'Typed'; src: url(https://fonts.type.example/typed.woff2); }"
TAG = f'<script nonce="{NONCE}" src="/consentinel.js"></script>'
