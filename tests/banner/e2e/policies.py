"""A server that chooses the policy by the consent cookie, as those of `banner build` do."""

import json
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consentinel.scanner.catalogue.taxonomy import CATEGORIES
from tests.support.sites import Site


class PolicyByCookie:
    """A site whose own host sends the policy of the visitor's state with every answer."""

    def __init__(self, site: Site, csp: bytes) -> None:
        self.site = site
        self._policies: Mapping[str, str] = json.loads(csp)
        self._app: ASGIApp = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI wants it."""
        request = Request(scope, receive)
        own = request.headers.get("host", "").partition(":")[0] == self.site.start.split("/")[2]

        async def with_policy(message: Message) -> None:
            if own and message["type"] == "http.response.start":
                policy = self._policies[state_of(request.cookies.get("consentinel"))]
                MutableHeaders(raw=message["headers"]).append("Content-Security-Policy", policy)
            await send(message)

        await self._app(scope, receive, with_policy)


def state_of(cookie: str | None) -> str:
    """Return the key in csp.json for a consent cookie's value."""
    if cookie is None:
        return "no-choice"
    granted = [name for name, bit in zip(CATEGORIES[1:], cookie.split(".")[1][1:], strict=True) if bit == "1"]
    return "accept" if len(granted) == len(CATEGORIES) - 1 else "+".join(granted) or "reject"
