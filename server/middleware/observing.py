"""Counts, times and logs each request, and answers what nobody expected."""

import time
import uuid
from collections.abc import Iterable, Mapping

from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consentinel.server.logs import log, log_exception
from consentinel.server.metrics import Metrics
from consentinel.server.problem import problem

CLIENT_LEFT = 499  # as nginx writes it; no answer was sent
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class Observing:
    """The outermost layer. Routes are named by their templates: a path may hold an id."""

    def __init__(self, app: ASGIApp, metrics: Metrics, templates: Mapping[int, str]) -> None:
        """templates: as `templates_of` returns them."""
        self._app = app
        self._metrics = metrics
        self._templates = templates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell what came of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answered = _Answered(send)
        started = time.perf_counter()
        self._metrics.in_flight.inc()
        try:
            await self._answer(scope, receive, answered)
        finally:
            self._metrics.in_flight.dec()
            self._tell(scope, answered.status, time.perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, answered: "_Answered") -> None:
        try:
            await self._app(scope, receive, answered)
        except ClientDisconnect:
            answered.status = CLIENT_LEFT
        except Exception as error:
            await self._fail(error, scope, receive, answered)

    async def _fail(self, error: Exception, scope: Scope, receive: Receive, answered: "_Answered") -> None:
        """Answer 500 with a number by which the log tells more."""
        number = uuid.uuid4().hex[:12]
        log_exception("a request failed", error, number=number, route=self._route(scope))
        if answered.started:  # half an answer cannot be mended: the server closes the connection
            raise error
        detail = f"something went wrong here; the server's log has more under {number}"
        await problem(500, detail)(scope, receive, answered)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = self._route(scope)
        self._metrics.count(method, route, status, seconds)
        if route not in _QUIET:
            log(
                "error" if status >= 500 else "info",
                "request",
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 2),
            )

    def _route(self, scope: Scope) -> str:
        route = scope.get("route") or _route_of(scope)
        return self._templates.get(id(route), "none")


class _Answered:
    """Sends messages on and remembers the status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 500
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.started = message["status"], True
        await self._send(message)


def _route_of(scope: Scope) -> BaseRoute | None:
    """Return the route that a request would have come to that was refused on its way."""
    routes = scope["app"].routes if "app" in scope else ()
    return next((route for route in routes if route.matches(scope)[0] is not Match.NONE), None)


def templates_of(routes: Iterable[BaseRoute], prefix: str = "") -> dict[int, str]:
    """Return the template of each route by its identity: routes live as long as the application."""
    found: dict[int, str] = {}
    for route in routes:
        if isinstance(route, Mount):
            found[id(route)] = f"{prefix}{route.path}/…"
            found |= templates_of(route.routes, prefix + route.path)
        elif isinstance(route, Route):
            found[id(route)] = prefix + route.path_format
    return found
