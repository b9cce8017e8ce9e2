"""The loopback server starts, answers, and stops without leaving anything behind."""

import asyncio
import socket
import ssl
import threading
import time

import httpx2
import pytest
from starlette.types import Message, Receive, Scope, Send

from consentinel.scanner.demo.loopback import LoopbackServer
from tests.conftest import MakeTlsFiles, Serve


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        raise RuntimeError("HTTP only")
    if scope["path"] == "/slow":
        await asyncio.sleep(60)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-path", scope["raw_path"])]})
    await send({"type": "http.response.body", "body": b"hello"})


async def refuses_to_start(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    failure: Message = {"type": "lifespan.startup.failed", "message": "no"}
    await send(failure)


def test_answers_on_the_address_it_names() -> None:
    with LoopbackServer(hello) as server:
        response = httpx2.get(f"http://{server.address}/x", trust_env=False)
        assert server.address == f"127.0.0.1:{server.port}"
    assert (response.text, response.headers["x-path"]) == ("hello", "/x")


def test_names_neither_itself_nor_the_date() -> None:
    with LoopbackServer(hello) as server:
        response = httpx2.get(f"http://{server.address}/", trust_env=False)
    assert "server" not in response.headers
    assert "date" not in response.headers


def test_two_servers_have_ports_of_their_own(serve: Serve) -> None:
    assert serve(hello).port != serve(hello).port


def test_after_leaving_nothing_listens_and_no_thread_is_left() -> None:
    before = threading.active_count()
    with LoopbackServer(hello) as server:
        address = ("127.0.0.1", server.port)
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError), socket.create_connection(address, timeout=1):
        pass


def test_leaving_does_not_wait_for_a_slow_answer() -> None:
    with LoopbackServer(hello) as server, socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.1)
        leaving = time.monotonic()
        server.__exit__(None, None, None)
        client.recv(1000)
    assert time.monotonic() - leaving < 5


def test_leaving_does_not_wait_for_an_idle_tls_connection(tls_files: MakeTlsFiles) -> None:
    tls = tls_files("site.example")
    with LoopbackServer(hello, tls=tls) as server:
        context = ssl.create_default_context(cafile=str(tls.ca))
        plain = socket.create_connection(("127.0.0.1", server.port))
        with context.wrap_socket(plain, server_hostname="site.example") as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: site.example\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
            leaving = time.monotonic()
            server.__exit__(None, None, None)
    assert time.monotonic() - leaving < 5


def test_certificate_is_good_for_its_hosts_only(tls_files: MakeTlsFiles) -> None:
    tls = tls_files("site.example")
    context = ssl.create_default_context(cafile=str(tls.ca))
    with LoopbackServer(hello, tls=tls) as server:
        plain = socket.create_connection(("127.0.0.1", server.port))
        with plain, pytest.raises(ssl.SSLCertVerificationError):
            context.wrap_socket(plain, server_hostname="other.example")


def test_a_failing_start_up_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="did not start"), LoopbackServer(refuses_to_start):
        pass
