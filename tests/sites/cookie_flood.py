"""Too many cookies, with names and values that are too long.

Expected: a report of bounded size; `flood_<n>` (2,000 written, the browser keeps about 180 a site) collapses
or is truncated, never a hang; `name_…` (3,000 bytes) appears cut, `long_value` without its value;
`big_item` of localStorage (1 MB) by name only.
"""

from tests.support.sites import Site

COUNT = 2000
_PAGE = f"""<script>
for (let i = 0; i < {COUNT}; i++) document.cookie = "flood_" + i + "=1; path=/";
document.cookie = "name_" + "n".repeat(3000) + "=1; path=/";
document.cookie = "long_value=" + "v".repeat(4000) + "; path=/";
localStorage.setItem("big_item", "w".repeat(1 << 20));
localStorage.setItem("key_" + "k".repeat(100000), "1");
</script>"""


def site() -> Site:
    return Site().page("/", _PAGE)
