# ruff: noqa: E501 -- JavaScript and HTML in strings is easier to read unbroken
"""Vectors by which a script calls the network, in the page's own realm."""

from functools import partial

from tests.banner.matrix.vector import Vector

_call = partial(Vector, mechanism="network", replay=False)

VECTORS = (
    # before the frames: each of them takes a part of the page's quota
    _call(
        "fetch-later",
        html="<script>try { fetchLater('@txt', { activateAfter: 0 }); } catch {}</script>",
        head=True,
        lacks=("firefox", "webkit"),
    ),
    _call("fetch", "return fetch('@txt');"),
    _call("fetch-no-cors", "return fetch('@txt', { mode: 'no-cors', method: 'POST', body: 'a' });"),
    _call("fetch-keepalive", "return fetch('@txt', { keepalive: true, method: 'POST', body: 'a' });"),
    _call("fetch-request", "return fetch(new Request('@txt'));"),
    _call("fetch-url", "return fetch(new URL('@txt'));"),
    _call("fetch-cloned-request", "return fetch(new Request('@txt').clone());"),
    _call("xhr", "const x = new XMLHttpRequest(); x.open('GET', '@txt'); x.send();"),
    _call("xhr-url", "const x = new XMLHttpRequest(); x.open('POST', new URL('@txt'), true); x.send('a');"),
    _call(
        "xhr-subclass",
        "class X extends XMLHttpRequest {} const x = new X(); x.open('GET', '@txt'); x.send();",
    ),
    _call("beacon", "navigator.sendBeacon('@txt', 'a');"),
    _call("beacon-prototype", "Navigator.prototype.sendBeacon.call(navigator, '@txt');"),
    _call("websocket", "new WebSocket('@ws');"),
    _call("websocket-http", "new WebSocket('@txt');"),
    _call("event-source", "new EventSource('@txt');"),
    _call("web-transport", "new WebTransport('@udp').ready.catch(() => {});", twin=False, lacks=("webkit",)),
    _call("cache-add", "return caches.open('a').then((cache) => cache.add('@txt'));"),
    _call(
        "worklet-module",
        "return new OfflineAudioContext(1, 1, 44100).audioWorklet.addModule('@js');",
    ),
    _call(
        "form-request-submit",
        "document.querySelector('form.@id').requestSubmit();",
        html='<iframe name="@id" title="a"></iframe><form class="@id" action="@html" target="@id"></form>',
    ),
    _call(
        "form-made",
        "const f = document.createElement('form'); f.action = '@html'; f.target = '@id';"
        " document.body.append(f); f.submit();",
        html='<iframe name="@id" title="a"></iframe>',
    ),
    _call(
        "form-submitter",
        "document.querySelector('button.@id').click();",
        html='<iframe name="@id" title="a"></iframe>'
        '<form target="@id"><button class="@id" formaction="@html">a</button></form>',
    ),
    _call(
        "window-open-frame",
        "open('@html', '@id');",
        html='<iframe name="@id" title="a"></iframe>',
    ),
    _call(
        "anchor-to-frame",
        "const a = document.createElement('a'); a.href = '@html'; a.target = '@id'; document.body.append(a); a.click();",
        html='<iframe name="@id" title="a"></iframe>',
    ),
    _call(
        "anchor-ping-property",
        "const a = document.createElement('a'); a.href = '@site/frame.html'; a.target = '@id'; a.ping = '@txt';"
        " document.body.append(a); a.click();",
        html='<iframe name="@id" title="a"></iframe>',
        lacks=("firefox",),
    ),
)
