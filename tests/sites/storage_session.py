"""sessionStorage by method and by property.

Expected: storage items `tab_by_set_item` and `tab_by_property` (sessionStorage, first party), written by the
third-party script `http://cdn.tracker.example/store.js`.
"""

from tests.support.sites import Site

_SCRIPT = """sessionStorage.setItem("tab_by_set_item", "1");
sessionStorage.tab_by_property = "2";
"""


def site() -> Site:
    url = "http://cdn.tracker.example/store.js"
    return Site().page("/", f'<script src="{url}"></script>').script(url, _SCRIPT)
