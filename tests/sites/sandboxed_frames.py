"""Frames that are sandboxed, nested, empty or without a document of their own.

Expected: third-party frames `/sandboxed` (opaque origin: no storage, a read throws; no gap for it), `/outer`
with `/inner` inside; the srcdoc frame's cookie `from_srcdoc` is first party; data: and about:blank frames
leave nothing.
"""

from tests.support.sites import Site

_HOST = "http://widget.tracker.example"
_PAGE = f"""<iframe sandbox src="{_HOST}/sandboxed"></iframe>
<iframe sandbox="allow-scripts" src="{_HOST}/scripts-only"></iframe>
<iframe src="{_HOST}/outer"></iframe>
<iframe srcdoc="<script>document.cookie = 'from_srcdoc=1; path=/'</script>"></iframe>
<iframe src="data:text/html,hello"></iframe><iframe src="about:blank"></iframe>"""
_THROWS = """<script>
try { localStorage.setItem("never", "1"); } catch (error) { new Image().src = "/threw.gif"; }
</script>"""


def site() -> Site:
    return (
        Site()
        .page("/", _PAGE)
        .page(f"{_HOST}/sandboxed", _THROWS)
        .page(f"{_HOST}/scripts-only", _THROWS)
        .pixel(f"{_HOST}/threw.gif")
        .page(f"{_HOST}/outer", '<iframe src="http://deep.tracker.example/inner"></iframe>')
        .page("http://deep.tracker.example/inner", '<script>localStorage.setItem("deep", "1");</script>')
    )
