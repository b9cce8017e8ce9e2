"""Redirects without end.

Expected: `/` cannot be scanned (exit 2: redirect loop). From `start_page()` the links `/loop` (redirects to
itself), `/grow` (each hop a new URL) and `/ping-pong` (meta refresh between two pages) are gaps or end inside
the budget, and the scan goes on.
"""

from tests.support.sites import Answer, Hit, Site


def _grow(hit: Hit) -> Answer:
    hop = int(hit.query.removeprefix("n=") or 0)
    return Answer(status=302, headers=[("Location", f"/grow?n={hop + 1}")])


def _ring(built: Site) -> Site:
    return (
        built.redirect("/loop", "/loop")
        .call("/grow", _grow)
        .page("/ping-pong", "ping", head='<meta http-equiv="refresh" content="0;url=/pong">')
        .page("/pong", "pong", head='<meta http-equiv="refresh" content="0;url=/ping-pong">')
    )


def site() -> Site:
    return _ring(Site().redirect("/", "/loop"))


def start_page() -> Site:
    links = "".join(f'<a href="{path}">{path}</a> ' for path in ("/loop", "/grow", "/ping-pong", "/end"))
    return _ring(Site().page("/", links).page("/end", "The end"))
