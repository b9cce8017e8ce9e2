"""T20: connections that ask for nothing, or take for ever over it."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.server import ServerState

from consentinel.server import connections, descriptors
from consentinel.server.connections import Waiting, protocol
from consentinel.server.descriptors import room_for
from tests.support.documents import Document
from tests.support.server_process import ServerProcess

ROOT = Path(__file__).parents[2]
SHORT_S = 0.2
LONG_S = 30.0
HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"
Open = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


async def hello(_request: Request) -> Response:
    return PlainTextResponse("hello")


async def much(_request: Request) -> Response:
    return PlainTextResponse("x" * 20_000_000)


async def until_empty(waiting: Waiting) -> None:
    """Return once no connection is open."""
    while len(waiting):  # noqa: ASYNC110 - what is tested tells nobody
        await asyncio.sleep(0.005)


@asynccontextmanager
async def serving(waiting: Waiting) -> AsyncIterator[Open]:
    """Serve; give what connects to it. Everything is closed at the end."""
    app = Starlette(routes=[Route("/", hello, methods=["GET", "POST"]), Route("/much", much)])
    config = uvicorn.Config(app, log_config=None, timeout_keep_alive=int(LONG_S), lifespan="off")
    config.load()
    state, make = ServerState(), protocol(waiting)
    server = await asyncio.get_running_loop().create_server(
        lambda: make(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    opened: list[asyncio.StreamWriter] = []

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        opened.append(writer)
        return reader, writer

    async with server:
        yield connect
        for writer in opened:
            writer.close()
        await until_empty(waiting)


def run(waiting: Waiting, steps: Callable[[Open], Coroutine[Any, Any, None]]) -> None:
    """Run steps against a server; none of them may take long."""

    async def main() -> None:
        async with asyncio.timeout(LONG_S / 2), serving(waiting) as connect:
            await steps(connect)

    asyncio.run(main())


async def answer(reader: asyncio.StreamReader) -> bytes:
    """Return the answer, which ends with its words."""
    return await reader.readuntil(b"hello")


async def gone(reader: asyncio.StreamReader) -> bool:
    """Wait until the server has closed; say whether it did so without a word."""
    try:
        return await reader.read() == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("sent", [b"", b"GET", HEAD])
def test_t20_a_request_whose_head_does_not_come_is_given_up(sent: bytes) -> None:
    async def steps(connect: Open) -> None:
        reader, writer = await connect()
        writer.write(sent)
        assert await gone(reader)

    run(Waiting(most=10, head_s=SHORT_S), steps)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (HEAD + b"\r\n", b"GET / HTTP/1.1\r\nX: "),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n", b""),
    ],
    ids=["of the next head", "of a body that nobody asked for"],
)
def test_t20_a_byte_now_and_then_gives_no_more_time(first: bytes, then: bytes) -> None:
    async def steps(connect: Open) -> None:
        reader, writer = await connect()
        writer.write(first)
        await answer(reader)
        writer.write(then)
        closed = asyncio.ensure_future(gone(reader))
        while not closed.done():
            writer.write(b"x")
            await asyncio.sleep(SHORT_S / 10)
        assert closed.result()

    run(Waiting(most=10, head_s=SHORT_S), steps)


def test_a_connection_that_is_kept_is_not_cut_off() -> None:
    async def steps(connect: Open) -> None:
        reader, writer = await connect()
        for _ in range(2):
            writer.write(HEAD + b"\r\n")
            await answer(reader)
            await asyncio.sleep(3 * SHORT_S)

    run(Waiting(most=10, head_s=SHORT_S), steps)


def test_t20_an_answer_that_nobody_reads_is_given_up() -> None:
    async def steps(connect: Open) -> None:
        reader, writer = await connect()
        writer.write(b"GET /much HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200")
        await until_empty(waiting)

    waiting = Waiting(most=10, head_s=LONG_S, write_s=SHORT_S)
    run(waiting, steps)


def test_t20_of_too_many_the_one_that_has_waited_longest_is_given_up() -> None:
    async def steps(connect: Open) -> None:
        kept, kept_writer = await connect()
        kept_writer.write(HEAD + b"\r\n")
        await answer(kept)
        silent, _ = await connect()
        kept_writer.write(HEAD + b"\r\n")
        await answer(kept)
        last, last_writer = await connect()
        assert await gone(silent)
        for reader, writer in ((kept, kept_writer), (last, last_writer)):
            writer.write(HEAD + b"\r\n")
            assert b" 200 " in await answer(reader)

    run(Waiting(most=2, head_s=LONG_S), steps)


def test_t20_a_thousand_silent_connections_stop_nobody(tmp_path: Path) -> None:
    (tmp_path / "consentinel.yaml").write_text("site: https://shop.example/\nbanner:\n  mode: standard\n")
    few = ["prlimit", "--nofile=512:512"]
    with ServerProcess(tmp_path, wrapper=few) as server, ExitStack() as stack:
        for _ in range(1_000):
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
        for path in ("/healthz", "/readyz", "/v1/state?site=shop.example"):
            with urlopen(f"{server.url}{path}", timeout=10) as found:
                assert found.status == 200
    assert "asyncio" not in (tmp_path / "requests.log").read_text()


@pytest.mark.parametrize(("files", "connections"), [(64, 8), (1_024, 800), (4_096, 3_872), (65_536, 10_000)])
def test_the_database_has_its_files(files: int, connections: int) -> None:
    assert room_for(files) == connections


def test_the_limit_is_raised_as_far_as_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {"now": (256, 100_000)}
    monkeypatch.setattr(descriptors, "getrlimit", lambda _: limits["now"])
    monkeypatch.setattr(descriptors, "setrlimit", lambda _, wanted: limits.update(now=wanted))
    assert descriptors.make_room() == descriptors.MOST_CONNECTIONS
    assert limits["now"] == (descriptors.MOST_FILES, 100_000)
    limits["now"] = (256, 512)
    assert descriptors.make_room() == room_for(512)
    limits["now"] = (50_000, 100_000)
    assert descriptors.make_room() == descriptors.MOST_CONNECTIONS
    assert limits["now"] == (50_000, 100_000)


def test_the_numbers_are_those_of_the_documentation() -> None:
    text = re.sub(r"\s+", " ", Document(ROOT / "docs" / "server.md").text)
    assert f"header fields {connections.HEAD_S} seconds" in text
    assert f"{descriptors.MOST_CONNECTIONS:,} connections" in text
