# ruff: noqa: E501 -- JavaScript and HTML in strings is easier to read unbroken
"""Vectors that the HTML parser finds by itself."""

from functools import partial

from tests.banner.matrix.vector import Vector

_body = partial(Vector, mechanism="parser")
_head = partial(_body, head=True)

HEAD = (
    # not every engine takes a second map, or one after a module: it has no twin and comes first
    _head(
        "importmap",
        html='<script type="importmap">{"imports": {"@id": "@js"}}</script><script type="module">import "@id";</script>',
        mechanism="import",
        twin=False,
    ),
    _head("link-preload", html='<link rel="preload" as="script" href="@js">'),
    _head("link-preload-srcset", html='<link rel="preload" as="image" imagesrcset="@gif 1x">'),
    _head("link-modulepreload", html='<link rel="modulepreload" href="@js">'),
    # Firefox prefetches when it is idle, which on a busy machine may be never
    _head("link-prefetch", html='<link rel="prefetch" href="@txt">', lacks=("webkit",), lazy=("firefox",)),
    # a connection without a request: no policy speaks of it
    _head(
        "link-preconnect",
        html='<link rel="preconnect" href="@tcp">',
        mechanism="outside",
        twin=False,
        lacks=("chromium",),
        replay=False,
    ),
    _head("link-stylesheet", html='<link rel="stylesheet" href="@css">'),
    _head("link-icon", html='<link rel="icon" href="@gif">', twin=False),
    _head("style-import", html='<style>@import "@css";</style>'),
    _head("script-head", html='<script src="@js"></script>'),
    _head("script-async", html='<script async src="@js"></script>'),
    _head("script-defer", html='<script defer src="@js"></script>'),
    _head("script-module", html='<script type="module" src="@js"></script>'),
    _head("module-static-import", html='<script type="module">import "@js";</script>', mechanism="import"),
    _head("inline-image", html="<script>new Image().src = '@gif';</script>"),
    _head("inline-protocol-relative", html="<script>new Image().src = '@gif'.replace('http:', '');</script>"),
)

IMAGES = (
    _body("style-url", html='<style>#@id { background: url("@gif") }</style><div id="@id">a</div>'),
    _body(
        "style-font",
        html='<style>@font-face { font-family: @id; src: url("@woff") }</style><p style="font-family: @id">a</p>',
    ),
    _body("img", html='<img src="@gif" alt="">'),
    _body("img-entity", html='<img src="&#32;@gif" alt="">'),
    _body("img-srcset", html='<img srcset="@gif 1x, @svg 2x" alt="">'),
    _body("picture", html='<picture><source srcset="@gif"><img alt=""></picture>'),
    _body("input-image", html='<input type="image" src="@gif" alt="">'),
    _body("svg-image", html='<svg><image href="@gif" width="1" height="1"/></svg>'),
    _body("svg-image-xlink", html='<svg><image xlink:href="@gif" width="1" height="1"/></svg>'),
    _body("style-attribute", html='<div style="background-image: url(@gif)">a</div>'),
    _body("table-background", html='<table background="@gif"><tr><td>a</td></tr></table>'),
    _body(
        "declarative-shadow-img",
        html='<div><template shadowrootmode="open"><img src="@gif" alt=""></template></div>',
    ),
)

FRAMES = (
    _body("iframe", html='<iframe src="@html" title="a"></iframe>'),
    _body("iframe-srcdoc-img", html='<iframe title="a" srcdoc="<img src=@gif>"></iframe>'),
    _body("iframe-srcdoc-script", html='<iframe title="a" srcdoc="<script src=@js></script>"></iframe>'),
    _body("object", html='<object data="@html" type="text/html"></object>'),
    _body("embed", html='<embed src="@html" type="text/html">'),
    _body(
        "form-to-frame",
        html='<iframe name="@id" title="a"></iframe><form id="form_@id" action="@html" target="@id">'
        "</form><script>document.querySelector(\"[action='@html']\")?.submit();</script>",
        replay=False,
    ),
)

MEDIA = (
    _body("video", html='<video src="@mp4" preload="auto" muted></video>'),
    _body("video-source", html='<video preload="auto" muted><source src="@mp4"></video>'),
    _body("video-poster", html='<video poster="@gif" preload="none"></video>'),
    _body("audio", html='<audio src="@mp4" preload="auto"></audio>'),
    _body(
        "track",
        html='<video crossorigin preload="auto" muted src="@site/v/own-clip.mp4"><track default src="@vtt"></video>',
        lacks=("webkit",),
    ),
)

SCRIPTS = (
    _body("script-body", html='<script src="@js"></script>'),
    _body("script-svg", html='<svg><script href="@js"></script></svg>'),
    _body("script-svg-xlink", html='<svg><script xlink:href="@js"></script></svg>'),
    _body("script-late", html='<script src="@js"></script>'),
    _body(
        "declarative-shadow-script",
        html='<div><template shadowrootmode="open"><script src="@js"></script></template></div>',
    ),
    _body("write-script", html="<script>document.write('<script src=\"@js\"><\\/script>');</script>"),
    _body("write-img", html="<script>document.write('<img src=\"@gif\">');</script>"),
    _body("write-split", html="<script>document.write('<img '); document.write('src=\"@gif\">');</script>"),
    _body("writeln-iframe", html="<script>document.writeln('<iframe src=\"@html\"></iframe>');</script>"),
    _body(
        "noscript-lazy",
        html='<noscript id="@id"><img src="@gif"></noscript>'
        "<script>document.body.insertAdjacentHTML('beforeend', document.getElementById('@id').textContent);</script>",
    ),
    _body(
        "anchor-ping",
        html='<iframe name="@id" title="a"></iframe><a id="a_@id" ping="@txt" href="@site/frame.html" target="@id">a</a>'
        '<script>document.getElementById("a_@id").click();</script>',
        replay=False,
        lacks=("firefox",),
    ),
    _body(
        "template-script-clone",
        html='<template id="@id"><script src="@js"></script></template><script>document.body.appendChild('
        "document.getElementById('@id').content.cloneNode(true));</script>",
    ),
    _body(
        "template-script-import",
        html='<template id="@id"><script src="@js"></script></template><script>document.body.appendChild('
        "document.importNode(document.getElementById('@id').content, true));</script>",
    ),
)

VECTORS = (*HEAD, *IMAGES, *FRAMES, *MEDIA, *SCRIPTS)
