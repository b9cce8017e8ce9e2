# ruff: noqa: E501 -- JavaScript and HTML in strings is easier to read unbroken
"""Vectors that the HTML parser finds by itself."""

from tests.banner.matrix.vector import Vector


def _head(name: str, html: str, **more: bool | tuple[str, ...]) -> Vector:
    return Vector(name, "parser", html, head=True, **more)  # type: ignore[arg-type]  # only the flags of Vector


def _body(name: str, html: str, **more: bool | tuple[str, ...]) -> Vector:
    return Vector(name, "parser", html, **more)  # type: ignore[arg-type]  # only the flags of Vector


HEAD = (
    # not every engine takes a second map, or one after a module: it has no twin and comes first
    Vector(
        "importmap",
        "import",
        '<script type="importmap">{"imports": {"@id": "@js"}}</script><script type="module">import "@id";</script>',
        head=True,
        twin=False,
    ),
    _head("link-preload", '<link rel="preload" as="script" href="@js">'),
    _head("link-preload-srcset", '<link rel="preload" as="image" imagesrcset="@gif 1x">'),
    _head("link-modulepreload", '<link rel="modulepreload" href="@js">'),
    # Firefox prefetches when it is idle, which on a busy machine may be never
    _head("link-prefetch", '<link rel="prefetch" href="@txt">', lacks=("webkit",), lazy=("firefox",)),
    # a connection without a request: no policy speaks of it
    Vector(
        "link-preconnect",
        "outside",
        '<link rel="preconnect" href="@tcp">',
        head=True,
        twin=False,
        lacks=("chromium",),
        replay=False,
    ),
    _head("link-stylesheet", '<link rel="stylesheet" href="@css">'),
    _head("link-icon", '<link rel="icon" href="@gif">', twin=False),
    _head("style-import", '<style>@import "@css";</style>'),
    _head("script-head", '<script src="@js"></script>'),
    _head("script-async", '<script async src="@js"></script>'),
    _head("script-defer", '<script defer src="@js"></script>'),
    _head("script-module", '<script type="module" src="@js"></script>'),
    Vector("module-static-import", "import", '<script type="module">import "@js";</script>', head=True),
    _head("inline-image", "<script>new Image().src = '@gif';</script>"),
    _head("inline-protocol-relative", "<script>new Image().src = '@gif'.replace('http:', '');</script>"),
)

IMAGES = (
    _body("style-url", '<style>#@id { background: url("@gif") }</style><div id="@id">a</div>'),
    _body(
        "style-font",
        '<style>@font-face { font-family: @id; src: url("@woff") }</style><p style="font-family: @id">a</p>',
    ),
    _body("img", '<img src="@gif" alt="">'),
    _body("img-entity", '<img src="&#32;@gif" alt="">'),
    _body("img-srcset", '<img srcset="@gif 1x, @svg 2x" alt="">'),
    _body("picture", '<picture><source srcset="@gif"><img alt=""></picture>'),
    _body("input-image", '<input type="image" src="@gif" alt="">'),
    _body("svg-image", '<svg><image href="@gif" width="1" height="1"/></svg>'),
    _body("svg-image-xlink", '<svg><image xlink:href="@gif" width="1" height="1"/></svg>'),
    _body("style-attribute", '<div style="background-image: url(@gif)">a</div>'),
    _body("table-background", '<table background="@gif"><tr><td>a</td></tr></table>'),
    _body(
        "declarative-shadow-img",
        '<div><template shadowrootmode="open"><img src="@gif" alt=""></template></div>',
    ),
)

FRAMES = (
    _body("iframe", '<iframe src="@html" title="a"></iframe>'),
    _body("iframe-srcdoc-img", '<iframe title="a" srcdoc="<img src=@gif>"></iframe>'),
    _body("iframe-srcdoc-script", '<iframe title="a" srcdoc="<script src=@js></script>"></iframe>'),
    _body("object", '<object data="@html" type="text/html"></object>'),
    _body("embed", '<embed src="@html" type="text/html">'),
    _body(
        "form-to-frame",
        '<iframe name="@id" title="a"></iframe><form id="form_@id" action="@html" target="@id">'
        "</form><script>document.querySelector(\"[action='@html']\")?.submit();</script>",
        replay=False,
    ),
)

MEDIA = (
    _body("video", '<video src="@mp4" preload="auto" muted></video>'),
    _body("video-source", '<video preload="auto" muted><source src="@mp4"></video>'),
    _body("video-poster", '<video poster="@gif" preload="none"></video>'),
    _body("audio", '<audio src="@mp4" preload="auto"></audio>'),
    _body(
        "track",
        '<video crossorigin preload="auto" muted src="@site/v/own-clip.mp4"><track default src="@vtt"></video>',
        lacks=("webkit",),
    ),
)

SCRIPTS = (
    _body("script-body", '<script src="@js"></script>'),
    _body("script-svg", '<svg><script href="@js"></script></svg>'),
    _body("script-svg-xlink", '<svg><script xlink:href="@js"></script></svg>'),
    _body("script-late", '<script src="@js"></script>'),
    _body(
        "declarative-shadow-script",
        '<div><template shadowrootmode="open"><script src="@js"></script></template></div>',
    ),
    _body("write-script", "<script>document.write('<script src=\"@js\"><\\/script>');</script>"),
    _body("write-img", "<script>document.write('<img src=\"@gif\">');</script>"),
    _body("write-split", "<script>document.write('<img '); document.write('src=\"@gif\">');</script>"),
    _body("writeln-iframe", "<script>document.writeln('<iframe src=\"@html\"></iframe>');</script>"),
    _body(
        "noscript-lazy",
        '<noscript id="@id"><img src="@gif"></noscript>'
        "<script>document.body.insertAdjacentHTML('beforeend', document.getElementById('@id').textContent);</script>",
    ),
    _body(
        "anchor-ping",
        '<iframe name="@id" title="a"></iframe><a id="a_@id" ping="@txt" href="@site/frame.html" target="@id">a</a>'
        '<script>document.getElementById("a_@id").click();</script>',
        replay=False,
        lacks=("firefox",),
    ),
    _body(
        "template-script-clone",
        '<template id="@id"><script src="@js"></script></template><script>document.body.appendChild('
        "document.getElementById('@id').content.cloneNode(true));</script>",
    ),
    _body(
        "template-script-import",
        '<template id="@id"><script src="@js"></script></template><script>document.body.appendChild('
        "document.importNode(document.getElementById('@id').content, true));</script>",
    ),
)

VECTORS = (*HEAD, *IMAGES, *FRAMES, *MEDIA, *SCRIPTS)
