"""Under which names the dashboard answers, and whom: its own names, and nobody but a window of the browser.

A page that lets its own name point to this server (DNS rebinding) would otherwise be of the same origin.
Below a path of a shop the shop's pages are: their scripts must not read a page of the dashboard, and its own
pages have no script. No script can forge the fields `Sec-Fetch-*` (W3C Fetch Metadata).

Where public_url is below the address of a site, there is no dashboard at all for what a proxy has forwarded:
one that takes the path away would pass `/consentinel/consentinel/admin` on as what it refuses itself.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from consentinel.server.insiders import is_forwarded
from consentinel.server.middleware.areas import ADMIN, header, is_admin, is_write
from consentinel.server.origins import origin_of
from consentinel.server.problem import problem
from consentinel.server.settings import ServerSettings, own_address
from consentinel.server.site_directory import SiteDirectory

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
# What the pages load; browsers that do not say are too old for these fields.
_PARTS = (b"image", b"style")


class AdminHosts:
    """Refuses requests to the dashboard under other names than that of public_url and those of this machine.

    And what a script or a frame asks for.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings, sites: SiteDirectory) -> None:
        """settings: public_url, and where the server listens. sites: below which there is no dashboard."""
        self._app = app
        self._sites = sites
        self._public_url, self._public = settings.public_url, _host(settings.public_url)
        loopback = (f"http://{name}:{settings.port}" for name in _LOOPBACK)
        self._entrance = RedirectResponse(f"{urlsplit(self._public_url).path.rstrip('/')}{ADMIN}/", 303)
        self._own = frozenset(map(_host, (own_address(settings.host, settings.port), *loopback)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or refuse it; lead people who open the address alone to the dashboard."""
        answer = self._answer(scope) if scope["type"] == "http" else None
        await (answer or self._app)(scope, receive, send)

    def _answer(self, scope: Scope) -> ASGIApp | None:
        if is_admin(scope):
            return self._refusal(scope)
        if _asks_for_the_address_alone(scope) and self._refusal(scope) is None:
            return self._entrance
        return None

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        host = (header(scope, b"host") or b"").lower()
        from_a_site = host == self._public or is_forwarded(Headers(scope=scope))
        if from_a_site and self._sites.is_above(self._public_url):
            return problem(403, "below a site there is no dashboard: open it on the server's own machine")
        if host not in (*self._own, self._public):
            detail = "the dashboard is at another address: use the one in CONSENTINEL_PUBLIC_URL, or set it"
            return problem(421, detail)
        if not _is_of_a_window(scope):
            return problem(403, "the dashboard answers no scripts and no frames: open the page itself")
        return None


def _host(address: str) -> bytes:
    """Return what a browser writes into the field Host."""
    return origin_of(address).partition("://")[2].encode()


def _asks_for_the_address_alone(scope: Scope) -> bool:
    """Say whether somebody opens `http://127.0.0.1:8080`, as the start prints it, in a browser."""
    return scope["path"] == "/" and not is_write(scope) and b"text/html" in (header(scope, b"accept") or b"")


def _is_of_a_window(scope: Scope) -> bool:
    """Say whether a window goes to a page, or a page loads its images and styles."""
    dest, mode = header(scope, b"sec-fetch-dest"), header(scope, b"sec-fetch-mode")
    if dest in _PARTS:
        return not is_write(scope)
    return dest in (None, b"document") and mode in (None, b"navigate")
