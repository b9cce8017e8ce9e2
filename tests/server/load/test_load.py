"""The load generator: what it counts, and that it counts waiting."""

import asyncio
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.server.load import NO_ANSWER, Outcome, closed_loop, open_loop, request
from consentinel.scanner.demo.loopback import LoopbackServer

STALL_MS = 60


async def echo(asked: Request) -> Response:
    return Response(await asked.body(), 201)


async def stall_first(asked: Request) -> Response:
    if asked.path_params["number"] == 0:
        await asyncio.sleep(STALL_MS / 1000)
    return Response(status_code=204)


async def close(_: Request) -> Response:
    return Response("bye", 503, {"Connection": "close"})


ROUTES = [
    Route("/echo", echo, methods=["POST"]),
    Route("/stall/{number:int}", stall_first),
    Route("/close", close),
]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with LoopbackServer(Starlette(routes=ROUTES)) as server:
        yield server.port


def test_each_request_has_its_answer(port: int) -> None:
    bodies = [b"x" * number for number in range(200)]
    asked = [request("POST", "/echo", body) for body in bodies]
    outcome = asyncio.run(closed_loop(port, asked, connections=8))
    assert outcome.statuses == {201: 200}
    assert [answer.body for answer in sorted(outcome.answers)] == bodies
    assert outcome.rate > 0


def test_a_stall_counts_for_all_who_came_meanwhile(port: int) -> None:
    """With one connection, ten requests a millisecond apart: all wait for the first."""

    def make(number: int) -> bytes:
        return request("GET", f"/stall/{number}")

    outcome = asyncio.run(open_loop(port, make, rate=1000, seconds=0.01, connections=1))
    assert outcome.statuses == {204: 10}
    assert all(answer.took_ms >= STALL_MS - 15 for answer in outcome.answers)


def test_a_connection_that_ends_is_made_anew(port: int) -> None:
    outcome = asyncio.run(closed_loop(port, [request("GET", "/close")] * 5, connections=2))
    assert outcome.statuses == {503: 5}
    assert all(b"connection: close" in answer.head.lower() for answer in outcome.answers)


def test_without_a_server_the_run_ends(unused_port: int) -> None:
    outcome = asyncio.run(closed_loop(unused_port, [request("GET", "/")] * 100, connections=2))
    assert outcome.statuses == {NO_ANSWER: 2}


@pytest.fixture
def unused_port() -> int:
    with LoopbackServer(Starlette()) as server:
        return server.port


def test_percentiles_are_nearest_ranks(port: int) -> None:
    answers = asyncio.run(closed_loop(port, [request("GET", "/stall/1")] * 3, connections=1)).answers
    timed = [answer._replace(took_ms=took) for answer, took in zip(answers, (3.0, 1.0, 2.0), strict=True)]
    outcome = Outcome(timed, 1.0)
    assert [outcome.percentile_ms(percent) for percent in (0, 50, 99, 100)] == [1.0, 2.0, 3.0, 3.0]
