# ruff: noqa: E501 -- JavaScript and HTML in strings is easier to read unbroken
"""Constructs of other parties: those that the site needs (which run), and those that wait for consent."""

from tests.banner.matrix.benign.construct import Construct

NEEDED = (
    Construct(
        "payment",
        "const p = window.Pay('pk_1'); const card = p.mount(document.querySelector('#card')); return [await"
        " card.ready, await card.confirm('4242')];",
        html='<div id="card"></div><script src="https://js.pay.example/v3/"></script>',
    ),
    Construct(
        "login",
        "const got = new Promise((r) => addEventListener('message', (e) => { if (e.data.code) r([e.data.code,"
        " e.origin]); })); const f = document.createElement('iframe'); f.src = 'https://login.id.example/authorize?prompt="
        "none'; f.hidden = true; document.body.append(f); const token = await fetch('https://login.id.example/token', {"
        " method: 'POST', body: new URLSearchParams({ code: (await got)[0] }) }); return [await got, await token.json()];",
    ),
    Construct(
        "maps",
        "const made = new Promise((r) => { window.mapReady = () => r(new geo.Map(document.querySelector('#map')));"
        " }); const s = document.createElement('script'); s.async = true; s.src ="
        " 'https://maps.geo.example/api/js?callback=mapReady'; document.head.append(s); return (await made).tiles;",
        html='<div id="map" style="width: 9px; height: 9px"></div>',
    ),
    Construct(
        "fonts",
        "await document.fonts.load('9px Typed').catch(() => {}); const l = document.querySelector('link[href*=\"fonts.type\"]');"
        " return [[...document.fonts].filter((f) => f.family.includes('Typed')).length, l.sheet !== null, l.href];",
        html='<link rel="preconnect" href="https://fonts.type.example"><link rel="stylesheet"'
        ' href="https://fonts.type.example/css2?family=Typed">',
    ),
    Construct(
        "cdn",
        "return [window.library.version, document.querySelector('#cdn').integrity.length > 0];",
        html='<script id="cdn" src="https://cdn.libs.example/lib@1/lib.min.js" integrity="INTEGRITY"'
        ' crossorigin="anonymous"></script>',
    ),
    Construct(
        "cdn-module", "const m = await import('https://cdn.libs.example/lib@1/lib.mjs'); return m.version;"
    ),
    Construct(
        "chat",
        "return await window.chatReady;",
        html="<script>window.chatReady = new Promise((r) => { window.chatSaid = r; }); (function (d, s) { var f ="
        " d.getElementsByTagName(s)[0], j = d.createElement(s); j.async = true; j.src = 'https://chat.help.example/w.js';"
        " f.parentNode.insertBefore(j, f); })(document, 'script');</script>",
    ),
    Construct(
        "crm-form",
        "const f = document.querySelector('#crm form'); const l = new Promise((r) => {"
        " document.querySelector('[name=crmt]').onload = r; }); f.requestSubmit(); await l; return f.outerHTML;",
        html='<iframe name="crmt"></iframe><div id="crm"></div><script src="https://forms.crm.example/embed/v2.js">'
        "</script><script>crm.forms.create({ portalId: '1', target: '#crm' });</script>",
    ),
    Construct(
        "pixel-of-need",
        "const i = new Image(); await new Promise((r) => { i.onload = r; i.onerror = r; }, i.src ="
        " 'https://js.pay.example/p.gif'); return i.naturalWidth;",
    ),
)

GATED = (
    Construct(
        "youtube-player",
        "return typeof window.onYouTubeIframeAPIReady;",
        gated=True,
        html='<div id="yt"></div><script>window.onYouTubeIframeAPIReady = () => { new YT.Player("yt", { videoId: "a" });'
        ' };</script><script src="https://www.youtube.com/iframe_api"></script>',
    ),
    Construct(
        "youtube-frame",
        "return document.querySelectorAll('#ytf').length;",
        gated=True,
        html='<iframe id="ytf" width="300" height="200" src="https://www.youtube.com/embed/a"></iframe>',
    ),
    Construct(
        "youtube-lite",
        "await customElements.whenDefined('lite-youtube'); const e = document.querySelector('lite-youtube');"
        " e.click(); return e.querySelectorAll('button').length > 0;",
        gated=True,
        html='<lite-youtube videoid="ogfYd705cRs" params="rel=0"></lite-youtube><script src="/npm/lite-youtube-embed/src/'
        'lite-yt-embed.js"></script>',
    ),
    Construct(
        "youtube-lazy",
        "const f = document.createElement('iframe'); f.loading = 'lazy'; f.src ="
        " 'https://www.youtube.com/embed/b'; const src = f.src; document.body.append(f); return [src, f.src,"
        " f.getAttribute('src')];",
        gated=True,
    ),
    Construct(
        "analytics-snippet",
        "gtag('event', 'x'); return window.dataLayer.length >= 3;",
        gated=True,
        html='<script async src="https://www.tags.example/gtag/js?id=G-1"></script><script>window.dataLayer ='
        " window.dataLayer || []; function gtag() { dataLayer.push(arguments); } gtag('js', 1); gtag('config', 'G-1');"
        "</script>",
    ),
    Construct(
        "pixel-snippet",
        "fbq('track', 'A'); return typeof fbq;",
        gated=True,
        html="<script>!function(f,b,e,v,n,t,s){if(f.fbq)return;n=f.fbq=function(){n.callMethod?n.callMethod.apply(n,"
        "arguments):n.queue.push(arguments)};if(!f._fbq)f._fbq=n;n.push=n;n.loaded=!0;n.version='2.0';n.queue=[];"
        "t=b.createElement(e);t.async=!0;t.src=v;s=b.getElementsByTagName(e)[0];s.parentNode.insertBefore(t,s)}"
        "(window,document,'script','https://www.tags.example/fbevents.js');fbq('init','1');</script><noscript><img"
        ' src="https://www.tags.example/tr?noscript=1" alt=""></noscript>',
    ),
    Construct(
        "gated-calls",
        "const said = []; await fetch('https://www.tags.example/collect').catch((e) => said.push(e.name));"
        " said.push(navigator.sendBeacon('https://www.tags.example/collect', 'x')); const x = new XMLHttpRequest();"
        " x.open('POST', 'https://www.tags.example/collect'); await new Promise((r) => { x.onloadend = r; x.send('a'); });"
        " return said.length;",
        gated=True,
    ),
)

CONSTRUCTS = (*NEEDED, *GATED)
