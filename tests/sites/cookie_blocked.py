"""Cookies that a server sends and the browser refuses.

Expected as blocked, each with the browser's reason, none in the jar: `none_without_secure`
(SameSite=None without Secure), `secure_over_http`, `foreign_domain` (Domain of another site), `public_suffix`
(Domain=com on a .com page would do; here the bare ending), `too_large` (over 4,096 bytes), `__Host-prefixed`
(prefix without Secure), `third_lax` (no SameSite, in a third-party image). Only `kept` is stored.
"""

from tests.support.sites import Site

_REFUSED = (
    "none_without_secure=1; Path=/; SameSite=None",
    "secure_over_http=1; Path=/; Secure",
    "foreign_domain=1; Path=/; Domain=elsewhere.example",
    "public_suffix=1; Path=/; Domain=example",
    f"too_large={'x' * 5000}; Path=/",
    "__Host-prefixed=1; Path=/",
)


def site() -> Site:
    return (
        Site()
        .page("/", '<img src="http://t.tracker.example/p.gif">', cookies=("kept=1; Path=/", *_REFUSED))
        .pixel("http://t.tracker.example/p.gif", cookies=("third_lax=1; Path=/",))
    )
