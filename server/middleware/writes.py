"""Who may write to the API (T14): no page that the operator did not name, whatever a browser sends for it.

A browser says where a request comes from, in Sec-Fetch-Site and for each write in Origin; a page can forge
neither (https://www.w3.org/TR/fetch-metadata/). What sends neither is no browser: it has no cookies to abuse.
A body must be JSON, which no form can send and which no page of another origin sends without a preflight.
"""

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from consentinel.server.middleware.areas import header, is_api, is_write
from consentinel.server.problem import problem
from consentinel.server.site_directory import SiteDirectory

OBSERVED = "/v1/observed"
_OWN_SITE = frozenset({b"same-origin", b"same-site"})


class Writes:
    """Refuses writes that come from elsewhere or as something else."""

    def __init__(self, app: ASGIApp, sites: SiteDirectory) -> None:
        """sites: whose origins count."""
        self._app = app
        self._sites = sites

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or refuse it."""
        refused = None
        if scope["type"] == "http" and is_write(scope) and is_api(scope):
            refused = self._refused(scope)
        await (refused or self._app)(scope, receive, send)

    def _refused(self, scope: Scope) -> Response | None:
        if not self._is_welcome(header(scope, b"sec-fetch-site"), header(scope, b"origin")):
            return problem(403, "this page may not write here: it is not of a site that this server knows")
        if _has_body(scope) and _media_type(scope) not in _media_types(scope["path"]):
            return problem(415, "the body must be JSON: send Content-Type: application/json")
        return None

    def _is_welcome(self, fetch_site: bytes | None, origin: bytes | None) -> bool:
        if origin is not None:
            return self._sites.knows(origin.decode("latin-1"))
        return fetch_site is None or fetch_site in _OWN_SITE


def _media_types(path: str) -> tuple[bytes, ...]:
    """Return what a path takes: `sendBeacon` sends text, and what it reports opens nothing."""
    return (b"application/json", b"text/plain") if path == OBSERVED else (b"application/json",)


def _media_type(scope: Scope) -> bytes:
    value = header(scope, b"content-type") or b""
    return value.partition(b";")[0].strip().lower()


def _has_body(scope: Scope) -> bool:
    """Say whether a body was announced (RFC 9112 section 6.3)."""
    if header(scope, b"transfer-encoding") is not None:
        return True
    return (header(scope, b"content-length") or b"0").strip(b"0") != b""
