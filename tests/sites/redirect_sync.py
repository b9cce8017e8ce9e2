"""Cookie sync by a chain of redirects.

Expected: a chain of three hops, `https://a.tracker.example/sync` -> `https://b.partner.example/sync?uid=…`
-> `https://c.exchange.example/done` (1x1 pixel); third-party cookies `a_uid`, `b_uid` and `c_uid`, each
written by its hop; `id-sync` from tracker.example to partner.example and exchange.example. The id is never
in a report.
"""

import secrets

from tests.support.sites import GIF, ONE_PIXEL_GIF, Answer, Hit, Site

_CROSS_SITE = "Path=/; SameSite=None; Secure; Max-Age=31536000"


def _hop(cookie: str, target: str) -> Answer:
    uid = secrets.token_hex(12)
    headers = [("Location", target.format(uid=uid)), ("Set-Cookie", f"{cookie}={uid}; {_CROSS_SITE}")]
    return Answer(status=302, headers=headers)


def _first(_: Hit) -> Answer:
    return _hop("a_uid", "https://b.partner.example/sync?uid={uid}")


def _second(hit: Hit) -> Answer:
    return _hop("b_uid", f"https://c.exchange.example/done?from={hit.query.removeprefix('uid=')}&own={{uid}}")


def _last(hit: Hit) -> Answer:
    uid = hit.query.split("&")[0].removeprefix("from=")
    cookie = ("Set-Cookie", f"c_uid={uid}; {_CROSS_SITE}")
    return Answer(ONE_PIXEL_GIF, headers=[("Content-Type", GIF), cookie])


def site() -> Site:
    return (
        Site("https://www.site.example/")
        .page("/", '<img src="https://a.tracker.example/sync" width="1" height="1">')
        .call("https://a.tracker.example/sync", _first)
        .call("https://b.partner.example/sync", _second)
        .call("https://c.exchange.example/done", _last)
    )
