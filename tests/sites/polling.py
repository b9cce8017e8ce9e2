"""A page that is never idle.

Expected: the visit ends by its cap, not by idleness (an unwatched page within 5 s); cookie `polled`; one
`request` finding for `http://t.tracker.example/poll` however often it polls (every 150 ms).
"""

from tests.support.sites import Site

_PAGE = """<script>
document.cookie = "polled=1; path=/";
setInterval(() => fetch("http://t.tracker.example/poll?n=" + Math.random(), { mode: "no-cors" }), 150);
</script>"""


def site() -> Site:
    return (
        Site()
        .page("/", _PAGE + '<a href="/second">Second page</a>')
        .page("/second", _PAGE)
        .empty("http://t.tracker.example/poll")
    )
