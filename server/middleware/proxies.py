"""Notices a reverse proxy that the settings do not name (T20): all its visitors look like one network."""

from starlette.types import ASGIApp, Receive, Scope, Send

from consentinel.server.insiders import is_within
from consentinel.server.logs import log
from consentinel.server.middleware.areas import client_address, header
from consentinel.server.proxies import Proxies

# RFC 1918, RFC 4193 and loopback: where proxies are. A visitor can send the field, too, and no address of one
# is told (T21).
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")


class UnknownProxies:
    """Tells the first proxy that sends X-Forwarded-For and is not believed; outside of what believes it."""

    def __init__(self, app: ASGIApp, proxies: Proxies, trusted: tuple[str, ...]) -> None:
        """proxies: where to remember it. trusted: networks, as `trusted_proxy` names them."""
        self._app = app
        self._proxies = proxies
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the request, and pass it on."""
        if scope["type"] == "http" and not self._proxies.unknown:
            self._look(scope)
        await self._app(scope, receive, send)

    def _look(self, scope: Scope) -> None:
        address = client_address(scope)
        if header(scope, b"x-forwarded-for") is None or is_within(address, self._trusted):
            return
        if is_within(address, _PRIVATE):
            self._proxies.unknown = address
            event = "a proxy is not in trusted_proxy: all its visitors look like one network"
            log("warning", event, proxy=address)
