"""While the ledger lacks what it promised, no consent is served or taken, and nothing appended (T35)."""

from starlette.types import ASGIApp, Receive, Scope, Send

from consentinel.server.ledger.restore import LOST, History
from consentinel.server.middleware.areas import is_admin, is_api, is_write
from consentinel.server.problem import problem

# It writes back what the browser has, and neither reads nor writes the ledger.
KEEP = "/v1/keep"
# Who looks what is wrong has to log in; no leaf tells of it meanwhile (see admin.audit).
LOGIN = "/admin/login"


class LostHistory:
    """Answers 503 for the API and writes of the dashboard while the ledger's history is lost."""

    def __init__(self, app: ASGIApp, history: History) -> None:
        """history: what is lost, as the last check found it."""
        self._app = app
        self._history = history

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or refuse it."""
        if self._history.losses and scope["type"] == "http" and _needs_history(scope):
            await problem(503, LOST, {"Retry-After": "60"})(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _needs_history(scope: Scope) -> bool:
    if is_admin(scope):
        return is_write(scope) and scope["path"] != LOGIN
    return is_api(scope) and scope["path"] != KEEP
