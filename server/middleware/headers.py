"""Header fields that protect what is answered; a handler that sets one by itself knows better."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consentinel.server.middleware.areas import is_admin, is_api

Fields = Sequence[tuple[bytes, bytes]]
_ALL: Fields = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_CLOSED: Fields = (
    *_ALL,
    (b"cache-control", b"private, no-store"),
    (
        b"content-security-policy",
        b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
)
_ADMIN: Fields = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"private, no-store"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        b"frame-ancestors 'none'; base-uri 'none'",
    ),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_HSTS: Fields = ((b"strict-transport-security", b"max-age=31536000"),)


class SecurityHeaders:
    """Adds to each answer the fields that its area needs and that it does not have."""

    def __init__(self, app: ASGIApp, *, hsts: bool) -> None:
        """hsts: browsers shall come by https alone; not where the host is a shop's (same-origin mode)."""
        self._app = app
        more = _HSTS if hsts else ()
        self._all, self._closed, self._admin = (*_ALL, *more), (*_CLOSED, *more), (*_ADMIN, *more)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fields = self._closed if is_api(scope) else self._admin if is_admin(scope) else self._all

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(field for field in fields if field[0] not in there),
                ]
            await send(message)

        await self._app(scope, receive, answer)
