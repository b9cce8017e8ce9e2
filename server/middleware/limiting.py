"""How often one network may ask what needs the database: the API and the declarations (T20)."""

from starlette.types import ASGIApp, Receive, Scope, Send

from consentinel.server.metrics import Metrics
from consentinel.server.middleware.areas import client_address, is_api, is_declaration, is_write
from consentinel.server.problem import problem
from consentinel.server.rates import Limits


class Limiting:
    """Answers 429 with Retry-After to networks that ask too often; the banner goes on with its own cookie."""

    def __init__(self, app: ASGIApp, limits: Limits, metrics: Metrics) -> None:
        """limits: what counts."""
        self._app = app
        self._limits = limits
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or refuse it."""
        if scope["type"] != "http" or not _is_limited(scope):
            await self._app(scope, receive, send)
            return
        kind, take = ("write", self._limits.write) if is_write(scope) else ("read", self._limits.read)
        if wait_s := take(client_address(scope)):
            self._metrics.limited.labels(kind).inc()
            headers = {"Retry-After": str(wait_s)}
            await problem(429, "too many requests from your network", headers)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_limited(scope: Scope) -> bool:
    return is_declaration(scope) or (is_api(scope) and scope["method"] != "OPTIONS")
