"""The path of `public_url`: a reverse proxy leaves it, and routes see none of it."""

from starlette.types import ASGIApp, Receive, Scope, Send

from consentinel.server.problem import problem

# What is asked for on the machine itself, past the proxy; `static` is what the dashboard's login loads.
_DIRECT = frozenset({"healthz", "readyz", "metrics", "admin", "static", ".well-known", "openapi.json"})


class BelowPath:
    """Takes `/consentinel` from the front of a path. Used where public_url has a path alone.

    What visitors load is not found without it, so nobody keeps a proxy that takes the path away, and by which
    the dashboard would have one more address (T22; `hosts.py` closes that for what proxies forward).
    """

    def __init__(self, app: ASGIApp, base_path: str) -> None:
        """base_path: without a slash at its end."""
        self._app = app
        self._base = base_path
        self._refusal = problem(404, f"this server is below {base_path}: the proxy must leave that path")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http":
            path: str = scope["path"]
            if path.startswith(f"{self._base}/"):
                # In place: the layers outside of this one read from the scope which route was found.
                scope["path"] = path.removeprefix(self._base)
            elif path != "/" and path.removeprefix("/").partition("/")[0] not in _DIRECT:
                await self._refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)
