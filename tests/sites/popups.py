"""Windows that open by themselves.

Expected: no hang, at most a capped number of pages; the scan stays on the first page, cookie `opener`. Where
a pop-up is captured, its request `http://t.tracker.example/popup` is third party.
"""

from tests.support.sites import Site

COUNT = 20
_PAGE = f"""<script>
document.cookie = "opener=1; path=/";
for (let i = 0; i < {COUNT}; i++) window.open("http://t.tracker.example/popup?n=" + i, "_blank");
window.open("about:blank").location = "http://t.tracker.example/popup?n=blank";
</script>"""


def site() -> Site:
    return Site().page("/", _PAGE).page("http://t.tracker.example/popup", "Popup")
