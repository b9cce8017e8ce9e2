"""A proxy that brings every CONNECT to one address and remembers the hosts that were asked for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class ConnectProxy:
    """`url` for the browser; `hosts` in order of the requests, plain HTTP ones included (they get 502)."""

    target_port: int
    url: str = ""
    hosts: list[str] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            method, target, *_ = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split(" ")
            self.hosts.append(target.removeprefix("http://").partition("/")[0].partition(":")[0])
            if method == "CONNECT":
                await self._tunnel(reader, writer)
            else:
                writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError):
            pass  # the browser has gone; nothing is left to answer
        finally:
            writer.close()

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, downstream = await asyncio.open_connection("127.0.0.1", self.target_port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(_copy(reader, downstream), _copy(upstream, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


@asynccontextmanager
async def connect_proxy(target_port: int) -> AsyncIterator[ConnectProxy]:
    """Run the proxy on a free loopback port; leaving ends its open tunnels."""
    proxy = ConnectProxy(target_port)
    tunnels: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(proxy.answer(reader, writer))
        tunnels.add(task)
        task.add_done_callback(tunnels.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        for task in tuple(tunnels):
            task.cancel()
        await asyncio.gather(*tunnels, return_exceptions=True)
