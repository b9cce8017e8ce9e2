"""A tiny reverse proxy: a shop with the server below a path of its own, as nginx or a CDN would do it."""

import asyncio
from dataclasses import dataclass, field

import httpx2
from starlette.types import Message, Receive, Scope, Send

from tests.support.sites import Site

_PER_CONNECTION = {b"connection", b"keep-alive", b"transfer-encoding", b"content-length", b"host"}


@dataclass
class SameOrigin:
    """Pages of `site`, and below `path` what the server at `upstream` answers."""

    site: Site
    path: str = "/consentinel"
    upstream: str = ""
    seen: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{self.path}/"):
            await self._pass_on(scope, receive, send)
        else:
            await self.site(scope, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        headers = [pair for pair in scope["headers"] if pair[0] not in _PER_CONNECTION]
        host = next(value for name, value in scope["headers"] if name == b"host")
        headers += [(b"host", host), (b"x-forwarded-for", b"127.0.0.1"), (b"x-forwarded-proto", b"http")]
        query = scope["query_string"].decode()
        url = self.upstream + scope["path"] + (f"?{query}" if query else "")
        answer = await asyncio.to_thread(_ask, scope["method"], url, headers, body)
        self.seen.append((scope["path"], answer.headers.get("set-cookie", "")))
        await send(_start(answer))
        await send({"type": "http.response.body", "body": b"".join(answer.iter_raw())})


def _ask(method: str, url: str, headers: list[tuple[bytes, bytes]], body: bytes) -> httpx2.Response:
    with httpx2.Client(trust_env=False) as client:
        request = client.build_request(method, url, headers=headers, content=body)
        answer = client.send(request, stream=True)
        raw = b"".join(answer.iter_raw())
        answer.close()
    return httpx2.Response(answer.status_code, headers=answer.headers.raw, stream=httpx2.ByteStream(raw))


def _start(answer: httpx2.Response) -> Message:
    headers = [(name.lower(), value) for name, value in answer.headers.raw]
    kept = [pair for pair in headers if pair[0] not in _PER_CONNECTION]
    return {"type": "http.response.start", "status": answer.status_code, "headers": kept}


async def _body(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)
