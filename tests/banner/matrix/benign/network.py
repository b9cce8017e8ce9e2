# ruff: noqa: E501 -- JavaScript and HTML in strings is easier to read unbroken
"""Constructs that talk to the site's own server."""

from tests.banner.matrix.benign.construct import Construct

FETCHES = (
    Construct(
        "fetch",
        "const a = await fetch('/echo?f1'); const b = await fetch(new Request('/echo?f2', { method: 'POST',"
        " body: 'x', headers: { 'X-A': '1' } })); const f = new FormData(); f.append('a', 'b'); await fetch('/echo?f3',"
        " { method: 'POST', body: new URLSearchParams({ a: 1 }) }); const c = await fetch(new URL('/echo?f4', location),"
        " { method: 'PUT', body: new Blob(['z']) }); return [a.status, await b.text(), c.url, c.type, await (await"
        " fetch('data:text/plain,d')).text(), await (await fetch(URL.createObjectURL(new Blob(['b'])))).text()];",
    ),
    Construct(
        "fetch-stream",
        "const r = await fetch('/echo?s1', { method: 'POST', body: 'streamed' }); const reader ="
        " r.body.getReader(); let n = 0; for (;;) { const { done, value } = await reader.read(); if (done) break;"
        " n += value.length; } return n;",
    ),
    Construct(
        "fetch-abort",
        "const c = new AbortController(); const p = fetch('/slow?1', { signal: c.signal }); c.abort();"
        " const d = AbortSignal.abort(); return [await p.catch((e) => e.name), await fetch('/echo', { signal: d })"
        ".catch((e) => e.name)];",
    ),
    Construct(
        "fetch-errors",
        "const said = []; for (const call of [() => fetch(), () => fetch('http://'),"
        " () => fetch('/x', { method: 'TRACE' }), () => fetch('/x', { body: 'a' }), () => window.fetch.call({}, '/x')])"
        " said.push(await Promise.resolve().then(call).catch((e) => e.name)); return said;",
    ),
    Construct(
        "xhr",
        "const said = []; const go = (method, url, set = () => {}, body = null) => new Promise((done) => {"
        " const x = new XMLHttpRequest(); for (const t of ['loadstart', 'load', 'error', 'abort', 'loadend'])"
        " x.addEventListener(t, () => said.push(t)); x.onloadend = () => done([x.status, x.responseURL, x.getResponseHeader"
        "('content-type'), x.responseType === 'json' ? x.response : String(x.response)]); x.open(method, url); set(x);"
        " x.send(body); }); const a = await go('GET', 'echo?x1'); const f = new FormData(); f.append('k', 'v');"
        " const b = await go('POST', '/json', (x) => { x.responseType = 'json'; x.setRequestHeader('X-B', '2'); }, 'p');"
        " const c = await go('GET', '/slow?2', (x) => setTimeout(() => x.abort(), 5)); return [a, b, c, said];",
    ),
    Construct(
        "xhr-sync",
        "const x = new XMLHttpRequest(); x.open('GET', '/echo?x2', false); x.send(); let e1;"
        " try { new XMLHttpRequest().send(); } catch (e) { e1 = e.name; } return [x.responseText, x.readyState, e1,"
        " XMLHttpRequest.DONE];",
    ),
    Construct(
        "xhr-wrapped",
        "const open = XMLHttpRequest.prototype.open; const urls = []; XMLHttpRequest.prototype.open ="
        " function (m, u, ...rest) { urls.push(String(u)); return open.call(this, m, u, ...rest); }; class Mine extends"
        " XMLHttpRequest { send(...a) { this.mine = 1; super.send(...a); } } const x = new Mine(); const done = new"
        " Promise((r) => { x.onload = r; }); x.open('GET', '/echo?x3'); x.send(); await done;"
        " XMLHttpRequest.prototype.open = open; return [urls, x.mine, x instanceof XMLHttpRequest, x.status];",
    ),
    Construct(
        "beacon",
        "return [navigator.sendBeacon('/echo?b1', 'a'), navigator.sendBeacon('/echo?b2', new Blob(['b'],"
        " { type: 'text/plain' })), (() => { try { navigator.sendBeacon('ftp://a'); } catch (e) { return e.name; } })()];",
    ),
    Construct(
        "websocket",
        "class Mine extends WebSocket { constructor(u) { super(u, ['p']); this.own = 1; } } const s = new Mine("
        "'wss://' + location.host + '/socket'); const said = []; await new Promise((r) => { s.onerror = () => said.push("
        "'error'); s.onclose = (e) => { said.push(e.code); r(); }; }); let e1; try { new WebSocket('::'); } catch (e)"
        " { e1 = e.name; } return [s.own, said, s.url, s.readyState, WebSocket.CLOSED, s instanceof WebSocket, e1];",
    ),
    Construct(
        "event-source",
        "const s = new EventSource('/events'); const got = await new Promise((r) => { s.onmessage ="
        " (e) => r(e.data); }); s.close(); return [got, s.url, s.readyState, EventSource.CLOSED];",
    ),
    Construct(
        "jsonp",
        "const got = new Promise((r) => { window.take = (x) => { r([x, document.currentScript?.src]); }; });"
        " const s = document.createElement('script'); s.src = '/jsonp.js?cb=take'; const loaded = new Promise((r) => {"
        " s.onload = r; }); document.head.append(s); const v = await got; await loaded; s.remove(); return v;",
    ),
    Construct(
        "history",
        "const before = location.href; const said = []; const on = (e) => said.push(e.state);"
        " addEventListener('popstate', on); history.pushState({ a: 1 }, '', '/route/1'); history.pushState({ a: 2 }, '',"
        " '?q'); history.replaceState({ a: 3 }, '', '/route/3'); const there = location.pathname; history.go(-2);"
        " await new Promise((r) => addEventListener('popstate', r, { once: true })); removeEventListener('popstate', on);"
        " return [there, said, location.href === before];",
    ),
    Construct(
        "cache",
        "const c = await caches.open('own'); await c.add('/echo?c1'); await c.put('/k', new Response('v'));"
        " const r = await (await c.match('/k')).text(); return [r, (await c.keys()).length, await caches.delete('own')];",
    ),
)

FORMS = (
    Construct(
        "form-post",
        "const f = document.querySelector('#fp'); const loaded = () => new Promise((r) => {"
        " document.querySelector('[name=fpt]').onload = r; }); let l = loaded(); f.requestSubmit(f.querySelector('button'));"
        " await l; l = loaded(); HTMLFormElement.prototype.submit.call(f); await l; const d = new FormData(f);"
        " return [[...d.keys()], f.getAttribute('action')];",
        html='<iframe name="fpt"></iframe><form id="fp" method="post" action="/post" target="fpt"><input name="action"'
        ' value="a1"><input name="submit" value="s1"><input name="method"><button name="b" value="2" formaction='
        '"/post?by=button">go</button></form>',
    ),
    Construct(
        "form-events",
        "const f = document.querySelector('#fe'); const said = []; f.addEventListener('submit', (e) => {"
        " e.preventDefault(); said.push(e.submitter?.id ?? null, e.isTrusted); }); f.requestSubmit(); f.querySelector("
        "'#feb').click(); f.querySelector('[name=r]').required = true; f.requestSubmit(); said.push(f.checkValidity());"
        " return said;",
        html='<form id="fe" action="/never"><input name="r"><button id="feb">go</button></form>',
    ),
    Construct(
        "form-get",
        "const f = document.createElement('form'); f.action = '/post'; f.target = 'fgt'; f.innerHTML ="
        " '<input name=q value=\"a b\">'; document.body.append(f); const l = new Promise((r) => {"
        " document.querySelector('[name=fgt]').onload = r; }); f.submit(); await l; return f.outerHTML;",
        html='<iframe name="fgt"></iframe>',
    ),
    Construct(
        "form-multipart",
        "const d = new FormData(); d.append('file', new File(['content'], 'a.txt', { type:"
        " 'text/plain' })); d.append('x', 'y'); const r = await fetch('/count', { method: 'POST', body: d });"
        " return Number(await r.text()) > 100;",
    ),
)

WORKERS = (
    Construct(
        "worker-blob",
        "const u = URL.createObjectURL(new Blob(['onmessage = async (e) => { importScripts(e.data.lib);"
        " const r = await fetch(e.data.url); postMessage([self.lib, await r.text(), self.name, typeof document]); }'],"
        " { type: 'text/javascript' })); const w = new Worker(u, { name: 'n' }); URL.revokeObjectURL(u); w.postMessage({"
        " lib: location.origin + '/lib.js', url: location.origin + '/echo?w1' }); const got = await new Promise((r) => {"
        " w.onmessage = (e) => r(e.data); w.onerror = (e) => r(e.message); }); w.terminate(); return got;",
    ),
    Construct(
        "worker-file",
        "const w = new Worker('/own-worker.js', { type: 'module' }); const got = await new Promise((r) => {"
        " w.onmessage = (e) => r(e.data); }); w.terminate(); return [got, w instanceof Worker];",
    ),
    Construct(
        "worker-error",
        "const w = new Worker(URL.createObjectURL(new Blob(['throw new TypeError(\"own\")']))); const got ="
        " await new Promise((r) => { w.onerror = (e) => { e.preventDefault(); r(e.message); }; }); w.terminate(); return got;",
    ),
    Construct(
        "worker-shared",
        "const w = new SharedWorker(URL.createObjectURL(new Blob(['onconnect = (e) => e.ports[0]"
        '.postMessage("shared")\']))); return await new Promise((r) => { w.port.onmessage = (e) => r(e.data); });',
    ),
    Construct(
        "service-worker",
        "const g = await navigator.serviceWorker.register('/own-sw.js', { scope: '/own-scope/' });"
        " const s = g.scope; return [s, await g.unregister()];",
    ),
    Construct(
        "channels",
        "const c = new MessageChannel(); const a = new Promise((r) => { c.port1.onmessage = (e) => r(e.data);"
        " }); c.port2.postMessage({ x: [1] }); const b = new BroadcastChannel('own'); const d = new BroadcastChannel('own');"
        " const e = new Promise((r) => { d.onmessage = (m) => r(m.data); }); b.postMessage('b');"
        " const got = [await a, await e]; b.close(); d.close(); return got;",
    ),
    Construct(
        "blob-urls",
        "const b = new Blob(['<b>x</b>'], { type: 'text/html' }); const u = URL.createObjectURL(b);"
        " const f = document.createElement('iframe'); f.src = u; const l = new Promise((r) => { f.onload = r; });"
        " document.body.append(f); await l; const i = new Image(); const li = new Promise((r) => { i.onload = r; });"
        " i.src = URL.createObjectURL(await (await fetch('/own.gif?12')).blob()); await li;"
        " return [f.contentDocument.body.innerHTML, u.startsWith('blob:' + location.origin), i.width];",
    ),
)

CONSTRUCTS = (*FETCHES, *FORMS, *WORKERS)
