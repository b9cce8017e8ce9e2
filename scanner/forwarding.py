"""HTTP forwarding for the egress proxy: one connection of the browser, from its first request to its end.

h11 parses both sides and writes both sides; nothing that it rejects is passed on, and every message is framed
anew, so the two ends cannot disagree about where it stops (request smuggling).
"""

import asyncio
import re
from collections.abc import Callable
from typing import Protocol

import h11

from consentinel.scanner.addresses import Reason, Refusal, split_authority

_Answer = h11.Response | h11.InformationalResponse
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

CHUNK_BYTES = 65_536
REFUSED_HEADER = "X-Consentinel-Refused"
_HEADER_BYTES = 262_144  # Chromium's own limit for the headers of a response
_STATUS: dict[Reason, int] = {"malformed": 400, "not-global": 403, "port": 403, "budget": 403, "timeout": 504}
# RFC 9110 7.6.1, the names that only proxies use, and Host, which is made from the target (RFC 9112 3.2.2)
_NOT_FORWARDED = frozenset(
    b"host connection keep-alive te trailer upgrade "
    b"proxy-connection proxy-authorization proxy-authenticate".split()
)
_ABSOLUTE = re.compile(rb"http://([^/?#]+)([/?][^#]*)?", re.IGNORECASE)
_BOTH_DONE = {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}


class RefusedError(Exception):
    """Ends one request with an answer of the proxy's own."""

    def __init__(self, reason: Reason, host: str = "", port: int = 0, *, status: int | None = None) -> None:
        super().__init__(reason)
        self.refusal = Refusal(host, port, reason)
        self.status = status or _STATUS.get(reason, 502)


class Keeper(Protocol):
    """What a session asks of the proxy that it belongs to."""

    async def dial(self, host: str, port: int) -> Streams:
        """Connect to a canonical host, or raise RefusedError."""

    def check(self, host: str, port: int) -> None:
        """Raise RefusedError where nothing may be sent any more."""

    def spend(self, count: int) -> None:
        """Book bytes that arrived from either side."""

    def record(self, refusal: Refusal) -> None:
        """Remember a refusal."""


class _Link:
    """One TCP connection with the HTTP state on it; `beat` hears of everything that arrives."""

    def __init__(self, http: h11.Connection, streams: Streams, beat: Callable[[int], None]) -> None:
        self.http = http
        self.reader, self.writer = streams
        self._beat = beat

    async def read(self) -> bytes:
        data = await self.reader.read(CHUNK_BYTES)
        self._beat(len(data))
        return data

    async def write(self, data: bytes | None) -> None:
        if data:
            self.writer.write(data)
            await self.writer.drain()

    async def event(self) -> object:
        while (event := self.http.next_event()) is h11.NEED_DATA:
            self.http.receive_data(await self.read())
        return event

    def abort(self) -> None:
        self.writer.transport.abort()


class Session:
    """One connection of the browser, and the one upstream connection that it uses at a time."""

    def __init__(self, keeper: Keeper, streams: Streams, idle_timeout_s: float) -> None:
        self._keeper = keeper
        self._idle_timeout_s = idle_timeout_s
        self._client = self._link(h11.SERVER, streams)
        self._upstream: _Link | None = None
        self._upstream_of = ("", 0)

    async def run(self) -> None:
        """Serve requests until either side has had enough; raises nothing that a peer can cause."""
        try:
            async with asyncio.timeout(self._idle_timeout_s) as self._deadline:
                while await self._exchange():
                    self._client.http.start_next_cycle()
        except TimeoutError:
            self._client.abort()
        except (h11.ProtocolError, OSError):
            pass  # the browser sees the connection end in the middle of a message
        finally:
            self._hang_up()
            self._client.writer.close()

    def abort(self) -> None:
        """Cut both connections now."""
        self._client.abort()
        self._hang_up()

    def _link(self, role: type[h11.CLIENT] | type[h11.SERVER], streams: Streams) -> _Link:
        return _Link(h11.Connection(role, max_incomplete_event_size=_HEADER_BYTES), streams, self._beat)

    def _beat(self, count: int) -> None:
        if not self._deadline.expired():
            self._deadline.reschedule(asyncio.get_running_loop().time() + self._idle_timeout_s)
        self._keeper.spend(count)

    def _hang_up(self) -> None:
        if self._upstream is not None:
            self._upstream.abort()
            self._upstream = None

    async def _exchange(self) -> bool:
        """Handle one request; say whether another may follow on this connection."""
        try:
            request = await self._request()
            if request is None:
                return False
            handle = self._tunnel if request.method == b"CONNECT" else self._forward
            return await handle(request)
        except RefusedError as refused:
            self._keeper.record(refused.refusal)
            await self._answer(refused)
            return False

    async def _request(self) -> h11.Request | None:
        try:
            event = await self._client.event()
        except h11.RemoteProtocolError:
            raise RefusedError("malformed") from None
        return event if isinstance(event, h11.Request) else None

    async def _answer(self, refused: RefusedError) -> None:
        reason = refused.refusal.reason
        body = f"refused by consentinel: {reason}\n".encode()
        response = h11.Response(
            status_code=refused.status,
            reason=b"Refused",
            headers=[
                ("Content-Type", "text/plain"),
                ("Content-Length", str(len(body))),
                (REFUSED_HEADER, reason),
                ("Connection", "close"),
            ],
        )
        http = self._client.http
        parts = [http.send(event) for event in (response, h11.Data(body), h11.EndOfMessage())]
        await self._client.write(b"".join(part for part in parts if part))

    async def _tunnel(self, request: h11.Request) -> bool:
        host, port = _authority(request.target, None)
        if not isinstance(await self._client.event(), h11.EndOfMessage):
            raise RefusedError("malformed", host, port)
        self._upstream = upstream = self._link(h11.CLIENT, await self._keeper.dial(host, port))
        await self._client.write(self._client.http.send(h11.Response(status_code=200, headers=[])))
        await upstream.write(self._client.http.trailing_data[0])
        upload = asyncio.create_task(_pump(self._client, upstream))
        try:
            await _pump(upstream, self._client)
            await upload
        finally:
            upload.cancel()
        return False

    async def _forward(self, request: h11.Request) -> bool:
        authority, target = _split_target(request.target)
        host, port = _authority(authority, 80)
        upstream, reused = await self._upstream_to(host, port)
        headers = [(b"Host", authority), (b"Connection", b"keep-alive"), *_end_to_end(request)]
        head = upstream.http.send(h11.Request(method=request.method, target=target, headers=headers))
        upload = asyncio.create_task(self._upload(upstream, head or b""))
        try:
            await self._respond(upstream)
        except (h11.RemoteProtocolError, OSError) as error:
            # A kept connection may just have been closed: the browser then repeats the request by itself.
            if reused or self._client.http.our_state is not h11.SEND_RESPONSE:
                raise
            self._keeper.check(host, port)
            garbled = isinstance(error, h11.RemoteProtocolError) and not upstream.reader.at_eof()
            raise RefusedError("malformed" if garbled else "unreachable", host, port, status=502) from error
        finally:
            upload.cancel()
        return self._may_go_on(upstream)

    async def _upstream_to(self, host: str, port: int) -> tuple[_Link, bool]:
        """Return the link to a host and whether it was used before."""
        if self._upstream and self._upstream_of == (host, port) and await _is_quiet(self._upstream):
            self._keeper.check(host, port)
            return self._upstream, True
        self._hang_up()
        self._upstream = self._link(h11.CLIENT, await self._keeper.dial(host, port))
        self._upstream_of = (host, port)
        return self._upstream, False

    async def _upload(self, upstream: _Link, head: bytes) -> None:
        try:
            await _relay(self._client, upstream, head)
        except (h11.ProtocolError, OSError):
            upstream.abort()  # wakes the side that waits for a response

    async def _respond(self, upstream: _Link) -> None:
        while isinstance(event := await upstream.event(), h11.InformationalResponse):
            await self._client.write(self._client.http.send(_for_client(event)))
        if not isinstance(event, h11.Response):
            raise h11.RemoteProtocolError("no response")
        await _relay(upstream, self._client, self._client.http.send(_for_client(event)) or b"")

    def _may_go_on(self, upstream: _Link) -> bool:
        if upstream.http.states == _BOTH_DONE and not upstream.http.trailing_data[0]:
            upstream.http.start_next_cycle()
        else:
            self._hang_up()
        return self._client.http.states == _BOTH_DONE


async def _relay(source: _Link, sink: _Link, pending: bytes) -> None:
    """Pass the rest of a message on after `pending`, in as few writes as it comes in, without trailers."""
    while not isinstance(event := source.http.next_event(), h11.EndOfMessage):
        if event is h11.NEED_DATA:
            await sink.write(pending)
            pending = b""
            source.http.receive_data(await source.read())
        elif isinstance(event, h11.Data):
            pending += sink.http.send(h11.Data(event.data)) or b""
        else:
            raise h11.RemoteProtocolError("a message cut short")
    await sink.write(pending + (sink.http.send(h11.EndOfMessage()) or b""))


async def _pump(source: _Link, sink: _Link) -> None:
    """Pass raw bytes on until one side ends; a broken side breaks the other."""
    try:
        while data := await source.read():
            await sink.write(data)
        sink.writer.write_eof()
    except OSError:
        sink.abort()


async def _is_quiet(link: _Link) -> bool:
    """Say whether a kept connection is open and the server has sent nothing unasked."""
    try:
        async with asyncio.timeout(0):
            await link.reader.read(1)
    except TimeoutError:
        return True
    except OSError:
        return False
    return False


def _end_to_end(message: h11.Request | _Answer) -> list[tuple[bytes, bytes]]:
    """Return the headers that go further, spelled as they came.

    Content-Length beside Transfer-Encoding is the classic smuggling pair; the latter wins (RFC 9112 6.3).
    """
    dropped = set(_NOT_FORWARDED)
    for name, value in message.headers:
        if name == b"connection":
            dropped.update(token.strip().lower() for token in value.split(b","))
        elif name == b"transfer-encoding":
            dropped.add(b"content-length")
    return [(name, value) for name, value in message.headers.raw_items() if name.lower() not in dropped]


def _for_client(response: _Answer) -> _Answer:
    return type(response)(
        status_code=response.status_code, headers=_end_to_end(response), reason=response.reason
    )


def _split_target(target: bytes) -> tuple[bytes, bytes]:
    """Split `http://authority/path?query`, the only form that a browser sends to a proxy beside CONNECT."""
    match = _ABSOLUTE.fullmatch(target)
    if match is None:
        raise RefusedError("malformed")
    path = match[2] or b"/"
    return match[1], path if path.startswith(b"/") else b"/" + path


def _authority(text: bytes, default_port: int | None) -> tuple[str, int]:
    try:
        return split_authority(text.decode("ascii"), default_port)
    except ValueError:
        raise RefusedError("malformed") from None
