"""How many requests are worked on at once (T20).

One that waits for its body is not worked on, nor one whose answer has begun: slow bodies
(server/middleware/arrivals.py) and those who read slowly take nobody's place.
Logins cost much and have places of their own; what is quick, and needed most in times of trouble, needs none.
"""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consentinel.server.metrics import Metrics
from consentinel.server.middleware.areas import is_write
from consentinel.server.problem import problem

MOST_AT_ONCE = 1_000
MOST_LOGINS = 50
_LOGINS = frozenset({"/admin/login", "/admin/setup", "/admin/password"})
_FREE = ("/b/", "/healthz", "/readyz", "/metrics")
_BUSY = "too many requests at once: try again soon"
_RETRY = {"Retry-After": "1"}


class Places:
    """Places for requests that are worked on."""

    def __init__(self, most: int) -> None:
        """most: how many there are."""
        self._free = most

    def take(self) -> bool:
        """Take a place; say whether there was one."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    def leave(self) -> None:
        """Give a place back."""
        self._free += 1


class Crowds:
    """Answers 503 with Retry-After where no place is free."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """metrics: where refusals are counted."""
        self._app = app
        self._limited = metrics.limited.labels("in_flight")
        self._all, self._logins = Places(MOST_AT_ONCE), Places(MOST_LOGINS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or refuse it."""
        if scope["type"] != "http" or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        visit = _Visit(self._logins if _is_login(scope) else self._all, receive, send)
        if not visit.enter():
            self._limited.inc()
            await problem(503, _BUSY, _RETRY)(scope, receive, send)
            return
        try:
            await self._app(scope, visit.body if is_write(scope) else receive, visit.answer)
        finally:
            visit.end()


class _Visit:
    """One request and its place: it has none while its body is on its way, and once it is answered."""

    def __init__(self, places: Places, receive: Receive, send: Send) -> None:
        self._places = places
        self._receive = receive
        self._send = send
        self._is_in = self._is_done = False

    def enter(self) -> bool:
        self._is_in = self._places.take()
        return self._is_in

    def end(self) -> None:
        if self._is_in:
            self._is_in = False
            self._places.leave()

    async def body(self) -> Message:
        """Receive a message; raises HTTPException 503 where all places are taken by then."""
        if self._is_done:
            return await self._receive()
        self.end()
        message = await self._receive()
        self._is_done = not message.get("more_body", False)
        if not self.enter():
            raise HTTPException(503, _BUSY, _RETRY)
        return message

    async def answer(self, message: Message) -> None:
        """Send a message; the place is left before the first one, which may wait for the one who reads."""
        self._is_done = True
        self.end()
        await self._send(message)


def _is_login(scope: Scope) -> bool:
    return is_write(scope) and scope["path"] in _LOGINS
