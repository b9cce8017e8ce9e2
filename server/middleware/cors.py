"""Which pages of other origins may use the API (T15): those of the sites' exact origins.

https://fetch.spec.whatwg.org/#http-cors-protocol. That the origin belongs to the very site that a request
concerns is checked by the handler (server/admission.py); a preflight does not tell the site.
"""

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consentinel.server.middleware.areas import header, is_api
from consentinel.server.problem import problem
from consentinel.server.site_directory import SiteDirectory

_MAX_AGE_S = 7_200  # what Chromium keeps at most
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": str(_MAX_AGE_S),
}
_VARY = (b"vary", b"Origin")


class Cors:
    """Answers preflights to the API, and tells browsers which pages may read its answers."""

    def __init__(self, app: ASGIApp, sites: SiteDirectory) -> None:
        """sites: whose origins count."""
        self._app = app
        self._sites = sites

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it is a preflight."""
        if scope["type"] != "http" or not is_api(scope):
            await self._app(scope, receive, send)
            return
        fields = self._fields(header(scope, b"origin"))

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *fields]
            await send(message)

        if scope["method"] == "OPTIONS" and header(scope, b"access-control-request-method"):
            await _preflight(allowed=fields != [_VARY])(scope, receive, answer)
        else:
            await self._app(scope, receive, answer)

    def _fields(self, origin: bytes | None) -> list[tuple[bytes, bytes]]:
        """Return what to add: always Vary, so that no cache gives the answer for one origin to another."""
        text = origin.decode("latin-1") if origin else ""
        if not self._sites.knows(text):
            return [_VARY]
        fields = [_VARY, (b"access-control-allow-origin", text.encode("latin-1"))]
        if self._sites.shares_cookies(text):
            fields.append((b"access-control-allow-credentials", b"true"))
        return fields


def _preflight(*, allowed: bool) -> Response:
    if allowed:
        return Response(status_code=204, headers=_PREFLIGHT)
    return problem(403, "pages of this origin may not use this API: it is not the address of a site here")
