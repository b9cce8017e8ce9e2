"""The shop's own hosts beside its main one: one for files, without cookies, and one for the cart.

Real shops spread over several hosts of one domain. A cookie of the whole domain and one of a single host
are both first party, and a scan has to tell them apart.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from consentinel.scanner.demo.vendors import set_missing

STATIC_HOST = "static.northwind-demo.example"
CART_HOST = "shop.northwind-demo.example"

_FILES = Path(__file__).parent / "static" / "site"
_MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".xml": "application/xml",
}
_ON_MAIN_HOST = {".txt", ".xml"}


def file_routes(*, main_host: bool) -> list[Route]:
    """Return the files of the main host (robots.txt and the sitemap), or those of the static one."""
    files = [file for file in sorted(_FILES.iterdir()) if (file.suffix in _ON_MAIN_HOST) == main_host]
    return [_file_route(file) for file in files]


def cart_routes(page: str) -> list[Route]:
    """Return the cart: its page, with the HTML that is given, and what other pages ask for its contents."""

    def show(request: Request) -> Response:
        return _with_cookies(HTMLResponse(page), request)

    def contents(request: Request) -> Response:
        response = JSONResponse({"items": 0})
        response.headers["Access-Control-Allow-Origin"] = request.headers.get("origin", "*")
        response.headers["Access-Control-Allow-Credentials"] = "true"
        return _with_cookies(response, request)

    return [Route("/cart", show), Route("/api/cart", contents)]


def _with_cookies(response: Response, request: Request) -> Response:
    """Name the cart for the whole domain (without the host's first label), the session for this host."""
    domain = (request.url.hostname or "").partition(".")[2]
    cart = ("cart", f"Domain={domain}; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax")
    set_missing(response, request, (cart, ("connect.sid", "Path=/; HttpOnly; SameSite=Lax")))
    return response


def _file_route(file: Path) -> Route:
    content = file.read_bytes()

    def answer(_: Request) -> Response:
        return Response(content, media_type=_MEDIA_TYPES[file.suffix])

    return Route(f"/{file.name}", answer)
