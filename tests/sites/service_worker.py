"""A service worker, on a secure page.

Expected: storage item (service worker) with script `/sw.js` and scope `/`; the worker's own request to
`https://t.tracker.example/from-worker` (204) is third party.
"""

from tests.support.sites import Site

_WORKER = """self.addEventListener("install", (event) => {
  event.waitUntil(fetch("https://t.tracker.example/from-worker", { mode: "no-cors" }));
});
"""


def site() -> Site:
    return (
        Site("https://www.site.example/")
        .page("/", '<script>navigator.serviceWorker.register("/sw.js");</script>')
        .script("/sw.js", _WORKER)
        .empty("https://t.tracker.example/from-worker")
    )
