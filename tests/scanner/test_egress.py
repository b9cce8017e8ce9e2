"""The egress proxy against fake resolvers and real sockets on loopback."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.egress import (
    Egress,
    EgressPolicy,
    HostMapping,
    Lookup,
    Reason,
    Refusal,
    system_lookup,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
SITE = "http://site.example"


@dataclass
class Origin:
    """A server that answers every request head with the same bytes and keeps what it was sent."""

    answer: bytes
    close_after: bool
    port: int = 0
    heads: list[bytes] = field(default_factory=list)
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            while not writer.is_closing():
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(self.answer)
                if self.close_after:
                    writer.close()
        writer.close()


@contextlib.asynccontextmanager
async def serving(
    handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@contextlib.asynccontextmanager
async def origin(answer: bytes = OK, *, close_after: bool = False) -> AsyncIterator[Origin]:
    server = Origin(answer, close_after)
    async with serving(server.serve) as server.port:
        yield server


def site_at(port: int, **settings: Any) -> EgressPolicy:
    return EgressPolicy(resolve={"site.example": HostMapping("127.0.0.1", port)}, **settings)


def answers(**hosts: list[str]) -> Lookup:
    async def lookup(host: str) -> list[str]:
        try:
            return hosts[host.replace(".", "_")]
        except KeyError:
            raise OSError("no such host") from None

    return lookup


async def connect(egress: Egress) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = egress.url.removeprefix("http://").partition(":")
    return await asyncio.open_connection(host, int(port))


async def send(egress: Egress, data: bytes, *, end: bool = False) -> bytes:
    """Send bytes to the proxy and return all it answers until it closes (or has been silent for a while)."""
    reader, writer = await connect(egress)
    received = b""
    with contextlib.suppress(TimeoutError, ConnectionError):
        writer.write(data)
        if end:
            writer.write_eof()
        async with asyncio.timeout(2):
            while chunk := await reader.read(65_536):
                received += chunk
    writer.close()
    return received


def get(url: str, *headers: str, method: str = "GET", close: bool = True) -> bytes:
    host = url.removeprefix("http://").partition("/")[0]
    lines = [f"{method} {url} HTTP/1.1", f"Host: {host}", *headers, *(["Connection: close"] if close else [])]
    return "\r\n".join([*lines, "", ""]).encode()


def connect_to(authority: str) -> bytes:
    return f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode()


def refusal_of(
    request: bytes, policy: EgressPolicy | None = None, lookup: Lookup | None = None
) -> tuple[bytes, list[Refusal]]:
    async def main() -> tuple[bytes, list[Refusal]]:
        async with Egress(policy, lookup=lookup or answers()) as egress:
            return await send(egress, request), egress.refusals

    return asyncio.run(main())


def test_a_request_is_forwarded_in_origin_form_with_its_own_host() -> None:
    async def main() -> None:
        async with origin() as server, Egress(site_at(server.port)) as egress:
            received = await send(egress, get(SITE + "/a?b=c", "X-Own: 1", "Proxy-Authorization: Basic x"))
            assert received.endswith(b"hello")
            assert received.startswith(b"HTTP/1.1 200 OK\r\n")
            head = server.heads[0]
            assert head.startswith(b"GET /a?b=c HTTP/1.1\r\nHost: site.example\r\n")
            assert b"X-Own: 1\r\n" in head
            assert b"Proxy-Authorization" not in head
            assert egress.refusals == []
            assert egress.bytes_total == len(OK) + len(
                get(SITE + "/a?b=c", "X-Own: 1", "Proxy-Authorization: Basic x")
            )

    asyncio.run(main())


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("http://site.example", b"GET / "),
        ("http://site.example?q=1", b"GET /?q=1 "),
        ("HTTP://site.example/x", b"GET /x "),
    ],
)
def test_targets(target: str, line: bytes) -> None:
    async def main() -> None:
        async with origin() as server, Egress(site_at(server.port)) as egress:
            await send(
                egress, f"GET {target} HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n".encode()
            )
            assert server.heads[0].startswith(line + b"HTTP/1.1\r\nHost: site.example\r\n")

    asyncio.run(main())


def test_connections_are_kept_on_both_sides() -> None:
    async def main() -> None:
        async with origin() as server, Egress(site_at(server.port)) as egress:
            reader, writer = await connect(egress)
            for _ in range(3):
                writer.write(get(SITE + "/", close=False))
                await reader.readuntil(b"hello")
            assert (len(server.heads), server.connections) == (3, 1)
            writer.close()

    asyncio.run(main())


def test_pipelined_requests_are_answered_in_order() -> None:
    async def main() -> None:
        async with origin() as server, Egress(site_at(server.port)) as egress:
            received = await send(egress, get(SITE + "/1", close=False) + get(SITE + "/2"))
            assert received.count(b"hello") == 2
            assert [head.split()[1] for head in server.heads] == [b"/1", b"/2"]

    asyncio.run(main())


def test_a_kept_connection_that_the_server_closed_is_replaced() -> None:
    async def main() -> None:
        async with origin(close_after=True) as server, Egress(site_at(server.port)) as egress:
            reader, writer = await connect(egress)
            for _ in range(2):
                writer.write(get(SITE + "/", close=False))
                await reader.readuntil(b"hello")
                await asyncio.sleep(0.05)
            assert server.connections == 2
            writer.close()

    asyncio.run(main())


def test_bytes_that_a_server_sends_unasked_answer_no_later_request() -> None:
    unasked = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"

    async def main() -> None:
        async with origin(OK + unasked) as server, Egress(site_at(server.port)) as egress:
            reader, writer = await connect(egress)
            for _ in range(2):
                writer.write(get(SITE + "/", close=False))
                await reader.readuntil(b"hello")
            assert server.connections == 2
            writer.close()
            assert b"forged" not in await reader.read()

    asyncio.run(main())


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
        + b"5\r\nhello\r\n0\r\nX: y\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nhello",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK,
    ],
)
def test_other_ways_to_frame_a_response(answer: bytes) -> None:
    async def main() -> None:
        async with origin(answer, close_after=True) as server, Egress(site_at(server.port)) as egress:
            received = await send(egress, get(SITE + "/"))
            assert b"hello" in received
            assert (b"103" in received) == (b"103" in answer)
            assert b"Content-Length: 3" not in received

    asyncio.run(main())


def test_head_and_empty_responses() -> None:
    async def main() -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
        async with origin(head) as server, Egress(site_at(server.port)) as egress:
            received = await send(egress, get(SITE + "/", method="HEAD"))
            assert b"content-length: 500" in received.lower()
            assert received.endswith(b"\r\n\r\n")

    asyncio.run(main())


def test_bodies_stream_in_both_directions_at_once() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
        for _ in range(2):
            writer.write(await reader.readexactly(3))
            await writer.drain()
        writer.close()

    async def main() -> None:
        async with serving(echo) as port, Egress(site_at(port)) as egress:
            reader, writer = await connect(egress)
            writer.write(get(SITE + "/", "Content-Length: 6", method="POST") + b"abc")
            assert (await reader.readuntil(b"abc")).endswith(b"abc")
            writer.write(b"def")
            assert await reader.read() == b"def"
            writer.close()

    asyncio.run(main())


def test_a_request_with_two_lengths_is_framed_by_one() -> None:
    async def main() -> None:
        async with origin() as server, Egress(site_at(server.port)) as egress:
            smuggled = get(SITE + "/", "Content-Length: 4", "Transfer-Encoding: chunked", method="POST")
            await send(
                egress, smuggled + b"0\r\n\r\nGET http://site.example/smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
            )
            assert b"content-length" not in server.heads[0].lower()
            assert all(b"smuggled" not in head for head in server.heads)

    asyncio.run(main())


async def _shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data.upper())
    writer.close()


def test_a_tunnel_carries_bytes_and_half_closes() -> None:
    async def main() -> None:
        async with serving(_shout) as port, Egress(site_at(port)) as egress:
            received = await send(egress, connect_to("site.example:443") + b"early", end=True)
            assert received == b"HTTP/1.1 200 \r\n\r\nEARLY"
            assert egress.bytes_total == len(connect_to("site.example:443")) + 10

    asyncio.run(main())


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1.",
        "[::1]",
        "[::ffff:7f00:1]",
        "[::]",
        "0.0.0.0",
        "169.254.169.254",
        "localhost",
        "a.LocalHost.",
    ],
)
def test_literal_local_addresses_are_refused(host: str) -> None:
    received, refusals = refusal_of(connect_to(f"{host}:443"))
    assert received.startswith(b"HTTP/1.1 403 ")
    assert b"X-Consentinel-Refused: not-global\r\n" in received
    assert [(refusal.port, refusal.reason) for refusal in refusals] == [(443, "not-global")]
    assert refusal_of(get(f"http://{host}:80/"))[1][0].reason == "not-global"


@pytest.mark.parametrize(
    "request_bytes",
    [
        connect_to("2130706433:80"),
        connect_to("0x7f.1:80"),
        connect_to("017700000001:80"),
        connect_to("127.1:80"),
        connect_to("%31%32%37.0.0.1:80"),
        connect_to("[::1%25lo]:80"),
        connect_to("site.example"),
        connect_to("a@127.0.0.1:80"),
        get("http://2130706433/"),
        get("http://public.example@127.0.0.1/"),
        get("http://public.example\\@127.0.0.1/"),
        get("http:///x"),
        get("http://public.example/#fragment"),
        get("https://public.example/"),
        get("ftp://public.example/"),
        get("file:///etc/passwd"),
        get("/origin-form"),
        get("*", method="OPTIONS"),
        "GET http://１２７.0.0.1/ HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
        b"GET http://public.example/ HTTP/1.1\r\n\r\n",
        b"GET http://public.example/ HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"GET http://public.example/" + b"a" * 300_000,
    ],
)
def test_what_no_browser_sends_is_malformed(request_bytes: bytes) -> None:
    received, refusals = refusal_of(request_bytes, lookup=answers(public_example=["127.0.0.1"]))
    assert received.startswith(b"HTTP/1.1 400 ")
    assert [refusal.reason for refusal in refusals] == ["malformed"]


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["8.8.8.8", "::1"], ["fe80::1%eth0"]]
)
def test_every_address_of_a_name_must_be_public(addresses: list[str]) -> None:
    received, refusals = refusal_of(connect_to("mixed.example:443"), lookup=answers(mixed_example=addresses))
    assert refusals == [Refusal("mixed.example", 443, "not-global")]
    assert received.startswith(b"HTTP/1.1 403 ")


def test_public_addresses_are_refused_on_other_ports() -> None:
    _, refusals = refusal_of(connect_to("8.8.8.8:22"))
    assert refusals == [Refusal("8.8.8.8", 22, "port")]


@pytest.mark.parametrize("addresses", [[], ["not an address"]])
def test_a_name_without_addresses_is_unknown(addresses: list[str]) -> None:
    received, refusals = refusal_of(get("http://gone.example/"), lookup=answers(gone_example=addresses))
    assert refusals == [Refusal("gone.example", 80, "unknown-host")]
    assert received.startswith(b"HTTP/1.1 502 ")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (socket.EAI_NONAME, "unknown-host"),
        (socket.EAI_AGAIN, "name-server"),
        (socket.EAI_FAIL, "name-server"),
    ],
)
def test_a_name_server_that_does_not_answer_says_nothing_of_a_name(number: int, reason: Reason) -> None:
    async def lookup(_host: str) -> list[str]:
        raise socket.gaierror(number, "as the system says it")

    received, refusals = refusal_of(get("http://gone.example/"), lookup=lookup)
    assert refusals == [Refusal("gone.example", 80, reason)]
    assert received.startswith(b"HTTP/1.1 502 ")


def test_failure_tells_the_last_refusal_of_a_host() -> None:
    async def main() -> None:
        async with Egress(lookup=answers()) as egress:
            for _ in range(3):
                await send(egress, get("http://Gone.example/"))
            await send(egress, connect_to("[::1]:443"))
            assert egress.failure("gone.EXAMPLE.", 80) == Refusal("gone.example", 80, "unknown-host")
            assert (
                egress.failure("::1", 443)
                == egress.failure("[::1]", 443)
                == Refusal("::1", 443, "not-global")
            )
            assert egress.failure("gone.example", 443) is None
            assert egress.failure("%", 443) is None
            assert len(egress.refusals) == 2

    asyncio.run(main())


def test_a_rebinding_name_is_dialled_at_the_address_that_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up, dialled = [], []

    async def lookup(host: str) -> list[str]:
        looked_up.append(host)
        return ["8.8.8.8"] if len(looked_up) % 2 else ["127.0.0.1"]

    async def open_connection(host: str, port: int, **rest: Any) -> Any:
        dialled.append((host, port))
        raise ConnectionRefusedError

    async def main() -> None:
        async with Egress(lookup=lookup) as egress:
            clients = [await connect(egress) for _ in range(4)]
            monkeypatch.setattr(asyncio, "open_connection", open_connection)
            for reader, writer in clients:
                writer.write(connect_to("rebind.example:80"))
                await reader.read()
                writer.close()
            assert [refusal.reason for refusal in egress.refusals] == ["connection-refused", "not-global"]

    asyncio.run(main())
    assert dialled == [("8.8.8.8", 80)] * 2
    assert len(looked_up) == 4


def test_a_mapping_permits_its_own_address_and_port_only() -> None:
    async def main() -> None:
        async with origin() as server, origin() as secret, Egress(site_at(server.port)) as egress:
            assert b"hello" in await send(egress, get(SITE + "/"))
            assert b"not-global" in await send(egress, get(f"http://127.0.0.1:{secret.port}/"))
            assert b"not-global" in await send(egress, get(f"http://127.0.0.1:{server.port}/"))
            assert (len(server.heads), len(secret.heads)) == (1, 0)

    asyncio.run(main())


def test_a_mapping_without_a_port_keeps_the_scheme_s_own() -> None:
    policy = EgressPolicy(resolve={"site.example": HostMapping("127.0.0.1")})
    _, refusals = refusal_of(connect_to("site.example:8080"), policy)
    assert refusals == [Refusal("site.example", 8080, "not-global")]
    _, refusals = refusal_of(connect_to("site.example:443"), policy)
    assert refusals == [Refusal("site.example", 443, "connection-refused")]


def test_the_star_maps_every_other_name_but_no_address() -> None:
    async def main() -> None:
        async with origin() as server, origin() as stub:
            policy = EgressPolicy(
                resolve={
                    "site.example": HostMapping("127.0.0.1", server.port),
                    "*": HostMapping("127.0.0.1", stub.port),
                }
            )
            async with Egress(policy, lookup=answers()) as egress:
                await send(egress, get(SITE + "/"))
                await send(egress, get("http://cdn.example/"))
                assert b"not-global" in await send(egress, get("http://10.0.0.1/"))
            assert (len(server.heads), len(stub.heads)) == (1, 1)

    asyncio.run(main())


def test_allow_private_opens_local_servers_on_any_port() -> None:
    async def main() -> None:
        async with origin() as server, Egress(EgressPolicy(allow_private=True), lookup=answers()) as egress:
            assert b"hello" in await send(egress, get(f"http://127.0.0.1:{server.port}/"))
            assert b"hello" in await send(egress, get(f"http://localhost:{server.port}/"))
            assert b"port" in await send(egress, connect_to("8.8.8.8:22"))

    asyncio.run(main())


def test_the_proxy_does_not_call_itself() -> None:
    async def main() -> None:
        async with Egress(EgressPolicy(allow_private=True)) as egress:
            assert (await send(egress, get(egress.url + "/"))).startswith(b"HTTP/1.1 400 ")

    asyncio.run(main())


def test_a_server_that_hangs_up_without_an_answer_is_unreachable() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async def main() -> None:
        async with serving(hang_up) as port, Egress(site_at(port)) as egress:
            assert (await send(egress, get(SITE + "/"))).startswith(b"HTTP/1.1 502 ")
            assert egress.refusals == [Refusal("site.example", 80, "unreachable")]

    asyncio.run(main())


@pytest.mark.parametrize(
    "answer",
    [b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 101 Switching\r\n\r\n", b"HTTP/1.1 200 OK\r\nA B: 1\r\n\r\n"],
)
def test_an_answer_that_is_not_http_is_not_forwarded(answer: bytes) -> None:
    async def main() -> None:
        async with origin(answer) as server, Egress(site_at(server.port)) as egress:
            received = await send(egress, get(SITE + "/"))
            assert received.startswith(b"HTTP/1.1 502 ")
            assert egress.refusals == [Refusal("site.example", 80, "malformed")]

    asyncio.run(main())


def test_a_response_cut_short_is_seen_as_cut_short() -> None:
    async def main() -> None:
        answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
        async with origin(answer, close_after=True) as server, Egress(site_at(server.port)) as egress:
            received = await send(egress, get(SITE + "/"))
            assert b"hello" in received
            assert not received.endswith(b"0\r\n\r\n")

    asyncio.run(main())


@pytest.mark.parametrize("request_bytes", [get(SITE + "/", close=False), connect_to("site.example:443")])
def test_the_byte_budget_cuts_what_runs_and_refuses_the_rest(request_bytes: bytes) -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b"x" * 10_000)
                await writer.drain()

    async def main() -> None:
        async with serving(flood) as port, Egress(site_at(port, max_bytes=200_000)) as egress:
            assert len(await send(egress, request_bytes)) < 400_000
            assert egress.exhausted
            assert egress.bytes_total < 400_000
            assert b"X-Consentinel-Refused: budget\r\n" in await send(egress, request_bytes)
            assert [refusal.reason for refusal in egress.refusals] == ["budget"]

    asyncio.run(main())


def test_idle_connections_are_closed_and_busy_ones_are_not() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(6):
            writer.write(b"x")
            await asyncio.sleep(0.1)
        await reader.read()
        writer.close()

    async def main() -> None:
        async with serving(drip) as port, Egress(site_at(port, idle_timeout_s=0.3)) as egress:
            received = await send(egress, connect_to("site.example:443"))
            assert received.endswith(b"xxxxxx")
            assert await send(egress, b"GET ") == b""

    asyncio.run(main())


def test_open_connections_are_limited() -> None:
    async def main() -> None:
        async with origin() as server, Egress(site_at(server.port, max_connections_open=1)) as egress:
            reader, writer = await connect(egress)
            writer.write(get(SITE + "/", close=False))
            await reader.readuntil(b"hello")
            assert await send(egress, get(SITE + "/")) == b""
            assert egress.refusals == [Refusal("", 0, "budget")]
            writer.close()

    asyncio.run(main())


def test_a_slow_resolver_times_out() -> None:
    async def lookup(host: str) -> list[str]:
        await asyncio.sleep(60)
        return []

    received, refusals = refusal_of(get("http://slow.example/"), EgressPolicy(connect_timeout_s=0.1), lookup)
    assert received.startswith(b"HTTP/1.1 504 ")
    assert refusals == [Refusal("slow.example", 80, "timeout")]


def test_leaving_the_context_cuts_open_connections() -> None:
    async def main() -> None:
        async with serving(_shout) as port:
            async with Egress(site_at(port)) as egress:
                reader, writer = await connect(egress)
                writer.write(connect_to("site.example:443") + b"a")
                await reader.readuntil(b"A")
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()
            with pytest.raises(OSError, match=r"."):
                await connect(egress)

    asyncio.run(main())


def test_the_system_resolver_gives_distinct_addresses() -> None:
    found = asyncio.run(system_lookup("localhost"))
    assert "127.0.0.1" in found or "::1" in found
    assert len(found) == len(set(found))


SPELLINGS = ["127.0.0.1", "localhost", "[::ffff:7f00:1]", "2130706433", "127.1", "0.0.0.0", "rebind.example"]
JUNK = st.sampled_from(
    [b"", b"%00", b"@", b"#", b"\\", b"\t", b" ", b"\r\n", b"?", b".", b"site.example"]
) | st.binary(max_size=4)
TAILS = st.sampled_from(
    [b"", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Connection: host\r\n"]
)


@st.composite
def hostile_requests(draw: st.DrawFn) -> bytes:
    """Something near a request for a loopback address; PORT stands for the port of the secret server."""
    method = draw(st.sampled_from([b"GET ", b"CONNECT ", b"POST "]))
    scheme = draw(st.sampled_from([b"http://", b"http://site.example@", b"", b"//"]))
    host = draw(JUNK) + draw(st.sampled_from(SPELLINGS)).encode() + draw(JUNK) + b":PORT" + draw(JUNK)
    return (
        method + scheme + host + b" HTTP/1.1\r\nHost: x\r\n" + draw(TAILS) + draw(JUNK) + b"\r\n" + draw(JUNK)
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(hostile_requests() | st.binary(max_size=40), max_size=4).map(b"".join))
def test_arbitrary_bytes_neither_break_the_proxy_nor_reach_anything_else(data: bytes) -> None:
    complaints: list[dict[str, Any]] = []

    async def main(secret: Origin, server: Origin) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
        policy = site_at(server.port, ports=frozenset({80, secret.port}), idle_timeout_s=5)
        async with Egress(policy, lookup=answers(rebind_example=["127.0.0.1"])) as egress:
            await send(egress, data.replace(b"PORT", str(secret.port).encode()), end=True)
            assert b"hello" in await send(egress, get(SITE + "/"))

    async def setup() -> None:
        async with origin() as secret, origin() as server:
            await main(secret, server)
            assert secret.connections == 0

    asyncio.run(setup())
    assert complaints == []


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=60).map(lambda tail: b"HTTP/1.1 " + tail) | st.binary(max_size=60))
def test_arbitrary_answers_do_not_break_the_proxy(answer: bytes) -> None:
    complaints: list[dict[str, Any]] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
        async with (
            origin(answer, close_after=True) as server,
            Egress(site_at(server.port, idle_timeout_s=0.5)) as egress,
        ):
            await send(egress, get(SITE + "/"))

    asyncio.run(main())
    assert complaints == []
