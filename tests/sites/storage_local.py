"""localStorage by method and by property.

Expected: storage items `by_set_item`, `by_property`, `by_index` (all localStorage, first party), the first
written by line 2 of `/store.js`; who writes by property no hook can tell. `set_and_removed` is written and
removed at once: seen by its write.
"""

from tests.support.sites import Site

_SCRIPT = """// four ways to write
localStorage.setItem("by_set_item", "1");
localStorage.by_property = "2";
localStorage["by_index"] = "3";
localStorage.setItem("set_and_removed", "4"); localStorage.removeItem("set_and_removed");
"""


def site() -> Site:
    return Site().page("/", '<script src="/store.js"></script>').script("/store.js", _SCRIPT)
