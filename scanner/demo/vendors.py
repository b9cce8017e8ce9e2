"""The third parties of the demo: real vendors' host names, answered by small stand-ins of our own."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FILES = Path(__file__).parent / "static" / "vendors"
_SCRIPT = "text/javascript; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
_CROSS_SITE = "Path=/; SameSite=None; Secure"
_DAY_S = 86400


@dataclass(frozen=True)
class Stub:
    """One address of a vendor.

    `file` is a script or document under static/vendors; without one the answer is a 1x1 GIF, or 204 with
    `empty`. `cookies` are pairs of name and attributes, set with a fresh random value unless sent along.
    """

    host: str
    path: str
    file: str | None = None
    empty: bool = False
    cookies: tuple[tuple[str, str], ...] = ()


def _for_days(days: int) -> str:
    return f"{_CROSS_SITE}; Max-Age={days * _DAY_S}"


STUBS = (
    Stub("www.googletagmanager.com", "/gtag/js", "gtag.js"),
    Stub("www.google-analytics.com", "/g/collect", empty=True),
    Stub("connect.facebook.net", "/en_US/fbevents.js", "fbevents.js"),
    Stub("www.facebook.com", "/tr/", cookies=(("fr", _for_days(90)),)),
    Stub("js.hs-scripts.com", "/4817360.js", "hubspot-loader.js"),
    Stub("js.hs-analytics.net", "/analytics/4817360.js", "hubspot-analytics.js"),
    Stub("track.hubspot.com", "/__ptq.gif"),
    Stub("static.hotjar.com", "/c/hotjar-3141592.js", "hotjar.js"),
    Stub("bat.bing.com", "/bat.js", "bat.js"),
    Stub("bat.bing.com", "/action/0", empty=True, cookies=(("MUID", _for_days(390)),)),
    Stub("snap.licdn.com", "/li.lms-analytics/insight.min.js", "insight.js"),
    Stub(
        "px.ads.linkedin.com",
        "/collect/",
        cookies=(("bcookie", _for_days(365)), ("li_gc", _for_days(180))),
    ),
    Stub("s.pinimg.com", "/ct/core.js", "pinterest.js"),
    Stub("ct.pinterest.com", "/v3/", cookies=(("ar_debug", _for_days(365)),)),
    Stub("analytics.tiktok.com", "/i18n/pixel/events.js", "tiktok.js"),
    Stub("analytics.tiktok.com", "/api/v2/pixel", empty=True),
    Stub(
        "www.youtube.com",
        "/embed/northwind01",
        "youtube-embed.html",
        cookies=(("VISITOR_INFO1_LIVE", f"{_for_days(180)}; HttpOnly"), ("YSC", f"{_CROSS_SITE}; HttpOnly")),
    ),
    Stub("www.google.com", "/recaptcha/api.js", "recaptcha.js"),
    Stub(
        "www.google.com",
        "/recaptcha/api2/anchor",
        "recaptcha-anchor.html",
        cookies=(("_GRECAPTCHA", f"Path=/recaptcha; SameSite=None; Secure; Max-Age={180 * _DAY_S}"),),
    ),
    Stub("cdn.jsdelivr.net", "/npm/tiny-carousel@1.4.2/dist/carousel.min.js", "carousel.js"),
    Stub("metrics.acme-widgets.example", "/w.js", "acme.js", cookies=(("aw_visitor", _for_days(400)),)),
    Stub("metrics.acme-widgets.example", "/b", empty=True),
)


def vendor_hosts() -> tuple[str, ...]:
    """Return the vendors' host names, sorted."""
    return tuple(sorted({stub.host for stub in STUBS}))


def vendor_routes(host: str) -> list[Route]:
    """Return what one vendor's host answers."""
    return [_route(stub) for stub in STUBS if stub.host == host]


def _route(stub: Stub) -> Route:
    async def answer(request: Request) -> Response:
        response = _body(stub)
        response.headers["Access-Control-Allow-Origin"] = request.headers.get("origin", "*")
        response.headers["Access-Control-Allow-Credentials"] = "true"
        set_missing(response, request, stub.cookies)
        return response

    return Route(stub.path, answer, methods=["GET", "POST"])


def _body(stub: Stub) -> Response:
    if stub.empty:
        return Response(status_code=204)
    if stub.file is None:
        return Response(_PIXEL, media_type="image/gif", headers={"Cache-Control": "no-store"})
    kind = _SCRIPT if stub.file.endswith(".js") else _HTML
    return Response((_FILES / stub.file).read_bytes(), media_type=kind)


def set_missing(response: Response, request: Request, cookies: Iterable[tuple[str, str]]) -> None:
    """Set each cookie the request does not carry, with a random value as real ones have."""
    for name, attributes in cookies:
        if name not in request.cookies:
            response.headers.append("Set-Cookie", f"{name}={secrets.token_urlsafe(18)}; {attributes}")
