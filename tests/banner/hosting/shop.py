"""A small site with tags in its pages, for real servers, and the tracker that counts their requests."""

from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from tests.support.banner import built
from tests.support.policies import static_meta
from tests.support.sites import ONE_PIXEL_GIF, Site, document

RULES = [
    {"host": "localhost", "category": "targeting", "vendor": "Tracker"},
    {"cookie": "_tracked", "category": "targeting", "vendor": "Tracker"},
]
VECTORS = frozenset({"preload", "script", "module", "img", "frame", "style", "image-object", "fetch"})

_OWN = """<script src="/own.js"></script>
<script>window.inline = true; document.cookie = '_tracked=1';</script>"""
_TAGS = """
<link rel="preload" as="script" href="$tracker/preload"><script src="$tracker/script"></script>
<script type="module" src="$tracker/module"></script><link rel="stylesheet" href="$tracker/style">
<img src="$tracker/img" alt=""><iframe src="$tracker/frame" title="ad"></iframe>
"""
_GATED = """
<link rel="preload" as="script" data-consentinel-href="$tracker/preload" $gate>
<script type="text/plain" data-consentinel-type="" data-consentinel-src="$tracker/script" $gate></script>
<script $gate type="text/plain" data-consentinel-type="module" data-consentinel-src="$tracker/module">
</script>
<link rel="stylesheet" data-consentinel-href="$tracker/style" $gate>
<img data-consentinel-src="$tracker/img" alt="" $gate>
<iframe data-consentinel-src="$tracker/frame" title="ad" $gate></iframe>
"""
_GATE = 'data-consentinel-category="targeting" data-consentinel-vendor="tracker"'
_DYNAMIC = """<img src="/own.gif" alt="own"><a href="/second.html">second</a><script>
new Image().src = '$tracker/image-object'; fetch('$tracker/fetch', { mode: 'no-cors' }).catch(() => {});
</script>"""


def tracker() -> Site:
    """Return the tracker; every vector is a path of it."""
    site = Site("http://localhost/")
    scripts = {"script", "module", "preload"}
    for vector in VECTORS - scripts:
        site.pixel(f"/{vector}")
    for vector in scripts:
        site.script(f"/{vector}", f"(window.ran ||= []).push('{vector}');")
    site.add("/style", "body { outline: 0 }", content_type="text/css")

    return site.page("/frame", "ad")


def settings(**more: Any) -> dict[str, Any]:
    """Return the banner's settings for the shop in strict mode."""
    return {
        "site": "http://127.0.0.1/",
        "mode": "strict",
        "rules": RULES,
        "theme": {"widget": "left"},
        **more,
    }


def write_shop(
    root: Path, tracker_origin: str, *, gated: bool = False, meta: bool = False, **more: Any
) -> Mapping[str, bytes]:
    """Write the site into `root` and return the banner's files.

    gated: the tags of the pages are inert, as by hand. meta: the closed policy is in the pages.
    """
    files = built(settings(**more))
    root.mkdir()
    for name, content in files.items():
        (root / name).write_bytes(content)
    (root / "own.js").write_text("window.own = true;")
    (root / "own.gif").write_bytes(ONE_PIXEL_GIF)
    head = (static_meta(files) if meta else "") + '<script src="/consentinel.js"></script>' + _OWN
    tags = Template(_GATED if gated else _TAGS).substitute(tracker=tracker_origin, gate=_GATE)
    body = Template(_DYNAMIC).substitute(tracker=tracker_origin)
    for page in ("index", "second"):
        (root / f"{page}.html").write_text(document(body, head=head + tags, title=page))
    return files
