"""Declarative sites for tests: hosts and paths with fixed or computed answers, and a log of what came in."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

HTML = "text/html; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
GIF = "image/gif"
ONE_PIXEL_GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)


@dataclass(frozen=True)
class Hit:
    """One request that reached the server. `at_s` is monotonic; headers have lower-case names."""

    method: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    at_s: float


@dataclass(frozen=True)
class Answer:
    """One response. Set-Cookie may repeat in `headers`."""

    body: str | bytes = b""
    status: int = 200
    headers: Sequence[tuple[str, str]] = ()
    delay_s: float = 0.0


Responder = Callable[[Hit], Answer]


@dataclass
class RequestLog:
    """What reached the server, in order of arrival."""

    hits: list[Hit] = field(default_factory=list)

    def of(self, host: str, path: str | None = None) -> list[Hit]:
        """Return the hits of `host`, and of exactly `path` where one is given."""
        return [hit for hit in self.hits if hit.host == host and path in (None, hit.path)]

    def clear(self) -> None:
        """Forget what came in so far."""
        self.hits.clear()


class Site:
    """An ASGI application of a few hosts.

    `start` is the URL a scan begins at; its scheme says whether the site needs TLS. Every other URL is given
    absolute or as a path of the start host. A path that ends in `*` matches by prefix; exact paths win,
    then the longest prefix. Anything else is 404 (and in the log).
    """

    def __init__(self, start: str = "http://www.site.example/") -> None:
        self.start = start
        self.log = RequestLog()
        self._routes: dict[tuple[str, str], Responder] = {}

    @property
    def secure(self) -> bool:
        """Whether it has to be served over TLS."""
        return self.start.startswith("https:")

    @property
    def hosts(self) -> tuple[str, ...]:
        """All host names, sorted."""
        return tuple(sorted({urlsplit(self.start).netloc} | {host for host, _ in self._routes}))

    def call(self, url: str, responder: Responder) -> Self:
        """Answer `url` by what `responder` returns for the request."""
        parts = urlsplit(url)
        self._routes[(parts.netloc or urlsplit(self.start).netloc, parts.path or "/")] = responder
        return self

    def add(
        self,
        url: str,
        body: str | bytes = b"",
        *,
        content_type: str | None = None,
        status: int = 200,
        headers: Sequence[tuple[str, str]] = (),
        cookies: Sequence[str] = (),
        delay_s: float = 0.0,
    ) -> Self:
        """Answer `url` with a fixed response; `cookies` are values of Set-Cookie."""
        typed = [("Content-Type", content_type)] if content_type else []
        jar = [("Set-Cookie", cookie) for cookie in cookies]
        answer = Answer(body, status, [*typed, *jar, *headers], delay_s)
        return self.call(url, lambda _: answer)

    def page(
        self, url: str, body: str = "", *, head: str = "", title: str = "Fixture", cookies: Sequence[str] = ()
    ) -> Self:
        """Answer `url` with an HTML document."""
        return self.add(url, document(body, head=head, title=title), content_type=HTML, cookies=cookies)

    def script(self, url: str, code: str, *, cookies: Sequence[str] = ()) -> Self:
        """Answer `url` with JavaScript."""
        return self.add(url, code, content_type=SCRIPT, cookies=cookies, headers=_OPEN)

    def pixel(self, url: str, *, cookies: Sequence[str] = ()) -> Self:
        """Answer `url` with a transparent GIF of 1x1."""
        return self.add(url, ONE_PIXEL_GIF, content_type=GIF, cookies=cookies, headers=_OPEN)

    def empty(self, url: str, *, cookies: Sequence[str] = ()) -> Self:
        """Answer `url` with 204."""
        return self.add(url, status=204, cookies=cookies, headers=_OPEN)

    def redirect(self, url: str, to: str, *, cookies: Sequence[str] = (), status: int = 302) -> Self:
        """Answer `url` with a redirect."""
        return self.add(url, status=status, cookies=cookies, headers=[("Location", to), *_OPEN])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI wants it."""
        if scope["type"] != "http":
            raise RuntimeError(f"a Site answers HTTP only, not {scope['type']}")
        hit = await _hit(StarletteRequest(scope, receive))
        self.log.hits.append(hit)
        answer = self._answer(hit)
        if answer.delay_s:
            await asyncio.sleep(answer.delay_s)
        await _response(answer)(scope, receive, send)

    def _answer(self, hit: Hit) -> Answer:
        responder = self._routes.get((hit.host, hit.path)) or self._by_prefix(hit)
        return responder(hit) if responder else Answer("no such page", 404, [("Content-Type", "text/plain")])

    def _by_prefix(self, hit: Hit) -> Responder | None:
        prefixes = [
            path for host, path in self._routes if host == hit.host and _prefix_matches(path, hit.path)
        ]
        return self._routes[(hit.host, max(prefixes, key=len))] if prefixes else None


# Stubs of third parties are read across origins (fetch, beacon, fonts); the site is not about CORS.
_OPEN = (("Access-Control-Allow-Origin", "*"),)


def document(body: str = "", *, head: str = "", title: str = "Fixture") -> str:
    """Return a whole HTML document."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<link rel="icon" href="data:,">{head}</head><body>{body}</body></html>'
    )


def _prefix_matches(pattern: str, path: str) -> bool:
    return pattern.endswith("*") and path.startswith(pattern[:-1])


async def _hit(request: StarletteRequest) -> Hit:
    return Hit(
        method=request.method,
        host=request.headers.get("host", "").rsplit(":", 1)[0],
        path=request.url.path,
        query=request.url.query,
        headers=dict(request.headers),
        body=await request.body(),
        at_s=time.monotonic(),
    )


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status)
    own = [(name.lower().encode("ascii"), value.encode("utf-8")) for name, value in answer.headers]
    if any(name == b"content-length" for name, _ in own):  # a fixture may lie about its length
        del response.headers["content-length"]
    response.raw_headers.extend(own)
    return response
