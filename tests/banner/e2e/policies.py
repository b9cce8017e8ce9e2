"""A site whose server sends the policy of the visitor's state, as those of `banner build` do."""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.support.policies import ChoosePolicy
from tests.support.sites import Site


class WithPolicy:
    """A site whose own host sends the chosen policy with every answer."""

    def __init__(self, site: Site, choose: ChoosePolicy) -> None:
        self.site = site
        self._choose = choose
        self._app: ASGIApp = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI wants it."""
        headers = Request(scope).headers
        own = headers.get("host", "").partition(":")[0] == self.site.start.split("/")[2]

        async def with_policy(message: Message) -> None:
            if own and message["type"] == "http.response.start":
                policy = self._choose(headers)
                MutableHeaders(raw=message["headers"]).append("Content-Security-Policy", policy)
            await send(message)

        await self._app(scope, receive, with_policy)
