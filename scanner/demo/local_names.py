"""Let people look at the demo in their own browser, without its tags ever reaching the real vendors.

Browsers send every `*.localhost` name to the loopback address (RFC 6761). So a page asked for under
`<host>.localhost:PORT` names all hosts of the demo in that way.
"""

import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_SUFFIX = ".localhost"


class LocalNames:
    """Wrap `app`: where the request came to a `.localhost` name, rewrite links to `hosts` in its bodies.

    Bodies have to come in one piece, as they do from Starlette's plain responses.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._links = re.compile(b"https://(" + b"|".join(re.escape(host.encode()) for host in hosts) + b")")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI wants it."""
        base = _local_base(scope)
        if base is None:
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def rewrite(message: Message) -> None:
            if message["type"] == "http.response.start":
                held.append(message)
                return
            body = self._links.sub(base, message.get("body", b""))
            for start in held:
                _set_length(start, len(body))
                await send(start)
            held.clear()
            await send({**message, "body": body})

        await self._app(scope, receive, rewrite)


def _local_base(scope: Scope) -> bytes | None:
    """Return the replacement for `https://HOST`, or None where names are left alone."""
    if scope["type"] != "http":
        return None
    name, _, port = Headers(scope=scope).get("host", "").partition(":")
    if not name.endswith(LOCAL_SUFFIX):
        return None
    tail = f":{port}" if port else ""
    return f"{scope['scheme']}://".encode() + rb"\1" + f"{LOCAL_SUFFIX}{tail}".encode()


def _set_length(start: Message, length: int) -> None:
    headers = MutableHeaders(raw=start["headers"])
    if "content-length" in headers:
        headers["content-length"] = str(length)
