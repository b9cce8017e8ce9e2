"""CacheStorage, on a secure page.

Expected: storage item (CacheStorage) of cache `assets-v1`, first party.
"""

from tests.support.sites import Site

_SCRIPT = """<script>
caches.open("assets-v1").then((cache) => cache.put("/kept", new Response("kept")));
</script>"""


def site() -> Site:
    return Site("https://www.site.example/").page("/", _SCRIPT)
