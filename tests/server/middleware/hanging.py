"""Requests that send their header fields, and not their body."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from anyio.from_thread import BlockingPortal
from starlette.testclient import TestClient
from starlette.types import Message, Scope


class Hanging:
    """Requests in a client's application. statuses: of those that have been answered."""

    def __init__(self, client: TestClient) -> None:
        self._client = client
        self._end = asyncio.Event()
        self._tasks = set[asyncio.Task[None]]()
        self.statuses: list[int] = []

    def start(self, count: int, path: str, address: str = "192.0.2.1") -> None:
        """Begin requests, and return once each of them has been refused or waits for its body."""
        for _ in range(count):
            self._portal.call(self._begin, path, address)

    def end(self) -> None:
        """Let all of them go away."""
        self._portal.call(self._leave)

    @property
    def _portal(self) -> BlockingPortal:
        assert self._client.portal is not None
        return self._client.portal

    async def _begin(self, path: str, address: str) -> None:
        settled = asyncio.Event()

        async def receive() -> Message:
            settled.set()
            await self._end.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.statuses.append(message["status"])
            settled.set()

        async def ask() -> None:
            await self._client.app(_scope(path, address), receive, send)

        self._tasks.add(asyncio.create_task(ask()))
        await settled.wait()

    async def _leave(self) -> None:
        self._end.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@contextmanager
def hanging(client: TestClient) -> Iterator[Hanging]:
    """Start requests in the block; they end with it."""
    found = Hanging(client)
    try:
        yield found
    finally:
        found.end()


def _scope(path: str, address: str) -> Scope:
    is_form = path.startswith("/admin")
    media_type = b"application/x-www-form-urlencoded" if is_form else b"application/json"
    headers = [(b"host", b"127.0.0.1:8080"), (b"content-type", media_type), (b"content-length", b"100")]
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "headers": headers,
        "client": (address, 50_000),
        "server": ("127.0.0.1", 8080),
    }
