"""`<a ping>`.

Expected: `beacon` for `http://t.tracker.example/clicked` once the link is followed (the page clicks it by
itself); it is a POST with `Ping-To`.
"""

from tests.support.sites import Site

_PAGE = """<a id="link" href="#below" ping="http://t.tracker.example/clicked">Below</a>
<script>setTimeout(() => document.getElementById("link").click(), 100);</script>"""


def site() -> Site:
    return Site().page("/", _PAGE).empty("http://t.tracker.example/clicked")
