"""Cookies by response header.

Expected: first-party cookies `session_by_page` (HttpOnly, session), `persistent_by_page` (declared 800 days,
the browser keeps 400), `wide` (Domain=site.example), `scoped` (Path=/img) written by the response of
`/img/logo.gif`; writer of each is a response, none a script.
"""

from tests.support.sites import Site

_DAYS_800_S = 800 * 86400


def site() -> Site:
    page_cookies = (
        "session_by_page=s; Path=/; HttpOnly",
        f"persistent_by_page=p; Path=/; Max-Age={_DAYS_800_S}",
        "wide=w; Path=/; Domain=site.example; Max-Age=3600",
    )
    return (
        Site()
        .page("/", '<img src="/img/logo.gif">', cookies=page_cookies)
        .pixel("/img/logo.gif", cookies=("scoped=i; Path=/img; Max-Age=60",))
    )
