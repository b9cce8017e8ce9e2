"""Beacons by style sheet.

Expected: `pixel` for `http://t.tracker.example/background.gif` (rule of an own style sheet), `…/inline.gif`
(style attribute) and `…/hover.gif` only once the pointer is on the link.
"""

from tests.support.sites import Site

_CSS = """body { background: url(http://t.tracker.example/background.gif?c=1) no-repeat; }
a:hover { background: url(http://t.tracker.example/hover.gif); }
"""
_PAGE = """<p style="background-image: url(http://t.tracker.example/inline.gif)">Text</p>
<a href="#x" style="display: block; height: 80vh">Link</a>"""


def site() -> Site:
    return (
        Site()
        .page("/", _PAGE, head='<link rel="stylesheet" href="/site.css">')
        .add("/site.css", _CSS, content_type="text/css")
        .pixel("http://t.tracker.example/background.gif")
        .pixel("http://t.tracker.example/inline.gif")
        .pixel("http://t.tracker.example/hover.gif")
    )
