"""A page that closes itself.

Expected: `/` is scanned (cookie `before_close`); `/closing` closes its window and goes to about:blank: a gap
at worst; `/after` is scanned all the same (cookie `after_close`).
"""

from tests.support.sites import Site

_CLOSE = """<script>
document.cookie = "before_close=1; path=/";
window.close(); open("", "_self").close(); location = "about:blank";
</script>"""


def site() -> Site:
    return (
        Site()
        .page("/", '<a href="/closing">Closing</a> <a href="/after">After</a>')
        .page("/closing", _CLOSE)
        .page("/after", '<script>document.cookie = "after_close=1; path=/";</script>')
    )
