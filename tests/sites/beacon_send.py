"""`navigator.sendBeacon`.

Expected: `beacon` for `http://t.tracker.example/on-load` (at load) and `…/on-hide` (when the page is left),
POST, third party, whatever the answer (200 and 204).
"""

from tests.support.sites import Site

_PAGE = """<script>
navigator.sendBeacon("http://t.tracker.example/on-load", "event=load");
addEventListener("pagehide", () => navigator.sendBeacon("http://t.tracker.example/on-hide", "event=hide"));
</script>"""


def site() -> Site:
    return (
        Site()
        .page("/", _PAGE)
        .add("http://t.tracker.example/on-load", "ok", content_type="text/plain")
        .empty("http://t.tracker.example/on-hide")
    )
