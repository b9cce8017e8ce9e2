"""A streamed answer has to be taken in time."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from consentinel.server import streaming
from consentinel.server.streaming import TimedStream

SCOPE = {"type": "http", "method": "GET", "path": "/", "headers": [], "asgi": {"spec_version": "2.3"}}


async def pieces() -> AsyncIterator[bytes]:
    yield b"one"
    yield b"two"


async def receive() -> Message:
    return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]


async def reads_nothing(message: Message) -> None:
    if message["type"] == "http.response.body":
        await asyncio.get_running_loop().create_future()


def test_t20_who_reads_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "TIMEOUT_S", 0)
    with pytest.raises(ClientDisconnect):
        asyncio.run(TimedStream(pieces())(SCOPE, receive, reads_nothing))


def test_who_reads_gets_all_of_it() -> None:
    sent: list[bytes] = []

    async def send(message: Message) -> None:
        sent.append(message.get("body", b""))

    asyncio.run(TimedStream(pieces())(SCOPE, receive, send))
    assert b"".join(sent) == b"onetwo"
