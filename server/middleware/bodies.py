"""How long a body may be and how long it may take, whatever its length field says."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consentinel.server.middleware.areas import client_address, header, is_admin, is_write
from consentinel.server.middleware.arrivals import CLOSE, Arrival, Arrivals
from consentinel.server.problem import problem

MOST_BYTES = 4_096
MOST_FORM_BYTES = 16_384
TIMEOUT_S = 10
UPLOAD_TIMEOUT_S = 120
_MOST = "consentinel.most_bytes"


class Bodies:
    """Refuses long bodies with 413, slow ones with 408."""

    def __init__(self, app: ASGIApp, arrivals: Arrivals) -> None:
        """arrivals: where the bodies are counted that are on their way."""
        self._app = app
        self._arrivals = arrivals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a body that ends in time."""
        if scope["type"] != "http" or not is_write(scope):
            await self._app(scope, receive, send)
            return
        scope[_MOST] = MOST_FORM_BYTES if is_admin(scope) else MOST_BYTES
        if not is_admin(scope) and _announced(scope) > MOST_BYTES:
            await problem(413, f"the body is longer than {MOST_BYTES} bytes", CLOSE)(scope, receive, send)
            return
        body = _Body(scope, receive, self._arrivals)
        try:
            await self._app(scope, body.message, send)
        finally:
            body.end()


def allow_upload(scope: Scope, most_bytes: int) -> None:
    """Let the body of this request be longer; for handlers that know who sends it."""
    scope[_MOST] = most_bytes


class _Body:
    """The body of one request, within its bounds.

    Its time begins with the first look at it: a request that waits for its turn here is not slow.
    """

    def __init__(self, scope: Scope, receive: Receive, arrivals: Arrivals) -> None:
        self._scope = scope
        self._receive = receive
        self._arrivals = arrivals
        self._arrival: Arrival | None = None
        self._seen = 0
        self._is_whole = False

    async def message(self) -> Message:
        """Receive a message; raises HTTPException for a body that is too long, too slow, or one too many."""
        if self._is_whole:
            return await self._receive()
        message = await self._in_time(self._arrival or self._begin())
        self._seen += len(message.get("body", b""))
        if self._seen > self._scope[_MOST]:
            raise HTTPException(413, f"the body is longer than {self._scope[_MOST]} bytes", CLOSE)
        if not message.get("more_body", False):
            self._is_whole = True
            self.end()
        return message

    def end(self) -> None:
        """Wait for it no more."""
        if self._arrival is not None:
            self._arrivals.end(self._arrival)

    def _begin(self) -> Arrival:
        seconds = TIMEOUT_S if self._scope[_MOST] <= MOST_FORM_BYTES else UPLOAD_TIMEOUT_S
        self._arrival = self._arrivals.begin(client_address(self._scope), seconds)
        return self._arrival

    async def _in_time(self, arrival: Arrival) -> Message:
        try:
            return await arrival.message(self._receive)
        except TimeoutError as error:
            raise HTTPException(408, "the body took too long", CLOSE) from error


def _announced(scope: Scope) -> int:
    """Return the length that the request tells, 0 where it tells none that can be read."""
    value = header(scope, b"content-length") or b""
    return int(value) if value.isdigit() else 0
