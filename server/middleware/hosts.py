"""Under which names the dashboard answers, and whom: its own names, and nobody but a window of the browser.

A page that lets its own name point to this server (DNS rebinding) would otherwise be of the same origin.
Below a path of a shop the shop's pages are: their scripts must not read a page of the dashboard, and its own
pages have no script. No script can forge the fields `Sec-Fetch-*` (W3C Fetch Metadata).
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from consentinel.server.middleware.areas import header, is_admin, is_write
from consentinel.server.origins import origin_of
from consentinel.server.problem import problem
from consentinel.server.settings import ServerSettings

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


# What the pages load; browsers that do not say are too old for these fields.
_PARTS = (b"image", b"style")


class AdminHosts:
    """Refuses requests to the dashboard under other names than that of public_url and those of loopback.

    And what a script or a frame asks for.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        """settings: public_url, and the port that loopback names go with."""
        self._app = app
        addresses = (settings.public_url, *(f"http://{name}:{settings.port}" for name in _LOOPBACK))
        self._hosts = frozenset(origin_of(address).partition("://")[2].encode() for address in addresses)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or refuse it."""
        refusal = self._refusal(scope) if scope["type"] == "http" and is_admin(scope) else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        if (header(scope, b"host") or b"").lower() not in self._hosts:
            detail = "the dashboard is at another address: use the one in CONSENTINEL_PUBLIC_URL, or set it"
            return problem(421, detail)
        if not _is_of_a_window(scope):
            return problem(403, "the dashboard answers no scripts and no frames: open the page itself")
        return None


def _is_of_a_window(scope: Scope) -> bool:
    """Say whether a window goes to a page, or a page loads its images and styles."""
    dest, mode = header(scope, b"sec-fetch-dest"), header(scope, b"sec-fetch-mode")
    if dest in _PARTS:
        return not is_write(scope)
    return dest in (None, b"document") and mode in (None, b"navigate")
