"""`/d/{site}`: the cookie declaration of a site, for everybody: as a page, to embed, as JSON."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from consentinel.server import declaring
from consentinel.server.declarations import Declarations, Kind, origin_of
from consentinel.server.etags import is_known
from consentinel.server.path_values import register
from consentinel.server.problem import problem
from consentinel.server.state import services
from consentinel.server.static_files import version_of

_FOR_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "public, max-age=300",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
_PAGE_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'"
# A site that gets its first approval shall be seen at once.
_OF_NONE = {**_FOR_ALL, "Cache-Control": "no-cache", "Vary": "Accept"}
_FRAGMENT_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'"


async def page(request: Request) -> Response:
    """Send the declaration as a page."""
    return await _answer(request, "page", "text/html; charset=utf-8", _PAGE_POLICY)


async def fragment(request: Request) -> Response:
    """Send the declaration as HTML to put into a page of the site."""
    return await _answer(request, "fragment", "text/html; charset=utf-8", _FRAGMENT_POLICY)


async def as_json(request: Request) -> Response:
    """Send the declaration as JSON."""
    return await _answer(request, "json", "application/json", _FRAGMENT_POLICY)


async def _answer(request: Request, kind: Kind, media_type: str, policy: str) -> Response:
    service = services(request)
    origin = await service.database.reading(
        origin_of, request.path_params["site"], service.settings.public_url
    )
    if origin is None:
        return _missing(request, kind)
    asked = request.query_params.get("lang", "")
    locale = asked if asked in origin.locales else origin.locales[0]
    found = (await _declarations(request).rendered(origin, locale))[kind]
    headers = {**_FOR_ALL, "Content-Security-Policy": policy, "Content-Type": media_type, "ETag": found.etag}
    if is_known(request.headers.get("if-none-match", ""), found.etag):
        return Response(status_code=304, headers=headers)
    return Response(found.body, headers=headers)


def _missing(request: Request, kind: Kind) -> Response:
    """Answer 404: people in a browser read a page. The same for a site that is not known."""
    if kind == "json" or "text/html" not in request.headers.get("accept", ""):
        return problem(404, "no declaration: no scan of such a site is approved here", _OF_NONE)
    root = "../" * (request.url.path.count("/") - 1)
    text = declaring.missing_page(root, version_of("consentinel.css"))
    return HTMLResponse(text, 404, {**_OF_NONE, "Content-Security-Policy": _PAGE_POLICY})


def _declarations(request: Request) -> Declarations:
    """Return what keeps the declarations of this application in memory."""
    state = request.app.state
    if not hasattr(state, "declarations"):
        state.declarations = Declarations(services(request).database)
    found: Declarations = state.declarations
    return found


register()
ROUTES = [
    Route("/d/{site:key}", page),
    Route("/d/{site:key}/fragment.html", fragment),
    Route("/d/{site:key}/declaration.json", as_json),
]
