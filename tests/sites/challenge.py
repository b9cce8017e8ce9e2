"""A bot challenge instead of the site.

Expected: exit 2 ("challenge"), never a clean report: 403 with `cf-mitigated: challenge`. In `inner()` the
start page is fine and only `/inside` is challenged: a gap.
"""

from tests.support.sites import HTML, Site, document

_BODY = document(
    "<h1>Just a moment...</h1><noscript>Enable JavaScript and cookies to continue</noscript>"
    '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script>',
    title="Just a moment...",
)
_HEADERS = (("cf-mitigated", "challenge"), ("server", "cloudflare"))


def _challenged(built: Site, url: str) -> Site:
    return built.add(
        url,
        _BODY,
        status=403,
        content_type=HTML,
        headers=_HEADERS,
        cookies=("__cf_bm=stub; Path=/; HttpOnly; Max-Age=1800",),
    ).script("/cdn-cgi/challenge-platform/*", "// our own stub")


def site() -> Site:
    return _challenged(Site(), "/")


def inner() -> Site:
    return _challenged(Site().page("/", '<a href="/inside">Inside</a>'), "/inside")
