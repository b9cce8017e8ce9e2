"""Storage of a third-party frame.

Expected: third-party storage items of origin `http://widget.tracker.example`: `frame_local` (localStorage),
`frame_session` (sessionStorage), database `frame_db` (IndexedDB); nothing in the page's own storage.
"""

from tests.support.sites import Site

_SCRIPT = """<script>
localStorage.setItem("frame_local", "1");
sessionStorage.setItem("frame_session", "2");
indexedDB.open("frame_db", 1);
</script>"""


def site() -> Site:
    url = "http://widget.tracker.example/frame"
    return Site().page("/", f'<iframe src="{url}"></iframe>').page(url, _SCRIPT)
