"""`POST /v1/keep`: a visitor's answer comes back as a cookie set by HTTP: Safari forgets others in 7 days.

The script's side is banner/src/send/kept.js; nginx and Caddy do the same (banner/hosting). The cookie has to
be the site's own, so this works only below the site's own address (docs/same-origin.md).
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consentinel.banner.consent import COOKIE, SECONDS_A_DAY, parse_cookie
from consentinel.server.site_directory import SiteFacts
from consentinel.server.state import Services, services
from consentinel.server.visitor_cookies import attributes

_START = f"{COOKIE}="


async def post_keep(request: Request) -> Response:
    """Answer with the cookie that the header field `consentinel` holds, if it is an answer that counts."""
    service = services(request)
    site = _own_site(request, service)
    value = _answer(request.headers.get("consentinel", ""), site, service.clock() // 1000 // SECONDS_A_DAY)
    life_s = min(site.days.values()) * SECONDS_A_DAY
    cookie = f"{_START}{value}; Path=/; Max-Age={life_s}; SameSite=Lax{attributes(service, site)}"
    return Response(status_code=204, headers={"Set-Cookie": cookie})


def _own_site(request: Request, service: Services) -> SiteFacts:
    """Return the site whose own address this request was sent to; elsewhere no cookie is the site's."""
    site = service.sites.of_origin(request.headers.get("origin", ""))
    if site is None or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise HTTPException(403, "only pages of a site may keep an answer here, below the site's own address")
    return site


def _answer(text: str, site: SiteFacts, today: int) -> str:
    value = text.removeprefix(_START)
    purposes = site.purposes or value[7:15]
    if value == text or parse_cookie(value, purposes=purposes, today=today, days=400) is None:
        raise HTTPException(422, "this is no answer that counts: send the consent cookie as it is")
    return value


ROUTES = [Route("/v1/keep", post_keep, methods=["POST"])]
