"""May this request concern this site? Asked by handlers that learn of the site from a body or a query."""

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from consentinel.server.middleware.areas import READING
from consentinel.server.site_directory import SiteFacts
from consentinel.server.state import services


def admitted(request: HTTPConnection, key: str, *, unknown: int = 404) -> SiteFacts:
    """Return the site that a request concerns.

    Raises HTTPException: `unknown` where there is no such site, 403 where the request comes from a page of
    another origin (T14, T15), 429 with Retry-After where too much is written for the site (T20).
    """
    service = services(request)
    site = service.sites.get(key)
    if site is None:
        raise HTTPException(unknown, "this server has no such site: add it to its settings")
    origin = request.headers.get("origin")
    if origin is not None and origin not in site.origins:
        raise HTTPException(403, "pages of this origin may not speak for this site")
    if request.scope["method"] not in READING and (wait_s := service.limits.site(key)):
        service.metrics.limited.labels("site").inc()
        raise HTTPException(429, "too many requests for this site", {"Retry-After": str(wait_s)})
    return site
