"""The demo: a shop for weather stations whose consent banner gates only part of its tags.

What a scan finds: Google Analytics, Microsoft Advertising, Pinterest, TikTok and an unknown tracker run
before any choice and after reject; Hotjar runs until reject; Meta, HubSpot, LinkedIn and the YouTube frame
wait for accept. Tags come at load, at +2 s, on scroll, on the first pointer move and at the second page view.
Values are random at every visit, names are not. The company has three hosts: for pages, files and the cart.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Host, Mount, Route, Router
from starlette.types import ASGIApp

from consentinel.scanner.demo.certificate import write_certificate
from consentinel.scanner.demo.local_names import LOCAL_SUFFIX, LocalNames
from consentinel.scanner.demo.loopback import LoopbackServer
from consentinel.scanner.demo.own_hosts import CART_HOST, STATIC_HOST, cart_routes, file_routes
from consentinel.scanner.demo.vendors import set_missing, vendor_hosts, vendor_routes

_SHOP = "www.northwind-demo.example"
# Third-party cookies need Secure, so the shop is a secure one.
DEMO_URL = f"https://{_SHOP}/"

_HERE = Path(__file__).parent
_COOKIES = (("PHPSESSID", "Path=/; HttpOnly; SameSite=Lax"), ("csrf_token", "Path=/; SameSite=Strict"))
_LANGUAGE = "lang=en; Path=/; Max-Age=31536000; SameSite=Lax"
_PAGES = {
    "/": "home.html",
    "/products": "products.html",
    "/pricing": "pricing.html",
    "/blog/frost-nights": "article.html",
    "/contact": "contact.html",
    "/privacy": "privacy.html",
}
_NOT_FOUND = "not found"
_CART = "cart"
_NAVIGATION = (
    ("/products", "Stations"),
    ("/pricing", "Prices"),
    ("/blog/frost-nights", "Journal"),
    ("/contact", "Contact"),
)
_PRODUCTS = (
    ("Sprig", "For one garden: air and soil, a year on one battery.", f"https://{STATIC_HOST}/sprig.svg"),
    ("Hedge", "For rows: leaf wetness, wind and a mast you can carry.", f"https://{STATIC_HOST}/hedge.svg"),
    (
        "Ridge",
        "For slopes: five heights at once, and it sees cold air move.",
        f"https://{STATIC_HOST}/ridge.svg",
    ),
)
_POLICY = (
    ("PHPSESSID", "Northwind", "Keeps your session", "Session"),
    ("csrf_token", "Northwind", "Protects forms", "Session"),
    ("cart", "Northwind", "Keeps your cart", "2 weeks"),
    ("connect.sid", "Northwind", "Keeps your cart", "Session"),
    ("cookie_consent", "Northwind", "Remembers your choice", "6 months"),
    ("_ga", "Google", "Counts visits", "2 years"),
    ("_gat", "Google", "No longer used", "1 minute"),
)


def demo_hosts() -> tuple[str, ...]:
    """Return every host name the demo answers for, sorted."""
    return tuple(sorted({_SHOP, STATIC_HOST, CART_HOST, *vendor_hosts()}))


def demo_app() -> ASGIApp:
    """Return the whole demo, shop and third parties, told apart by the Host header.

    Under `<host>.localhost:PORT` the same hosts can be looked at without mapping any name.
    """
    pages = _render_pages()
    hosts: list[BaseRoute] = [
        *_both(_SHOP, _shop_routes(pages)),
        *_both(STATIC_HOST, file_routes(main_host=False)),
        *_both(CART_HOST, cart_routes(pages[_CART])),
    ]
    for host in vendor_hosts():
        hosts += _both(host, vendor_routes(host))
    return LocalNames(Starlette(routes=[*hosts, Mount("/", Router([Route("/", _to_shop)]))]), demo_hosts())


@contextmanager
def demo_server() -> Iterator[LoopbackServer]:
    """Serve the demo over TLS with a throw-away certificate for all its hosts."""
    with tempfile.TemporaryDirectory(prefix="consentinel-demo-") as directory:
        tls = write_certificate(Path(directory), [*demo_hosts(), "localhost", "127.0.0.1"])
        with LoopbackServer(demo_app(), tls=tls) as server:
            yield server


def _both(host: str, routes: list[Route]) -> list[Host]:
    router = Router(routes)
    return [Host(host, router), Host(host + LOCAL_SUFFIX, router)]


def _shop_routes(pages: dict[str, str]) -> list[Route]:
    return [
        *(Route(path, _page(pages[path], 200), methods=["GET", "POST"]) for path in _PAGES),
        *file_routes(main_host=True),
        Route("/{rest:path}", _page(pages[_NOT_FOUND], 404)),
    ]


def _render_pages() -> dict[str, str]:
    """Return the HTML of each path of the main host, and of the two pages that are elsewhere."""
    templates = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True)
    return {
        path: templates.get_template(name).render(
            here=path, navigation=_NAVIGATION, products=_PRODUCTS, policy=_POLICY
        )
        for path, name in {**_PAGES, _NOT_FOUND: "not_found.html", _CART: "cart.html"}.items()
    }


def _page(html: str, status: int) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        response = HTMLResponse(html, status)
        set_missing(response, request, _COOKIES)
        if "lang" not in request.cookies:
            response.headers.append("Set-Cookie", _LANGUAGE)
        return response

    return answer


def _to_shop(request: Request) -> Response:
    port = f":{request.url.port}" if request.url.port else ""
    return RedirectResponse(f"{request.url.scheme}://{_SHOP}{LOCAL_SUFFIX}{port}/")
