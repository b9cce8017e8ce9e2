"""A cookie by the asynchronous `cookieStore` of secure pages.

Expected: first-party cookie `by_cookie_store`, lifetime one day, written by the script of the start page.
"""

from tests.support.sites import Site

_SCRIPT = """<script>
cookieStore.set({ name: "by_cookie_store", value: "1", expires: Date.now() + 86400000, path: "/" });
</script>"""


def site() -> Site:
    return Site("https://www.site.example/").page("/", _SCRIPT)
