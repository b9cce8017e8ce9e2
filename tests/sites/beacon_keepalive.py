"""Fetch with `keepalive`, which looks like any fetch on the wire.

Expected: `beacon` for `http://t.tracker.example/kept-alive` (GET) and `…/kept-alive-post`;
`…/plain-fetch` is a `request` and no beacon.
"""

from tests.support.sites import Site

_PAGE = """<script>
fetch("http://t.tracker.example/kept-alive?e=1", { keepalive: true, mode: "no-cors" });
fetch(new Request("http://t.tracker.example/kept-alive-post",
  { method: "POST", body: "e=2", keepalive: true, mode: "no-cors" }));
fetch("http://t.tracker.example/plain-fetch", { mode: "no-cors" });
</script>"""


def site() -> Site:
    return (
        Site()
        .page("/", _PAGE)
        .add("http://t.tracker.example/kept-alive", '{"ok":true}', content_type="application/json")
        .empty("http://t.tracker.example/kept-alive-post")
        .add("http://t.tracker.example/plain-fetch", '{"ok":true}', content_type="application/json")
    )
